/** The mean of the last `length` numbers, free of drift and exact where nothing moves. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * As in `RollingSum`, a window is a tail of the last full block and the head of the current one, and
 * nothing that was added is ever subtracted. What is summed is the distance from the block's last
 * number, which stands in the window as long as its tail is not empty; when it is, the block just
 * ended and gives a new one. So a window of equal numbers has exactly that mean, prices with a small
 * spread lose no digits, and what has left the window has left no trace. Constant cost, amortised.
 * The result is NaN until `length` numbers were pushed; NaN, inputs that are not there yet, are ignored.
 */
export class RollingMean implements Stateful {
  readonly length: number = 0;
  readonly #share: number = 0;
  /** Cells before the cursor are numbers, those behind it sums of tails; the last is 0. */
  readonly #cells: Float64Array;
  #cursor = 0;
  /** NaN until the first block ends, and with it every result. */
  #pivot = Number.NaN;
  #head = 0;

  constructor(length: number) {
    this.length = length | 0;
    this.#share = 1 / length;
    this.#cells = new Float64Array(length + 1);
  }

  /** Adds a number; gives the mean. */
  push(value: number): number {
    if (Number.isNaN(value)) return value;
    const cells = this.#cells;
    const cursor = this.#cursor + 1;
    cells[cursor - 1] = value;
    this.#cursor = cursor;
    if (cursor === cells.length - 1) {
      this.#endBlock();
      return value + (cells[0] ?? 0) * this.#share;
    }
    const head = this.#head + (value - this.#pivot);
    this.#head = head;
    return this.#pivot + (head + (cells[cursor] ?? 0)) * this.#share;
  }

  /** What `push` would give; changes nothing. `length` steps when the block is about to end, else constant. */
  peek(value: number): number {
    const cursor = this.#cursor + 1;
    if (cursor === this.length) {
      let tail = 0;
      for (let i = cursor - 2; i >= 0; i -= 1) tail += (this.#cells[i] ?? 0) - value;
      return value + tail * this.#share;
    }
    const head = this.#head + (value - this.#pivot);
    return this.#pivot + (head + (this.#cells[cursor] ?? 0)) * this.#share;
  }

  /** Turns the cells into sums of tails around the last number; the whole block is the longest tail. */
  #endBlock(): void {
    const cells = this.#cells;
    const last = cells[this.length - 1] ?? 0;
    let tail = 0;
    for (let i = this.length - 1; i >= 0; i -= 1) {
      tail += (cells[i] ?? 0) - last;
      cells[i] = tail;
    }
    this.#pivot = last;
    this.#head = 0;
    this.#cursor = 0;
  }

  write(state: number[]): void {
    state.push(this.#cursor, this.#pivot, this.#head);
    for (const cell of this.#cells) state.push(cell);
  }

  read(reader: StateReader): void {
    this.#cursor = reader.next();
    this.#pivot = reader.next();
    this.#head = reader.next();
    for (let i = 0; i < this.#cells.length; i += 1) this.#cells[i] = reader.next();
  }
}
