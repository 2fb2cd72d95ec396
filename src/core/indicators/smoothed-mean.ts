/** Exponential smoothing seeded by a plain mean: the EMA and Wilder's average. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * The first `delay` numbers are ignored, the next `period` averaged; after them
 * `mean += weight × (value − mean)`. A flat stream gives exactly its value.
 */
export class SmoothedMean implements Stateful {
  readonly period: number;
  readonly #weight: number;
  /** Numbers averaged so far; negative while ignoring. */
  #count: number;
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

  /** Whether `delay + period` numbers were pushed. */
  get isReady(): boolean {
    return this.#count === this.period;
  }

  /** The last result; the mean so far while there are fewer than `period`. */
  get mean(): number {
    return this.#mean;
  }

  /** Takes a number and gives the new mean; it means nothing before `delay + period` numbers. */
  push(value: number): number {
    const mean = this.peek(value);
    if (this.#count !== this.period) this.#count += 1;
    this.#mean = mean;
    return mean;
  }

  /** What `push` would give; changes nothing. */
  peek(value: number): number {
    if (this.#count === this.period) return this.#mean + this.#weight * (value - this.#mean);
    if (this.#count < 0) return 0;
    return this.#mean + (value - this.#mean) / (this.#count + 1);
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
