/** The accumulation/distribution line against TA-Lib, and over ten million candles. */
import { describe, expect, test } from "vitest";
import { expectTalib } from "../../../test/indicator-reference.ts";
import {
  AccumulationDistribution,
  accumulationDistributionDefinition,
} from "./accumulation-distribution.ts";

describe("A/D", () => {
  test("equals TA-Lib's AD", () => {
    expectTalib(accumulationDistributionDefinition, [], {
      function: "AD",
      outputs: { outReal: "value" },
    });
  });

  test("does not drift over ten million candles", () => {
    const line = new AccumulationDistribution();
    const candle = { openTime: 0, open: 100, high: 102, low: 100, close: 102, volume: 0.1 };
    const back = { ...candle, close: 100 };
    for (let i = 0; i < 5_000_000; i += 1) {
      line.push(candle);
      line.push(candle);
    }
    // 0.1 as a float times ten million; a plain sum is off by 1e-4 here.
    expect(Math.abs((line.values[0] ?? 0) - 0.1 * 1e7)).toBeLessThan(1e-8);
    for (let i = 0; i < 10_000_000; i += 1) line.push(back);
    expect(Math.abs(line.values[0] ?? 1)).toBeLessThan(1e-8);
  });
});
