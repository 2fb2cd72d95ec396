/** Wilder's averages of the rises and of the falls between closes: what RSI and its kin compare. */
import type { Stateful, StateReader } from "./indicator-state.ts";
import { VANISHED } from "./smoothed-mean.ts";

/**
 * The first averages come with close number `period` + 1 and are plain means; from then on each
 * change weighs 1 ÷ period. Source: Wilder 1978.
 */
export class WilderMoves implements Stateful {
  readonly #period: number;
  readonly #weight: number = 0;
  #count = 0;
  /** The last close; NaN before the first one. */
  #close = Number.NaN;
  #rises = 0;
  #falls = 0;
  /** The averages that `strength` and `balance` are about; NaN while there are none. */
  #rise = Number.NaN;
  #fall = Number.NaN;

  constructor(period: number) {
    this.#period = period;
    this.#weight = 1 / period;
  }

  /** Takes a close; `strength` and `balance` are about it then. */
  push(close: number): void {
    const change = close - this.#close;
    this.#close = close;
    if (this.#count !== this.#period) {
      this.#begin(change);
      return;
    }
    // Rise and fall without a branch, which no processor could foresee; both are exact.
    const size = Math.abs(change);
    this.#rises += this.#weight * (0.5 * (size + change) - this.#rises);
    this.#falls += this.#weight * (0.5 * (size - change) - this.#falls);
    this.#rise = this.#rises;
    this.#fall = this.#falls;
  }

  #begin(change: number): void {
    if (Number.isNaN(change)) return;
    this.#count += 1;
    const size = Math.abs(change);
    this.#rises += (0.5 * (size + change) - this.#rises) / this.#count;
    this.#falls += (0.5 * (size - change) - this.#falls) / this.#count;
    if (this.#count !== this.#period) return;
    this.#rise = this.#rises;
    this.#fall = this.#falls;
  }

  /** Makes `strength` and `balance` what `push` would make them; changes no more. */
  peek(close: number): void {
    const change = close - this.#close;
    const size = Math.abs(change);
    if (this.#count === this.#period) {
      this.#rise = this.#rises + this.#weight * (0.5 * (size + change) - this.#rises);
      this.#fall = this.#falls + this.#weight * (0.5 * (size - change) - this.#falls);
    } else if (this.#count + 1 === this.#period) {
      this.#rise = this.#rises + (0.5 * (size + change) - this.#rises) / this.#period;
      this.#fall = this.#falls + (0.5 * (size - change) - this.#falls) / this.#period;
    }
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
    const isReady = this.#count === this.#period;
    this.#rise = isReady ? this.#rises : Number.NaN;
    this.#fall = isReady ? this.#falls : Number.NaN;
  }
}
