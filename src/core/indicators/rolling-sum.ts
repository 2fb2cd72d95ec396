/** The sum and the mean of the last `length` numbers, free of drift. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * Nothing is ever subtracted, so nothing can drift, and a huge value that has left the window has
 * left the sum. The stream is cut into blocks of `length` numbers; a window is a tail of the last
 * full block plus a head of the current one. When a block is full, its cells are turned in place
 * into the sums of its tails; then `sum = tail sum + head sum`. Two additions a push, and one more
 * when a block ends: constant cost, amortised (the block's end costs `length` additions at once).
 *
 * A window of equal numbers has exactly that number as its mean.
 */
export class RollingSum implements Stateful {
  readonly length: number;
  /** Cells before the cursor wait for their block to end; those behind it are tail sums; the last is 0. */
  readonly #cells: Float64Array;
  #cursor = 0;
  #head = 0;
  #last = 0;
  #equal = 0;

  constructor(length: number) {
    this.length = length;
    this.#cells = new Float64Array(length + 1);
  }

  /** Adds a number; gives the sum of the last `length` (of all, while there are fewer). */
  push(value: number): number {
    const cursor = this.#cursor + 1;
    const head = this.#head + value;
    const sum = (this.#cells[cursor] ?? 0) + head;
    this.#cells[cursor - 1] = value;
    this.#head = head;
    this.#cursor = cursor;
    if (cursor === this.length) this.#endBlock();
    if (value === this.#last) this.#equal += 1;
    else {
      this.#last = value;
      this.#equal = 1;
    }
    return this.#equal >= this.length ? value * this.length : sum;
  }

  /** What `push` would give; changes nothing. */
  peek(value: number): number {
    if (this.#isFlatWith(value)) return value * this.length;
    return (this.#cells[this.#cursor + 1] ?? 0) + (this.#head + value);
  }

  /** `push`, then the mean of a full window. */
  pushMean(value: number): number {
    const sum = this.push(value);
    return this.#equal >= this.length ? value : sum / this.length;
  }

  /** What `pushMean` would give; changes nothing. */
  peekMean(value: number): number {
    return this.#isFlatWith(value) ? value : this.peek(value) / this.length;
  }

  #isFlatWith(value: number): boolean {
    return this.length === 1 || (value === this.#last && this.#equal + 1 >= this.length);
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
    state.push(this.#cursor, this.#head, this.#last, this.#equal);
    for (const cell of this.#cells) state.push(cell);
  }

  read(reader: StateReader): void {
    this.#cursor = reader.next();
    this.#head = reader.next();
    this.#last = reader.next();
    this.#equal = reader.next();
    for (let i = 0; i < this.#cells.length; i += 1) this.#cells[i] = reader.next();
  }
}
