/** The exponential average against TA-Lib and two libraries. */
import technical from "technicalindicators";
import { EMA } from "trading-signals";
import { describe, expect, test } from "vitest";
import { flat } from "../../../test/indicator-candles.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { emaDefinition } from "./ema.ts";

describe("EMA", () => {
  test.each([2, 12, 26, 50, 200])("equals TA-Lib's EMA(%i)", (period) => {
    expectTalib(emaDefinition, [period], {
      function: "EMA",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
      // The market that stands still is too short for long periods.
      walks: period > 100 ? ["ordinary", "tiny"] : ["ordinary", "tiny", "flat"],
    });
  });

  test("equals technicalindicators, and trading-signals once its other start has faded", () => {
    const { candles, close } = columnsOf();
    const ours = seriesOf(emaDefinition, [26], "value", candles);
    expectSeries(ours, technical.EMA.calculate({ period: 26, values: close }));
    const signals = new EMA(26);
    expectSeries(
      ours,
      close.map((price) => signals.update(price, false)),
      { last: 250 },
    );
  });

  test("is exactly the price of a market that stands still", () => {
    const values = seriesOf(emaDefinition, [20], "value", flat(300, 0.1, 5));
    expect(new Set(values.slice(19))).toEqual(new Set([0.1]));
  });
});
