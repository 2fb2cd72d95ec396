/** Bollinger bands against TA-Lib, two libraries and exact arithmetic. */
import technical from "technicalindicators";
import { BollingerBands } from "trading-signals";
import { describe, expect, test } from "vitest";
import { flat, walk } from "../../../test/indicator-candles.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { bollingerDefinition } from "./bollinger.ts";

const PARAMETERS = [20, 2];

describe("Bollinger bands", () => {
  test.each([
    [20, 2],
    [5, 1.5],
  ])("equal TA-Lib's BBANDS(%d, %d)", (period, deviations) => {
    expectTalib(bollingerDefinition, [period, deviations], {
      function: "BBANDS",
      parameters: {
        optInTimePeriod: period,
        optInNbDevUp: deviations,
        optInNbDevDn: deviations,
      },
      outputs: {
        outRealUpperBand: "upper",
        outRealMiddleBand: "middle",
        outRealLowerBand: "lower",
      },
      walks: ["ordinary", "tiny"],
    });
  });

  test("equal technicalindicators and trading-signals, %B and width too", () => {
    const { candles, close } = columnsOf();
    const ours = (output: string) => seriesOf(bollingerDefinition, PARAMETERS, output, candles);
    const theirs = technical.BollingerBands.calculate({ period: 20, stdDev: 2, values: close });
    for (const output of ["upper", "middle", "lower"] as const) {
      const column = theirs.map((row) => row[output]);
      expectSeries(ours(output), column);
    }
    const places = theirs.map((row) => row.pb);
    expectSeries(ours("percent_b"), places);
    const signals = new BollingerBands(20, 2);
    const rows = close.map((price) => signals.update(price, false)).filter((row) => row !== null);
    const widths = rows.map((row) => (100 * (row.upper - row.lower)) / row.middle);
    expectSeries(ours("width"), widths);
  });

  test("are right to twelve digits at prices near 3e-5, against exact arithmetic", () => {
    // Prices are whole multiples of 1e-8, so their deviation is a root of whole numbers.
    const candles = walk({ count: 400, seed: 11, price: 3e-5, step: 0.001 }).map((candle) => {
      return { ...candle, close: Math.round(candle.close * 1e8) / 1e8 };
    });
    const units = candles.map(({ close }) => BigInt(Math.round(close * 1e8)));
    const upper = seriesOf(bollingerDefinition, PARAMETERS, "upper", candles);
    const lower = seriesOf(bollingerDefinition, PARAMETERS, "lower", candles);
    for (let i = 19; i < candles.length; i += 1) {
      const window = units.slice(i - 19, i + 1);
      const sum = window.reduce((a, b) => a + b, 0n);
      const squares = window.reduce((a, b) => a + b * b, 0n);
      // 20² × variance, exact.
      const exact = (4 * Math.sqrt(Number(20n * squares - sum * sum))) / 20 / 1e8;
      const got = (upper[i] ?? 0) - (lower[i] ?? 0);
      expect(Math.abs(got - exact), `candle ${i}: ${got}, exactly ${exact}`).toBeLessThanOrEqual(
        exact * 1e-11 + 1e-20,
      );
    }
  });

  test("touch where the window stands still, and the close is then in their middle", () => {
    const market = [...walk({ count: 33, seed: 12 }), ...flat(100, 0.1, 5)];
    const last = (output: string) => seriesOf(bollingerDefinition, PARAMETERS, output, market);
    for (const [output, value] of [
      ["upper", 0.1],
      ["middle", 0.1],
      ["lower", 0.1],
      ["width", 0],
      ["percent_b", 0.5],
    ] as const) {
      expect(new Set(last(output).slice(33 + 19)), output).toEqual(new Set([value]));
    }
  });
});
