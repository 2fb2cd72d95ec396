/** The stochastic oscillator against TA-Lib and two libraries. */
import technical from "technicalindicators";
import { StochasticOscillator } from "trading-signals";
import { describe, expect, test } from "vitest";
import { flat } from "../../../test/indicator-candles.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { stochasticDefinition } from "./stochastic.ts";

describe("stochastic", () => {
  test.each([14, 5])("fast: equals TA-Lib's STOCHF(%i, 3)", (k) => {
    expectTalib(stochasticDefinition, [k, 3, 1], {
      function: "STOCHF",
      parameters: { optInFastK_Period: k, optInFastD_Period: 3 },
      outputs: { outFastK: "k", outFastD: "d" },
    });
  });

  test.each([
    [14, 1],
    [14, 3],
    [5, 3],
  ])("slow: equals TA-Lib's STOCH(%i, %i, 3)", (k, smoothing) => {
    expectTalib(stochasticDefinition, [k, 3, smoothing], {
      function: "STOCH",
      parameters: { optInFastK_Period: k, optInSlowK_Period: smoothing, optInSlowD_Period: 3 },
      outputs: { outSlowK: "k", outSlowD: "d" },
    });
  });

  test("equals technicalindicators (fast) and trading-signals (slow)", () => {
    const { candles, high, low, close } = columnsOf();
    const fast = (output: string) => seriesOf(stochasticDefinition, [14, 3, 1], output, candles);
    const theirs = technical.Stochastic.calculate({
      period: 14,
      signalPeriod: 3,
      high,
      low,
      close,
    });
    expectSeries(
      fast("k"),
      theirs.map((row) => row.k),
      { last: theirs.length - 2 },
    );
    const averaged = theirs.map((row) => row.d).filter((d) => d !== undefined);
    expectSeries(fast("d"), averaged);
    const signals = new StochasticOscillator({ kPeriod: 14, kSlowingPeriod: 3, dPeriod: 3 });
    const rows = candles.map((candle) => signals.update(candle, false));
    const slow = (output: string) => seriesOf(stochasticDefinition, [14, 3, 3], output, candles);
    const ready = rows.filter((row) => row !== null);
    expectSeries(
      slow("k"),
      ready.map((row) => row.stochK),
    );
    expectSeries(
      slow("d"),
      ready.map((row) => row.stochD),
    );
  });

  test("is 0 where the range is empty", () => {
    const values = seriesOf(stochasticDefinition, [14, 3, 1], "k", flat(40, 7, 1));
    expect(new Set(values.slice(15))).toEqual(new Set([0]));
  });
});
