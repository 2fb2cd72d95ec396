/** The account of weights: at the bound, one past it, defiance, and the ban. */
import { describe, expect, test } from "vitest";
import { ManualClock } from "./manual-clock.ts";
import { RequestWeight, WEIGHT_MAX } from "./request-weight.ts";

const MINUTE = Date.UTC(2026, 0, 1, 0, 1);

describe("request weight", () => {
  test("is refused past the bound, until the clock's next minute", () => {
    const clock = new ManualClock(MINUTE + 18_500);
    const weight = new RequestWeight(clock);
    expect(weight.charge(WEIGHT_MAX - 2)).toEqual({ kind: "accepted", used: WEIGHT_MAX - 2 });
    expect(weight.charge(2)).toEqual({ kind: "accepted", used: WEIGHT_MAX });
    expect(weight.charge(1)).toEqual({ kind: "limited", used: WEIGHT_MAX + 1, retryAfterS: 42 });
    clock.advanceTo(MINUTE + 60_000);
    expect(weight.charge(2)).toEqual({ kind: "accepted", used: 2 });
  });

  test("bans who does not listen, longer each time", () => {
    const clock = new ManualClock(MINUTE);
    const weight = new RequestWeight(clock);
    const defy = () => {
      weight.charge(WEIGHT_MAX);
      for (let i = 0; i < 20; i += 1) expect(weight.charge(1).kind).toBe("limited");
      return weight.charge(1);
    };
    expect(defy()).toEqual({ kind: "banned", until: MINUTE + 120_000, retryAfterS: 120 });
    clock.advance(119_999);
    expect(weight.charge(1)).toMatchObject({ kind: "banned", retryAfterS: 1 });
    clock.advance(1);
    expect(defy()).toMatchObject({ kind: "banned", retryAfterS: 240 });
  });
});
