/** Wilder's averages of the rises and of the falls between closes: what RSI and its kin compare. */
import type { Stateful, StateReader } from "./indicator-state.ts";
import { VANISHED } from "./smoothed-mean.ts";

/**
 * The first averages come with close number `period` + 1 and are plain means; from then on each
 * change weighs 1 ÷ period. Source: Wilder 1978.
 */
export class WilderMoves implements Stateful {
  readonly #period: number;
  readonly #weight: number;
  #count = 0;
  /** The last close; 0 before the first one. */
  #close = 0;
  #rises = 0;
  #falls = 0;
  /** The averages that `strength` and `balance` are about. */
  #rise = 0;
  #fall = 0;

  constructor(period: number) {
    this.#period = period;
    this.#weight = 1 / period;
  }

  /** Takes a close; `strength` and `balance` are about it then. */
  push(close: number): void {
    if (this.#close !== 0) {
      this.peek(close);
      this.#rises = this.#rise;
      this.#falls = this.#fall;
      if (this.#count < this.#period) this.#count += 1;
    }
    this.#close = close;
  }

  /** Makes `strength` and `balance` what `push` would make them; changes no more. */
  peek(close: number): void {
    const change = close - this.#close;
    const weight = this.#count < this.#period ? 1 / (this.#count + 1) : this.#weight;
    // Rise and fall without a branch, which no processor could foresee; both are exact.
    const size = Math.abs(change);
    this.#rise = this.#rises + weight * (0.5 * (size + change) - this.#rises);
    this.#fall = this.#falls + weight * (0.5 * (size - change) - this.#falls);
  }

  /** RSI: the rises' share of all moves, 0 to 100; 0 where nothing moved, as TA-Lib has it. */
  get strength(): number {
    const moves = this.#rise + this.#fall;
    return moves < VANISHED ? 0 : 100 * (this.#rise / moves);
  }

  /** CMO: rises less falls as a share of all moves, −100 to 100; 0 where nothing moved. */
  get balance(): number {
    const moves = this.#rise + this.#fall;
    return moves < VANISHED ? 0 : 100 * ((this.#rise - this.#fall) / moves);
  }

  write(state: number[]): void {
    state.push(this.#count, this.#close, this.#rises, this.#falls);
  }

  read(reader: StateReader): void {
    this.#count = reader.next();
    this.#close = reader.next();
    this.#rises = reader.next();
    this.#falls = reader.next();
  }
}
