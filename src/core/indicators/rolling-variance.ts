/** The mean and the variance of the last `length` numbers, free of cancellation and drift. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * The textbook way, mean of squares minus square of the mean, loses every digit when prices are
 * much larger than their spread. Here the window is two blocks, as in `RollingSum`, each with its
 * mean and its sum of squared deviations, which are merged without subtracting squares.
 * Source: Welford 1962 for a block; Chan, Golub, LeVeque 1983 for the merger. Constant cost,
 * amortised. A flat window has variance exactly 0 and its value as mean.
 */
export class RollingVariance implements Stateful {
  readonly length: number;
  /** Cells before the cursor are numbers; those behind it are the means of tails. */
  readonly #means: Float64Array;
  /** Cells behind the cursor are the sums of squared deviations of tails. */
  readonly #squares: Float64Array;
  #cursor = 0;
  #headMean = 0;
  #headSquares = 0;
  #mean = 0;
  #variance = 0;

  constructor(length: number) {
    this.length = length;
    this.#means = new Float64Array(length + 1);
    this.#squares = new Float64Array(length + 1);
  }

  /** The mean of the window that the last `push` or `peek` was about. */
  get mean(): number {
    return this.#mean;
  }

  /** Its population variance (divisor `length`), ≥ 0; for a full window only. */
  get variance(): number {
    return this.#variance;
  }

  push(value: number): void {
    this.peek(value);
    const cursor = this.#cursor + 1;
    const away = value - this.#headMean;
    this.#headMean += away / cursor;
    this.#headSquares += away * (value - this.#headMean);
    this.#means[cursor - 1] = value;
    this.#cursor = cursor;
    if (cursor === this.length) this.#endBlock();
  }

  /** Sets `mean` and `variance` to those that `push` would give; the window stays. */
  peek(value: number): void {
    const cursor = this.#cursor + 1;
    const away = value - this.#headMean;
    const headMean = this.#headMean + away / cursor;
    const headSquares = this.#headSquares + away * (value - headMean);
    const tailWeight = (this.length - cursor) / this.length;
    const apart = (this.#means[cursor] ?? 0) - headMean;
    const squares =
      (this.#squares[cursor] ?? 0) + headSquares + apart * apart * (cursor * tailWeight);
    this.#mean = headMean + apart * tailWeight;
    this.#variance = squares / this.length;
  }

  #endBlock(): void {
    const means = this.#means;
    let mean = 0;
    let squares = 0;
    for (let i = this.length - 1; i >= 0; i -= 1) {
      const value = means[i] ?? 0;
      const away = value - mean;
      mean += away / (this.length - i);
      squares += away * (value - mean);
      means[i] = mean;
      this.#squares[i] = squares;
    }
    this.#cursor = 0;
    this.#headMean = 0;
    this.#headSquares = 0;
  }

  write(state: number[]): void {
    state.push(this.#cursor, this.#headMean, this.#headSquares);
    for (const cell of this.#means) state.push(cell);
    for (const cell of this.#squares) state.push(cell);
  }

  read(reader: StateReader): void {
    this.#cursor = reader.next();
    this.#headMean = reader.next();
    this.#headSquares = reader.next();
    for (let i = 0; i < this.#means.length; i += 1) this.#means[i] = reader.next();
    for (let i = 0; i < this.#squares.length; i += 1) this.#squares[i] = reader.next();
  }
}
