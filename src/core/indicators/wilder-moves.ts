/** Wilder's averages of the rises and of the falls between closes: what RSI and its kin compare. */
import type { Stateful, StateReader } from "./indicator-state.ts";
import { SmoothedMean, VANISHED } from "./smoothed-mean.ts";

/** The first averages come with close number `period` + 1. Source: Wilder 1978. */
export class WilderMoves implements Stateful {
  readonly #rises: SmoothedMean;
  readonly #falls: SmoothedMean;
  /** The last close; 0 before the first one. */
  #close = 0;
  #rise = 0;
  #fall = 0;

  constructor(period: number) {
    this.#rises = SmoothedMean.wilder(period);
    this.#falls = SmoothedMean.wilder(period);
  }

  /** Takes a close; `strength` and `balance` are about it then. */
  push(close: number): void {
    if (this.#close !== 0) {
      const change = close - this.#close;
      this.#rise = this.#rises.push(change > 0 ? change : 0);
      this.#fall = this.#falls.push(change < 0 ? -change : 0);
    }
    this.#close = close;
  }

  /** Makes `strength` and `balance` what `push` would make them; changes no more. */
  peek(close: number): void {
    const change = close - this.#close;
    this.#rise = this.#rises.peek(change > 0 ? change : 0);
    this.#fall = this.#falls.peek(change < 0 ? -change : 0);
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
    state.push(this.#close);
    this.#rises.write(state);
    this.#falls.write(state);
  }

  read(reader: StateReader): void {
    this.#close = reader.next();
    this.#rises.read(reader);
    this.#falls.read(reader);
  }
}
