/** The mean and the variance of the last `length` numbers, free of cancellation and drift. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * The textbook way, mean of squares minus square of the mean, loses every digit when prices are much
 * larger than their spread. Here the squares are those of distances from a number in the window
 * (which one: see `RollingMean`). No distance is longer than the window is wide, so at most some
 * log10(length) of sixteen digits are lost, whatever the price; a flat window has variance exactly 0.
 * Constant cost, amortised.
 */
export class RollingVariance implements Stateful {
  readonly length: number = 0;
  readonly #share: number = 0;
  /**
   * Pairs: before the cursor a number and nothing, behind it a tail's sum of distances and of squared
   * distances; the last are 0.
   */
  readonly #pairs: Float64Array;
  #cursor = 0;
  /** NaN until the first block ends, and with it every result. */
  #pivot = Number.NaN;
  #headSum = 0;
  #headSquares = 0;
  #mean = Number.NaN;
  #variance = Number.NaN;

  constructor(length: number) {
    this.length = length | 0;
    this.#share = 1 / length;
    this.#pairs = new Float64Array(2 * length + 2);
  }

  /** The mean of the window that the last `push` or `peek` was about; NaN until `length` numbers were pushed. */
  get mean(): number {
    return this.#mean;
  }

  /** Its population variance (divisor `length`), ≥ 0; NaN until `length` numbers were pushed. */
  get variance(): number {
    return this.#variance;
  }

  push(value: number): void {
    const pairs = this.#pairs;
    pairs[2 * this.#cursor] = value;
    this.#cursor += 1;
    if (this.#cursor === this.length) {
      this.#endBlock();
    } else {
      const distance = value - this.#pivot;
      this.#headSum += distance;
      this.#headSquares += distance * distance;
    }
    const tail = 2 * this.#cursor;
    const sum = this.#headSum + (pairs[tail] ?? 0);
    this.#settle(sum, this.#headSquares + (pairs[tail + 1] ?? 0));
  }

  /** Sets `mean` and `variance` to those that `push` would give; the window stays. */
  peek(value: number): void {
    const tail = 2 * this.#cursor + 2;
    if (tail === 2 * this.length) {
      this.#peekBlock(value);
      return;
    }
    const distance = value - this.#pivot;
    const sum = this.#headSum + distance + (this.#pairs[tail] ?? 0);
    this.#settle(sum, this.#headSquares + distance * distance + (this.#pairs[tail + 1] ?? 0));
  }

  /** Mean and variance from the sums of distances from the pivot and of their squares. */
  #settle(sum: number, squares: number): void {
    const away = sum * this.#share;
    this.#mean = this.#pivot + away;
    this.#variance = Math.max(0, squares * this.#share - away * away);
  }

  #endBlock(): void {
    const pairs = this.#pairs;
    const last = pairs[2 * this.length - 2] ?? 0;
    let [sum, squares] = [0, 0];
    for (let i = 2 * this.length - 2; i >= 0; i -= 2) {
      const distance = (pairs[i] ?? 0) - last;
      sum += distance;
      squares += distance * distance;
      pairs[i] = sum;
      pairs[i + 1] = squares;
    }
    this.#pivot = last;
    this.#headSum = 0;
    this.#headSquares = 0;
    this.#cursor = 0;
  }

  #peekBlock(last: number): void {
    let [sum, squares] = [0, 0];
    for (let i = 2 * this.length - 4; i >= 0; i -= 2) {
      const distance = (this.#pairs[i] ?? 0) - last;
      sum += distance;
      squares += distance * distance;
    }
    const pivot = this.#pivot;
    this.#pivot = last;
    this.#settle(sum, squares);
    this.#pivot = pivot;
  }

  write(state: number[]): void {
    state.push(this.#cursor, this.#pivot, this.#headSum, this.#headSquares);
    for (const each of this.#pairs) state.push(each);
  }

  read(reader: StateReader): void {
    this.#cursor = reader.next();
    this.#pivot = reader.next();
    this.#headSum = reader.next();
    this.#headSquares = reader.next();
    for (let i = 0; i < this.#pairs.length; i += 1) this.#pairs[i] = reader.next();
  }
}
