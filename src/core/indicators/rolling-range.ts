/** The highest high and the lowest low of the last `length` candles. */
import type { Candle } from "../candle.ts";
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * Two `RollingExtreme` in one, which share a cursor and the end of their blocks. `highest` and
 * `lowest` are about the last `push` or `peek`, and NaN until `length` candles were pushed.
 */
export class RollingRange implements Stateful {
  readonly length: number = 0;
  /** Pairs of high and low: before the cursor prices, behind it extremes of tails (NaN in the first block). */
  readonly #pairs: Float64Array;
  #cursor = 0;
  #headHigh = NO_HIGH;
  #headLow = NO_LOW;
  #highest = Number.NaN;
  #lowest = Number.NaN;

  constructor(length: number) {
    this.length = length | 0;
    this.#pairs = new Float64Array(2 * length + 2).fill(Number.NaN);
    this.#pairs[2 * length] = NO_HIGH;
    this.#pairs[2 * length + 1] = NO_LOW;
  }

  get highest(): number {
    return this.#highest;
  }

  get lowest(): number {
    return this.#lowest;
  }

  push(candle: Candle): void {
    const { high, low } = candle;
    if (high > this.#headHigh) this.#headHigh = high;
    if (low < this.#headLow) this.#headLow = low;
    const pairs = this.#pairs;
    const next = 2 * this.#cursor + 2;
    this.#settle(next, this.#headHigh, this.#headLow);
    pairs[next - 2] = high;
    pairs[next - 1] = low;
    this.#cursor += 1;
    if (this.#cursor === this.length) this.#endBlock();
  }

  /** Makes the answers what `push` would make them; changes no more. */
  peek(candle: Candle): void {
    const high = candle.high > this.#headHigh ? candle.high : this.#headHigh;
    const low = candle.low < this.#headLow ? candle.low : this.#headLow;
    this.#settle(2 * this.#cursor + 2, high, low);
  }

  /** Answers from the head and the tail at `next`; in these comparisons NaN wins over any head. */
  #settle(next: number, headHigh: number, headLow: number): void {
    const high = this.#pairs[next] ?? 0;
    const low = this.#pairs[next + 1] ?? 0;
    this.#highest = headHigh > high ? headHigh : high;
    this.#lowest = headLow < low ? headLow : low;
  }

  #endBlock(): void {
    const pairs = this.#pairs;
    let [high, low] = [NO_HIGH, NO_LOW];
    for (let i = 2 * this.length - 2; i >= 0; i -= 2) {
      high = Math.max(high, pairs[i] ?? 0);
      low = Math.min(low, pairs[i + 1] ?? 0);
      pairs[i] = high;
      pairs[i + 1] = low;
    }
    this.#cursor = 0;
    this.#headHigh = NO_HIGH;
    this.#headLow = NO_LOW;
  }

  write(state: number[]): void {
    state.push(this.#cursor, this.#headHigh, this.#headLow);
    for (const price of this.#pairs) state.push(price);
  }

  read(reader: StateReader): void {
    this.#cursor = reader.next();
    this.#headHigh = reader.next();
    this.#headLow = reader.next();
    for (let i = 0; i < this.#pairs.length; i += 1) this.#pairs[i] = reader.next();
  }
}

/** Stand for "nothing yet": beyond every price, and, unlike ±∞, numbers that JSON keeps. */
const NO_HIGH = -1e300;
const NO_LOW = 1e300;
