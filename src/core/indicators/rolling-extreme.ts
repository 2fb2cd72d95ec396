/** The highest or lowest of the last `length` numbers. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/** Stands for "nothing yet": below every price, and, unlike −∞, a number that JSON keeps. */
const NOTHING = -Number.MAX_VALUE;

/**
 * Constant cost, amortised, by the same blocks as `RollingSum`: the extreme of a window is that of
 * a tail of the last full block and that of a head of the current one. Lows are highs of the
 * negated numbers. The result is NaN until `length` numbers were pushed.
 */
export class RollingExtreme implements Stateful {
  readonly length: number;
  readonly #sign: number;
  /** Cells before the cursor are numbers, those behind it extremes of tails (NaN in the first block); the last is NOTHING. */
  readonly #cells: Float64Array;
  #cursor = 0;
  #head = NOTHING;

  constructor(length: number, kind: "highest" | "lowest") {
    this.length = length;
    this.#sign = kind === "highest" ? 1 : -1;
    this.#cells = new Float64Array(length + 1).fill(Number.NaN);
    this.#cells[length] = NOTHING;
  }

  /** Adds a number; gives the extreme of the last `length`. */
  push(value: number): number {
    const cursor = this.#cursor + 1;
    const signed = this.#sign * value;
    const head = signed > this.#head ? signed : this.#head;
    const tail = this.#cells[cursor] ?? NOTHING;
    this.#cells[cursor - 1] = signed;
    this.#head = head;
    this.#cursor = cursor;
    if (cursor === this.length) this.#endBlock();
    // In this order NaN wins over any head.
    return this.#sign * (head > tail ? head : tail);
  }

  /** What `push` would give; changes nothing. */
  peek(value: number): number {
    const signed = this.#sign * value;
    const head = signed > this.#head ? signed : this.#head;
    const tail = this.#cells[this.#cursor + 1] ?? NOTHING;
    return this.#sign * (head > tail ? head : tail);
  }

  #endBlock(): void {
    const cells = this.#cells;
    let tail = NOTHING;
    for (let i = this.length - 1; i >= 0; i -= 1) {
      const cell = cells[i] ?? NOTHING;
      if (cell > tail) tail = cell;
      cells[i] = tail;
    }
    this.#cursor = 0;
    this.#head = NOTHING;
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
