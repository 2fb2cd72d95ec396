/** The sum of the last `length` numbers, free of drift. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * Nothing is ever subtracted, so nothing can drift, and a huge value that has left the window has
 * left the sum. The stream is cut into blocks of `length` numbers; a window is a tail of the last
 * full block plus a head of the current one. When a block is full, its cells are turned in place
 * into the sums of its tails; then `sum = tail sum + head sum`. Two additions a push, and one more
 * when a block ends: constant cost, amortised (the block's end costs `length` additions at once).
 * The result is NaN until `length` numbers were pushed.
 */
export class RollingSum implements Stateful {
  readonly length: number;
  /** Cells before the cursor are numbers, those behind it sums of tails (NaN in the first block); the last is 0. */
  readonly #cells: Float64Array;
  #cursor = 0;
  #head = 0;

  constructor(length: number) {
    this.length = length;
    this.#cells = new Float64Array(length + 1).fill(Number.NaN, 0, length);
  }

  /** Adds a number; gives the sum of the last `length`. */
  push(value: number): number {
    const cursor = this.#cursor + 1;
    const head = this.#head + value;
    const sum = (this.#cells[cursor] ?? 0) + head;
    this.#cells[cursor - 1] = value;
    this.#head = head;
    this.#cursor = cursor;
    if (cursor === this.length) this.#endBlock();
    return sum;
  }

  /** What `push` would give; changes nothing. */
  peek(value: number): number {
    return (this.#cells[this.#cursor + 1] ?? 0) + (this.#head + value);
  }

  #endBlock(): void {
    const cells = this.#cells;
    let tail = 0;
    for (let i = this.length - 1; i >= 0; i -= 1) {
      tail += cells[i] ?? 0;
      cells[i] = tail;
    }
    this.#cursor = 0;
    this.#head = 0;
  }

  write(state: number[]): void {
    state.push(this.#cursor, this.#head);
    for (const cell of this.#cells) state.push(cell);
  }

  read(reader: StateReader): void {
    this.#cursor = reader.next();
    this.#head = reader.next();
    for (let i = 0; i < this.#cells.length; i += 1) this.#cells[i] = reader.next();
  }
}
