/** Clocks for tests and for markets: by hand, and at another pace. */
import { describe, expect, test } from "vitest";
import { ManualClock } from "./manual-clock.ts";
import { pacedClock } from "./paced-clock.ts";

describe("the manual clock", () => {
  test("runs timers in order of time, then of asking, each at its own time", () => {
    const clock = new ManualClock(1_000);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${clock.now()}`);
    clock.after(30, note("c"));
    clock.after(10, note("a"));
    clock.after(30, note("d"));
    clock.after(20, () => {
      note("b")();
      clock.after(5, note("nested"));
    });
    clock.after(15, note("never")).cancel();
    clock.advance(25);
    expect(seen).toEqual(["a@1010", "b@1020", "nested@1025"]);
    expect(clock.nextTime).toBe(1_030);
    clock.advance(100);
    expect(seen.slice(3)).toEqual(["c@1030", "d@1030"]);
    expect([clock.now(), clock.nextTime]).toEqual([1_125, null]);
  });

  test("never runs backwards", () => {
    const clock = new ManualClock(1_000);
    expect(() => clock.advanceTo(999)).toThrow("backwards");
  });

  test("settles after every step", async () => {
    const clock = new ManualClock(0);
    const settled: number[] = [];
    await clock.advanceSettling(25, 10, async () => void settled.push(clock.now()));
    expect(settled).toEqual([0, 10, 20, 25]);
  });
});

describe("a paced clock", () => {
  test("starts where it is told and runs at its speed", () => {
    const base = new ManualClock(5_000);
    const clock = pacedClock(base, { startTime: 1_000_000, speed: 60, endTime: null });
    const rang: number[] = [];
    clock.after(60_000, () => rang.push(clock.now()));
    base.advance(999);
    expect([clock.now(), rang]).toEqual([1_059_940, []]);
    base.advance(1);
    expect([clock.now(), rang]).toEqual([1_060_000, [1_060_000]]);
  });

  test("stops at its end, and rings no later", () => {
    const base = new ManualClock(0);
    const clock = pacedClock(base, { startTime: 0, speed: 2, endTime: 100 });
    const rang: string[] = [];
    clock.after(100, () => rang.push("at the end"));
    clock.after(101, () => rang.push("after the end"));
    base.advance(1_000);
    expect([clock.now(), rang]).toEqual([100, ["at the end"]]);
  });
});
