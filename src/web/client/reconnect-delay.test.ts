/** The waits between attempts: spread over the whole span, growing, bounded. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  RECONNECT_DELAY_MS_BASE,
  RECONNECT_DELAY_MS_MAX,
  reconnectDelayMs,
} from "./reconnect-delay.ts";

test("the span doubles with every attempt up to its bound, and jitter uses all of it", () => {
  const last = 1 - Number.EPSILON;
  expect([0, 1, 2, 3, 4, 5, 6].map((attempt) => reconnectDelayMs(attempt, last))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
  ]);
  expect(reconnectDelayMs(3, 0)).toBe(0);
  expect(reconnectDelayMs(3, 0.5)).toBe(2_000);
});

test("any attempt waits within the bound", () => {
  const attempts = fc.nat({ max: 5_000 });
  const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(attempts, randoms, (attempt, random) => {
      const delayMs = reconnectDelayMs(attempt, random);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(RECONNECT_DELAY_MS_MAX);
      expect(delayMs).toBeLessThanOrEqual(RECONNECT_DELAY_MS_BASE * 2 ** attempt);
    }),
  );
});
