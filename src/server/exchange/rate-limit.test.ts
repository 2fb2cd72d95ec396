/** Limits are kept to the last unit: weights a minute, attempts to connect in five. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../simulator/manual-clock.ts";
import {
  ATTEMPT_REFILL_MS,
  ATTEMPTS_BURST,
  AttemptBudget,
  WEIGHT_MAX,
  WeightBudget,
} from "./rate-limit.ts";

const MINUTE = 60_000;
const clockAt = (second: number) => new ManualClock(Date.UTC(2026, 0, 1) + second * 1000);

describe("the weight budget", () => {
  test("is spent exactly, and returns with the next full minute", () => {
    const clock = clockAt(30);
    const budget = new WeightBudget(clock);
    expect(budget.take(WEIGHT_MAX.repair, "repair")).toBe(0);
    expect(budget.take(1, "repair")).toBe(30_250);
    clock.advance(30_249);
    expect(budget.take(1, "repair")).toBe(1);
    clock.advance(1);
    expect(budget.take(1, "repair")).toBe(0);
    expect(budget.used).toBe(1);
  });

  test("keeps half for repair: what is for eyes stops first", () => {
    const budget = new WeightBudget(clockAt(1));
    expect(budget.take(WEIGHT_MAX.history, "history")).toBe(0);
    expect(budget.take(1, "history")).toBe(59_250);
    expect(budget.take(WEIGHT_MAX.repair - WEIGHT_MAX.history, "repair")).toBe(0);
    expect(budget.take(1, "repair")).toBeGreaterThan(0);
  });

  test("believes the exchange's count when it is higher, within the same window", () => {
    const clock = clockAt(1);
    const budget = new WeightBudget(clock);
    const window = budget.window;
    budget.take(10, "repair");
    budget.observe(4, window);
    expect(budget.used).toBe(10);
    budget.observe(WEIGHT_MAX.repair, window);
    expect(budget.take(1, "repair")).toBeGreaterThan(0);
    clock.advance(MINUTE);
    budget.observe(WEIGHT_MAX.repair, window);
    expect(budget.take(1, "repair")).toBe(0);
  });

  test("asks nothing during a pause; a shorter one does not end it", () => {
    const clock = clockAt(1);
    const budget = new WeightBudget(clock);
    budget.pause(120_000);
    budget.pause(1_000);
    expect(budget.take(1, "repair")).toBe(120_000);
    clock.advance(119_999);
    expect(budget.take(1, "repair")).toBe(1);
    clock.advance(1);
    expect(budget.take(1, "repair")).toBe(0);
  });

  test("never passes its limit in any window of the exchange, whatever is asked when", () => {
    const steps = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 40 })),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(steps, (asked) => {
        const clock = clockAt(7);
        const budget = new WeightBudget(clock);
        const spent = new Map<number, number>();
        for (const [waitMs, times] of asked) {
          clock.advance(waitMs);
          for (let i = 0; i < times; i += 1) {
            if (budget.take(40, "repair") > 0) continue;
            const window = Math.floor(clock.now() / MINUTE);
            spent.set(window, (spent.get(window) ?? 0) + 40);
          }
        }
        // A window of ours begins 250 ms into the exchange's: it can hold the ends of two of ours.
        for (const weight of spent.values()) expect(weight).toBeLessThanOrEqual(6_000);
      }),
    );
  });
});

describe("the attempts to connect", () => {
  test("come in a burst, then one in four seconds", () => {
    const clock = clockAt(0);
    const attempts = new AttemptBudget(clock);
    for (let i = 0; i < ATTEMPTS_BURST; i += 1) expect(attempts.take(0)).toBe(0);
    expect(attempts.take(0)).toBe(ATTEMPT_REFILL_MS);
    clock.advance(ATTEMPT_REFILL_MS);
    expect(attempts.take(0)).toBe(0);
    expect(attempts.take(0)).toBe(ATTEMPT_REFILL_MS);
  });

  test("leave a reserve when asked to", () => {
    const attempts = new AttemptBudget(clockAt(0));
    let taken = 0;
    while (attempts.take(8) === 0) taken += 1;
    expect(taken).toBe(ATTEMPTS_BURST - 8);
    for (let i = 0; i < 8; i += 1) expect(attempts.take(0)).toBe(0);
    expect(attempts.take(0)).toBeGreaterThan(0);
  });

  test("are at most 105 in any five minutes, of 300 that Binance allows", () => {
    const clock = clockAt(0);
    const attempts = new AttemptBudget(clock);
    const taken: number[] = [];
    for (let second = 0; second < 1_800; second += 1) {
      while (attempts.take(0) === 0) taken.push(clock.now());
      clock.advance(1_000);
    }
    for (const from of taken) {
      const within = taken.filter((time) => time >= from && time < from + 300_000).length;
      expect(within).toBeLessThanOrEqual(105);
    }
  });
});
