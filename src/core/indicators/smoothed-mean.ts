/** Exponential smoothing seeded by a plain mean: the EMA and Wilder's average. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * The first `delay` pushes are ignored, as are NaN, which stand for inputs that are not there yet. The
 * next `period` numbers are averaged, and the result is NaN until the last of them; after that
 * `mean += weight × (value − mean)`. A flat stream gives exactly its value.
 */
export class SmoothedMean implements Stateful {
  readonly period: number;
  // A number from the start: the engine then keeps the field unboxed. So in the other primitives.
  readonly #weight: number = 0;
  /** Numbers averaged so far; negative while ignoring. */
  #count = 0;
  #mean = 0;

  constructor(period: number, weight: number, delay = 0) {
    this.period = period;
    this.#weight = weight;
    this.#count = -delay;
  }

  /** The weight of the exponential moving average: 2 ÷ (period + 1). */
  static exponential(period: number, delay = 0): SmoothedMean {
    return new SmoothedMean(period, 2 / (period + 1), delay);
  }

  /** Wilder's weight: 1 ÷ period. */
  static wilder(period: number, delay = 0): SmoothedMean {
    return new SmoothedMean(period, 1 / period, delay);
  }

  /** Whether there is a result. */
  get isReady(): boolean {
    return this.#count === this.period;
  }

  /** The last result; NaN while there is none. */
  get mean(): number {
    return this.#count === this.period ? this.#mean : Number.NaN;
  }

  /** Takes a number and gives the new mean; NaN while there is none. */
  push(value: number): number {
    if (this.#count !== this.period) return this.#begin(value);
    this.#mean += this.#weight * (value - this.#mean);
    return this.#mean;
  }

  #begin(value: number): number {
    if (this.#count < 0) this.#count += 1;
    else if (!Number.isNaN(value)) {
      this.#count += 1;
      this.#mean += (value - this.#mean) / this.#count;
    }
    return this.mean;
  }

  /** What `push` would give; changes nothing. */
  peek(value: number): number {
    if (this.#count === this.period) return this.#mean + this.#weight * (value - this.#mean);
    if (this.#count + 1 !== this.period) return Number.NaN;
    return this.#mean + (value - this.#mean) / this.period;
  }

  write(state: number[]): void {
    state.push(this.#count, this.#mean);
  }

  read(reader: StateReader): void {
    this.#count = reader.next();
    this.#mean = reader.next();
  }
}

/**
 * Averages of moves below this are taken for none, when one is divided by another: in a market that
 * stands still they shrink for ever, and end in numbers too small to have a ratio. No price of an
 * exchange moves by 1e-280 within any number of candles that could matter.
 */
export const VANISHED = 1e-280;
