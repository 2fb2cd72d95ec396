/** Parabolic SAR against TA-Lib, and against libraries after a common turn. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { psar } from "technicalindicators";
import { describe, expect, test } from "vitest";
import { flat } from "../../../test/indicator-candles.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { parabolicSarDefinition } from "./parabolic-sar.ts";

describe("Parabolic SAR", () => {
  test.each([
    [0.02, 0.2],
    [0.01, 0.1],
  ])("equals TA-Lib's SAR(%f, %f)", (step, maximum) => {
    expectTalib(parabolicSarDefinition, [step, maximum], {
      function: "SAR",
      parameters: { optInAcceleration: step, optInMaximum: maximum },
      outputs: { outReal: "value" },
    });
  });

  test("equals technicalindicators and @ixjb94/indicators after a common turn", () => {
    const { candles, high, low } = columnsOf();
    const ours = seriesOf(parabolicSarDefinition, [0.02, 0.2], "value", candles);
    expectSeries(ours, psar({ high, low, step: 0.02, max: 0.2 }), { last: 500 });
    expectSeries(ours, new IndicatorsSync().psar(high, low, 0.02, 0.2), { last: 500 });
  });

  test("starts downwards only when the low was undercut by more than the high was exceeded", () => {
    const first = { openTime: 0, open: 100, high: 110, low: 90, close: 100, volume: 1 };
    const start = (high: number, low: number) =>
      seriesOf(parabolicSarDefinition, [0.02, 0.2], "value", [first, { ...first, high, low }]).at(
        1,
      );
    // Each second candle touches its stop at once, so the furthest price of the move shows: what TA-Lib says.
    expect(start(112, 87)).toBe(87);
    expect(start(113, 87)).toBe(113);
    expect(start(114, 87)).toBe(114);
    expect(start(105, 95)).toBe(90);
  });

  test("a step above the maximum counts as the maximum", () => {
    const { candles } = columnsOf();
    const clipped = seriesOf(parabolicSarDefinition, [0.5, 0.2], "value", candles);
    expect(clipped).toEqual(seriesOf(parabolicSarDefinition, [0.2, 0.2], "value", candles));
  });

  test("stays at the price in a market that stands still", () => {
    const values = seriesOf(parabolicSarDefinition, [0.02, 0.2], "value", flat(30, 0.1, 1));
    expect(new Set(values.slice(1))).toEqual(new Set([0.1]));
  });
});
