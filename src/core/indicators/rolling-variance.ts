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
  /** Cells before the cursor are numbers, those behind it sums of the tails' distances; the last is 0. */
  readonly #sums: Float64Array;
  /** Cells behind the cursor are sums of the tails' squared distances. */
  readonly #squares: Float64Array;
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
    this.#sums = new Float64Array(length + 1);
    this.#squares = new Float64Array(length + 1);
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
    this.#sums[this.#cursor] = value;
    this.#cursor += 1;
    if (this.#cursor === this.length) {
      this.#endBlock();
    } else {
      const distance = value - this.#pivot;
      this.#headSum += distance;
      this.#headSquares += distance * distance;
    }
    const sum = this.#headSum + (this.#sums[this.#cursor] ?? 0);
    this.#settle(sum, this.#headSquares + (this.#squares[this.#cursor] ?? 0));
  }

  /** Sets `mean` and `variance` to those that `push` would give; the window stays. */
  peek(value: number): void {
    const cursor = this.#cursor + 1;
    if (cursor === this.length) {
      this.#peekBlock(value);
      return;
    }
    const distance = value - this.#pivot;
    const sum = this.#headSum + distance + (this.#sums[cursor] ?? 0);
    const squares = this.#headSquares + distance * distance + (this.#squares[cursor] ?? 0);
    this.#settle(sum, squares);
  }

  /** Mean and variance from the sums of distances from the pivot and of their squares. */
  #settle(sum: number, squares: number): void {
    const away = sum * this.#share;
    this.#mean = this.#pivot + away;
    this.#variance = Math.max(0, squares * this.#share - away * away);
  }

  #endBlock(): void {
    const last = this.#sums[this.length - 1] ?? 0;
    let sum = 0;
    let squares = 0;
    for (let i = this.length - 1; i >= 0; i -= 1) {
      const distance = (this.#sums[i] ?? 0) - last;
      sum += distance;
      squares += distance * distance;
      this.#sums[i] = sum;
      this.#squares[i] = squares;
    }
    this.#pivot = last;
    this.#headSum = 0;
    this.#headSquares = 0;
    this.#cursor = 0;
  }

  #peekBlock(last: number): void {
    let sum = 0;
    let squares = 0;
    for (let i = this.length - 2; i >= 0; i -= 1) {
      const distance = (this.#sums[i] ?? 0) - last;
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
    for (const cell of this.#sums) state.push(cell);
    for (const cell of this.#squares) state.push(cell);
  }

  read(reader: StateReader): void {
    this.#cursor = reader.next();
    this.#pivot = reader.next();
    this.#headSum = reader.next();
    this.#headSquares = reader.next();
    for (let i = 0; i < this.#sums.length; i += 1) this.#sums[i] = reader.next();
    for (let i = 0; i < this.#squares.length; i += 1) this.#squares[i] = reader.next();
  }
}
