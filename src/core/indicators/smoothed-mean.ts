/** Exponential smoothing seeded by a plain mean: the EMA and Wilder's average. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * The first `period` numbers are averaged; after them `mean += weight × (value − mean)`. A flat
 * stream gives exactly its value.
 */
export class SmoothedMean implements Stateful {
  readonly period: number;
  readonly #weight: number;
  #count = 0;
  #mean = 0;

  constructor(period: number, weight: number) {
    this.period = period;
    this.#weight = weight;
  }

  /** The weight of the exponential moving average: 2 ÷ (period + 1). */
  static exponential(period: number): SmoothedMean {
    return new SmoothedMean(period, 2 / (period + 1));
  }

  /** Wilder's weight: 1 ÷ period. */
  static wilder(period: number): SmoothedMean {
    return new SmoothedMean(period, 1 / period);
  }

  /** Whether `period` numbers were pushed. */
  get isReady(): boolean {
    return this.#count === this.period;
  }

  /** The last result; the mean so far while there are fewer than `period`. */
  get mean(): number {
    return this.#mean;
  }

  /** Takes a number and gives the new mean; it means nothing before the `period`-th. */
  push(value: number): number {
    const mean = this.peek(value);
    if (this.#count < this.period) this.#count += 1;
    this.#mean = mean;
    return mean;
  }

  /** What `push` would give; changes nothing. */
  peek(value: number): number {
    const weight = this.#count < this.period ? 1 / (this.#count + 1) : this.#weight;
    return this.#mean + weight * (value - this.#mean);
  }

  write(state: number[]): void {
    state.push(this.#count, this.#mean);
  }

  read(reader: StateReader): void {
    this.#count = reader.next();
    this.#mean = reader.next();
  }
}
