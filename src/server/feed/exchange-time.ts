/** What the exchange's clock reads, as far as its frames and answers have told; never the wall clock. */

/**
 * `jump`: so far ahead of all before that a second witness is needed; `confirmed`: this one is the
 * second witness.
 */
export type Testimony = "plausible" | "jump" | "confirmed";

/**
 * One wild time must not move the clock: a leap forward of more than this needs two witnesses. It is
 * longer than skews seen in practice and shorter than any harm.
 */
export const LEAP_MS = 15 * 60_000;

/** A stream that said nothing for so long (wall clock) no longer vouches for the time. */
const STREAM_VOUCHES_MS = 10_000;

export class ExchangeTime {
  #now: number | null = null;
  #candidate: number | null = null;
  #streamTime = 0;
  #streamAt = Number.NEGATIVE_INFINITY;

  /** The latest time known, ms; null before the first word. It only grows. */
  get now(): number | null {
    return this.#now;
  }

  /** Takes the event time of a frame that came at `at` by the wall clock. */
  observeStream(time: number, at: number): Testimony {
    const testimony = this.observe(time);
    if (testimony !== "jump") {
      this.#streamTime = Math.max(time, this.#streamTime);
      this.#streamAt = at;
    }
    return testimony;
  }

  /** Takes a time that the exchange told. */
  observe(time: number): Testimony {
    if (this.#now === null || time <= this.#now + LEAP_MS) {
      this.#now = Math.max(time, this.#now ?? time);
      this.#candidate = null;
      return "plausible";
    }
    if (this.#candidate !== null && Math.abs(time - this.#candidate) <= LEAP_MS) {
      this.#now = Math.max(time, this.#candidate);
      this.#candidate = null;
      return "confirmed";
    }
    this.#candidate = time;
    return "jump";
  }

  /**
   * The cautious one of REST's clock and a live stream's: a candle that ended by it has ended, even
   * if one of the two clocks runs ahead.
   */
  cautious(restTime: number, at: number): number {
    const isVouched = Math.abs(at - this.#streamAt) <= STREAM_VOUCHES_MS;
    return isVouched ? Math.min(restTime, this.#streamTime) : restTime;
  }
}
