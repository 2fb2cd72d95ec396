/** The directional index against TA-Lib and two libraries. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { ADX, WSMA } from "trading-signals";
import { describe, expect, test } from "vitest";
import { flat, walk } from "../../../test/indicator-candles.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { adxDefinition } from "./adx.ts";

describe("ADX", () => {
  test.each([7, 14])("equals TA-Lib's ADX, PLUS_DI and MINUS_DI (%i)", (period) => {
    const parameters = { optInTimePeriod: period };
    expectTalib(adxDefinition, [period], {
      function: "ADX",
      parameters,
      outputs: { outReal: "value" },
    });
    // The directions are there earlier in TA-Lib; ours wait for the index.
    for (const [name, output] of [
      ["PLUS_DI", "plus_di"],
      ["MINUS_DI", "minus_di"],
    ] as const) {
      expectTalib(adxDefinition, [period], {
        function: name,
        parameters,
        outputs: { outReal: output },
        later: period - 1,
      });
    }
  });

  test("equals @ixjb94 from its start, and trading-signals once its start has faded", () => {
    const { candles, high, low, close } = columnsOf();
    const ours = (output: string) => seriesOf(adxDefinition, [14], output, candles);
    const library = new IndicatorsSync();
    expectSeries(ours("value"), library.adx(high, low, 14), { last: 250 });
    const [plus = [], minus = []] = library.di(high, low, close, 14);
    expectSeries(ours("plus_di"), plus, { last: 250 });
    expectSeries(ours("minus_di"), minus, { last: 250 });
    const signals = new ADX(14, WSMA);
    const theirs = candles.map((candle) => signals.update(candle, false) ?? Number.NaN);
    expectSeries(ours("value"), theirs, { last: 250 });
  });

  test("without movement everything is 0; after movement the index stays what it was", () => {
    const still = flat(100, 5, 1);
    for (const output of ["value", "plus_di", "minus_di"]) {
      expect(new Set(seriesOf(adxDefinition, [14], output, still).slice(27))).toEqual(new Set([0]));
    }
    const market = [...walk({ count: 60, seed: 2 }), ...flat(2_000, 5, 1)];
    const index = seriesOf(adxDefinition, [2], "value", market);
    expect(index.at(-1)).toBe(index.at(-500));
    expect(index.at(-1)).toBeGreaterThan(0);
    expect(seriesOf(adxDefinition, [2], "plus_di", market).at(-1)).toBe(0);
  });
});
