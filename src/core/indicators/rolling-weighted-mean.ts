/** The linearly weighted mean of the last `length` numbers, free of drift. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * The newest number weighs `length`, the oldest 1. Nothing is ever subtracted: as in `RollingSum`, a
 * window is a tail of the last full block plus a head of the current one. The tail's weights are its
 * own ranks 1…m; the head's are its ranks plus m. Constant cost, amortised (a block's end costs
 * `length` additions at once). A flat window gives exactly its value.
 */
export class RollingWeightedMean implements Stateful {
  readonly length: number;
  readonly #divisor: number;
  /** Cells before the cursor are numbers; those behind it are ranked sums of tails; the last is 0. */
  readonly #cells: Float64Array;
  #cursor = 0;
  #headSum = 0;
  #headRanked = 0;
  #last = 0;
  #equal = 0;
  #count = 0;

  constructor(length: number) {
    this.length = length;
    this.#divisor = (length * (length + 1)) / 2;
    this.#cells = new Float64Array(length + 1);
  }

  /** Whether `length` numbers were pushed: before that the result means nothing. */
  get isReady(): boolean {
    return this.#count === this.length;
  }

  /** Adds a number; gives the weighted mean of the window that ends with it. */
  push(value: number): number {
    const mean = this.peek(value);
    this.#equal = value === this.#last ? Math.min(this.#equal + 1, this.length) : 1;
    this.#last = value;
    this.#cells[this.#cursor] = value;
    this.#cursor += 1;
    this.#headSum += value;
    this.#headRanked += this.#cursor * value;
    if (this.#cursor === this.length) this.#endBlock();
    if (this.#count < this.length) this.#count += 1;
    return mean;
  }

  /** What `push` would give; changes nothing. */
  peek(value: number): number {
    if (value === this.#last && this.#equal + 1 >= this.length) return value;
    const rank = this.#cursor + 1;
    const headSum = this.#headSum + value;
    const headRanked = this.#headRanked + rank * value;
    const tailRanked = this.#cells[rank] ?? 0;
    return (tailRanked + ((this.length - rank) * headSum + headRanked)) / this.#divisor;
  }

  #endBlock(): void {
    const cells = this.#cells;
    let sum = 0;
    let ranked = 0;
    for (let i = this.length - 1; i >= 0; i -= 1) {
      // One more number in front moves every other one a rank up, so the whole sum is added once.
      sum += cells[i] ?? 0;
      ranked += sum;
      cells[i] = ranked;
    }
    this.#cursor = 0;
    this.#headSum = 0;
    this.#headRanked = 0;
  }

  write(state: number[]): void {
    state.push(this.#cursor, this.#headSum, this.#headRanked);
    state.push(this.#last, this.#equal, this.#count);
    for (const cell of this.#cells) state.push(cell);
  }

  read(reader: StateReader): void {
    this.#cursor = reader.next();
    this.#headSum = reader.next();
    this.#headRanked = reader.next();
    this.#last = reader.next();
    this.#equal = reader.next();
    this.#count = reader.next();
    for (let i = 0; i < this.#cells.length; i += 1) this.#cells[i] = reader.next();
  }
}
