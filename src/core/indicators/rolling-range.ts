/** The highest high and the lowest low of the last `length` candles. */
import type { Candle } from "../candle.ts";
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * Two `RollingExtreme` in one, which share a cursor and the end of their blocks. `highest` and
 * `lowest` are about the last `push` or `peek`, and NaN until `length` candles were pushed.
 */
export class RollingRange implements Stateful {
  readonly length: number = 0;
  /** Cells before the cursor are prices, those behind it extremes of tails (NaN in the first block). */
  readonly #highs: Float64Array;
  readonly #lows: Float64Array;
  #cursor = 0;
  #headHigh = NO_HIGH;
  #headLow = NO_LOW;
  #highest = Number.NaN;
  #lowest = Number.NaN;

  constructor(length: number) {
    this.length = length | 0;
    this.#highs = new Float64Array(length + 1).fill(Number.NaN);
    this.#lows = new Float64Array(length + 1).fill(Number.NaN);
    this.#highs[length] = NO_HIGH;
    this.#lows[length] = NO_LOW;
  }

  get highest(): number {
    return this.#highest;
  }

  get lowest(): number {
    return this.#lowest;
  }

  push(candle: Candle): void {
    const { high, low } = candle;
    const cursor = this.#cursor + 1;
    if (high > this.#headHigh) this.#headHigh = high;
    if (low < this.#headLow) this.#headLow = low;
    this.#settle(cursor, this.#headHigh, this.#headLow);
    this.#highs[cursor - 1] = high;
    this.#lows[cursor - 1] = low;
    this.#cursor = cursor;
    if (cursor === this.length) this.#endBlock();
  }

  /** Makes the answers what `push` would make them; changes no more. */
  peek(candle: Candle): void {
    const high = candle.high > this.#headHigh ? candle.high : this.#headHigh;
    const low = candle.low < this.#headLow ? candle.low : this.#headLow;
    this.#settle(this.#cursor + 1, high, low);
  }

  /** In these comparisons NaN wins over any head. */
  #settle(cursor: number, headHigh: number, headLow: number): void {
    const high = this.#highs[cursor] ?? 0;
    const low = this.#lows[cursor] ?? 0;
    this.#highest = headHigh > high ? headHigh : high;
    this.#lowest = headLow < low ? headLow : low;
  }

  #endBlock(): void {
    let [high, low] = [NO_HIGH, NO_LOW];
    for (let i = this.length - 1; i >= 0; i -= 1) {
      high = Math.max(high, this.#highs[i] ?? 0);
      low = Math.min(low, this.#lows[i] ?? 0);
      this.#highs[i] = high;
      this.#lows[i] = low;
    }
    this.#cursor = 0;
    this.#headHigh = NO_HIGH;
    this.#headLow = NO_LOW;
  }

  write(state: number[]): void {
    state.push(this.#cursor, this.#headHigh, this.#headLow);
    state.push(...this.#highs, ...this.#lows);
  }

  read(reader: StateReader): void {
    this.#cursor = reader.next();
    this.#headHigh = reader.next();
    this.#headLow = reader.next();
    for (let i = 0; i <= this.length; i += 1) this.#highs[i] = reader.next();
    for (let i = 0; i <= this.length; i += 1) this.#lows[i] = reader.next();
  }
}

/** Stand for "nothing yet": beyond every price, and, unlike ±∞, numbers that JSON keeps. */
const NO_HIGH = -1e300;
const NO_LOW = 1e300;
