/** MACD against TA-Lib and two libraries. */
import technical from "technicalindicators";
import { EMA, MACD } from "trading-signals";
import { describe, expect, test } from "vitest";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { emaDefinition } from "./ema.ts";
import { macdDefinition } from "./macd.ts";

describe("MACD", () => {
  test.each([
    [12, 26, 9],
    [5, 35, 5],
  ])("equals TA-Lib's MACD(%i, %i, %i)", (fast, slow, signal) => {
    expectTalib(macdDefinition, [fast, slow, signal], {
      function: "MACD",
      parameters: {
        optInFastPeriod: fast,
        optInSlowPeriod: slow,
        optInSignalPeriod: signal,
      },
      outputs: { outMACD: "line", outMACDSignal: "signal", outMACDHist: "histogram" },
      // TA-Lib keeps differences of 1e-13 where the market stands still.
      walks: ["ordinary", "tiny"],
    });
  });

  test("starts its fast average late: not the difference of two EMAs, but soon as good as", () => {
    const { candles } = columnsOf();
    const line = seriesOf(macdDefinition, [12, 26, 9], "line", candles);
    const fast = seriesOf(emaDefinition, [12], "value", candles);
    const slow = seriesOf(emaDefinition, [26], "value", candles);
    const apart = (i: number) =>
      Math.abs((line[i] ?? 0) - ((fast[i] ?? 0) - (slow[i] ?? 0))) / (slow[i] ?? 1);
    expect(apart(40)).toBeGreaterThan(1e-7);
    expect(apart(300)).toBeLessThan(1e-14);
  });

  test("equals technicalindicators and trading-signals once the starts have faded", () => {
    const { candles, close } = columnsOf();
    const ours = (output: string) => seriesOf(macdDefinition, [12, 26, 9], output, candles);
    const settings = { fastPeriod: 12, slowPeriod: 26, signalPeriod: 9 };
    const theirs = technical.MACD.calculate({
      ...settings,
      values: close,
      SimpleMAOscillator: false,
      SimpleMASignal: false,
    });
    const signals = new MACD(new EMA(12), new EMA(26), new EMA(9));
    const others = close.map((price) => signals.update(price, false));
    for (const [output, of] of [
      ["line", "MACD"],
      ["signal", "signal"],
      ["histogram", "histogram"],
    ] as const) {
      const column = theirs.map((row) => row[of] ?? Number.NaN);
      expectSeries(ours(output), column, { last: 250 });
      const key = of === "MACD" ? "macd" : of;
      const other = others.map((row) => row?.[key] ?? Number.NaN);
      expectSeries(ours(output), other, { last: 200 });
    }
  });
});
