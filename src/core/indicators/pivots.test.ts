/** The pivot levels by hand, and their order on any candle. */
import { describe, expect, test } from "vitest";
import { columnsOf, valuesOf } from "../../../test/indicator-reference.ts";
import { pivotsDefinition } from "./pivots.ts";

describe("Pivot levels", () => {
  test("of one candle by hand", () => {
    const candle = { openTime: 0, open: 100, high: 120, low: 90, close: 105, volume: 1 };
    expect(valuesOf(pivotsDefinition, [], [candle])).toEqual([[105, 120, 135, 150, 90, 75, 60]]);
  });

  test("stand in order on any candle", () => {
    for (const row of valuesOf(pivotsDefinition, [], columnsOf("tiny").candles)) {
      const [pivot = 0, r1 = 0, r2 = 0, r3 = 0, s1 = 0, s2 = 0, s3 = 0] = row;
      const ladder = [s3, s2, s1, pivot, r1, r2, r3];
      expect(ladder.toSorted((a, b) => a - b)).toEqual(ladder);
    }
  });
});
