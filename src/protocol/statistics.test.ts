/** Tests of the sums behind the statistics of sharing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { efficiency } from "./statistics.ts";

test.each([
  [0, 6, 0, 0, "0%"],
  [1, 6, 6, 0, "0%"],
  [2, 6, 12, 6, "50%"],
  [3, 6, 18, 12, "66.7%"],
  [10, 6, 60, 54, "90%"],
  [100, 6, 600, 594, "99%"],
  [1_000, 6, 6_000, 5_994, "99.9%"],
  [1_000_000, 6, 6_000_000, 5_999_994, "99.9%"],
  [1, 7, 6, 0, "0%"],
  [2, 0, 12, 12, "100%"],
])("%i streams over %i connections", (streams, shared, traditional, saved, percent) => {
  expect(efficiency(streams, shared)).toEqual({
    traditionalConnections: traditional,
    sharedConnections: shared,
    savedConnections: saved,
    savingsPercent: percent,
  });
});

test("never negative, never rounded up to all, at most one decimal", () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.integer({ min: 1, max: 7 }), (streams, shared) => {
      const text = efficiency(streams, shared).savingsPercent;
      expect(text).toMatch(/^\d{1,2}(\.[1-9])?%$/);
    }),
  );
});
