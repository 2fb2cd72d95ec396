/** A clock for tests: time stands still until it is advanced, and then runs every timer on its way. */
import { assert } from "../core/assert.ts";
import type { Clock, Timer } from "../server/clock.ts";

interface Due {
  readonly time: number;
  readonly order: number;
  readonly action: () => void;
}

export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #waiting = new Set<Due>();

  constructor(startTime: number) {
    this.#now = startTime;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): Timer {
    const due = { time: this.#now + Math.max(0, delayMs), order: this.#order, action };
    this.#order += 1;
    this.#waiting.add(due);
    return { cancel: () => void this.#waiting.delete(due) };
  }

  /** When the next timer is due; null when none waits. */
  get nextTime(): number | null {
    return this.#next()?.time ?? null;
  }

  /** Moves time on by `ms` and runs the timers that fall due, in order, each at its own time. */
  advance(ms: number): void {
    this.advanceTo(this.#now + ms);
  }

  advanceTo(time: number): void {
    assert(time >= this.#now, "time never runs backwards");
    for (let due = this.#next(); due !== null && due.time <= time; due = this.#next()) {
      this.#now = due.time;
      this.#waiting.delete(due);
      due.action();
    }
    this.#now = time;
  }

  /**
   * Like `advance`, in steps of at most `stepMs` with `settle` awaited after each, so that what the
   * timers started on real sockets gets through before time goes on.
   */
  async advanceSettling(ms: number, stepMs: number, settle: () => Promise<void>): Promise<void> {
    const end = this.#now + ms;
    await settle();
    while (this.#now < end) {
      this.advanceTo(Math.min(end, this.#now + stepMs));
      await settle();
    }
  }

  #next(): Due | null {
    let first: Due | null = null;
    for (const due of this.#waiting) {
      if (first === null || due.time < first.time) first = due;
      else if (due.time === first.time && due.order < first.order) first = due;
    }
    return first;
  }
}
