/** Heikin-Ashi candles against a library and by hand. */
import { heikinashi } from "technicalindicators";
import { describe, expect, test } from "vitest";
import { columnsOf, expectSeries, seriesOf, valuesOf } from "../../../test/indicator-reference.ts";
import { heikinAshiDefinition } from "./heikin-ashi.ts";

describe("Heikin-Ashi", () => {
  test("equals technicalindicators", () => {
    const { candles, open, high, low, close, volume } = columnsOf();
    const timestamp = candles.map(({ openTime }) => openTime);
    const theirs = heikinashi({ open, high, low, close, volume, timestamp });
    for (const output of ["open", "high", "low", "close"] as const) {
      const ours = seriesOf(heikinAshiDefinition, [], output, candles);
      expectSeries(ours, theirs[output] ?? []);
    }
  });

  test("three candles by hand", () => {
    const rows: [number, number, number, number][] = [
      [10, 14, 8, 12],
      [12, 20, 12, 20],
      [20, 21, 9, 10],
    ];
    const candles = rows.map(([open, high, low, close], i) => ({
      openTime: i * 60_000,
      open,
      high,
      low,
      close,
      volume: 1,
    }));
    expect(valuesOf(heikinAshiDefinition, [], candles)).toEqual([
      [11, 14, 8, 11],
      [11, 20, 11, 16],
      [13.5, 21, 9, 15],
    ]);
  });
});
