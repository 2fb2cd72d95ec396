/** The weighted mean against the plain sum of its definition, after any number of pushes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RollingWeightedMean } from "./rolling-weighted-mean.ts";

function plain(window: readonly number[]): number {
  const divisor = (window.length * (window.length + 1)) / 2;
  return window.reduce((sum, value, i) => sum + (i + 1) * value, 0) / divisor;
}

describe("RollingWeightedMean", () => {
  test("equals its definition on any numbers, and peek foresees it", () => {
    const numbers = fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { maxLength: 80 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), numbers, (length, values) => {
        const mean = new RollingWeightedMean(length);
        values.forEach((value, i) => {
          const foreseen = mean.peek(value);
          const got = mean.push(value);
          expect(got).toBe(foreseen);
          if (i + 1 < length) return;
          const wanted = plain(values.slice(i + 1 - length, i + 1));
          expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-12 * Math.abs(wanted));
        });
      }),
    );
  });

  test("a huge number that has left the window leaves no trace", () => {
    const mean = new RollingWeightedMean(5);
    for (const value of [1, 2, 1e18, 3, 4, 5, 6, 7]) mean.push(value);
    expect(mean.push(8)).toBe(plain([4, 5, 6, 7, 8]));
  });

  test("does not drift over ten million numbers", () => {
    const mean = new RollingWeightedMean(20);
    const window: number[] = [];
    let state = 1;
    let got = 0;
    for (let i = 0; i < 10_000_000; i += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const value = 3e-5 + state * 1e-17;
      got = mean.push(value);
      if (i >= 10_000_000 - 20) window.push(value);
    }
    expect(Math.abs(got / plain(window) - 1)).toBeLessThan(1e-14);
  });
});
