/** Wilder's averages of the rises and of the falls between closes: what RSI and its kin compare. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * The first averages come with close number `period` + 1 and are plain means; from then on each
 * change weighs 1 ÷ period. Every answer is NaN before. Source: Wilder 1978.
 */
export class WilderMoves implements Stateful {
  readonly #period: number = 0;
  /** Changes averaged so far, at most `period`. */
  #count = 0;
  /** 1 ÷ count, what the last change weighed. */
  #weight = 0;
  /** The last close; NaN before the first one. */
  #close = Number.NaN;
  #rises = 0;
  #falls = 0;

  constructor(period: number) {
    this.#period = period | 0;
  }

  /** Takes a close; `strength` and `balance` are about it then. */
  push(close: number): void {
    const change = close - this.#close;
    this.#close = close;
    if (Number.isNaN(change)) return;
    if (this.#count !== this.#period) {
      this.#count += 1;
      this.#weight = 1 / this.#count;
    }
    // Rise and fall without a branch, which no processor could foresee; both are exact.
    const size = Math.abs(change);
    this.#rises += this.#weight * (0.5 * (size + change) - this.#rises);
    this.#falls += this.#weight * (0.5 * (size - change) - this.#falls);
  }

  /** RSI: the rises' share of all moves, 0 to 100; 0 where nothing moved, as TA-Lib has it. */
  strength(): number {
    return this.#count === this.#period ? strengthOf(this.#rises, this.#falls) : Number.NaN;
  }

  /** CMO: rises less falls as a share of all moves, −100 to 100; 0 where nothing moved. */
  balance(): number {
    return this.#count === this.#period ? balanceOf(this.#rises, this.#falls) : Number.NaN;
  }

  /** What `strength` would be after a push of `close`; changes nothing. */
  peekStrength(close: number): number {
    return strengthOf(this.#peekAverage(close, 1), this.#peekAverage(close, -1));
  }

  /** What `balance` would be after a push of `close`; changes nothing. */
  peekBalance(close: number): number {
    return balanceOf(this.#peekAverage(close, 1), this.#peekAverage(close, -1));
  }

  /** The average that `push` would give to the rises (sign 1) or to the falls (−1). */
  #peekAverage(close: number, sign: 1 | -1): number {
    const count = Math.min(this.#count + 1, this.#period);
    if (count !== this.#period) return Number.NaN;
    const weight = 1 / count;
    const change = sign * (close - this.#close);
    const average = sign === 1 ? this.#rises : this.#falls;
    return average + weight * (0.5 * (Math.abs(change) + change) - average);
  }

  write(state: number[]): void {
    state.push(this.#count, this.#close, this.#rises, this.#falls);
  }

  read(reader: StateReader): void {
    this.#count = reader.next();
    this.#weight = 1 / Math.max(this.#count, 1);
    this.#close = reader.next();
    this.#rises = reader.next();
    this.#falls = reader.next();
  }
}

/**
 * Averages below this are taken for 0: in a market that stands still they shrink for ever, and end in
 * numbers too small to have a ratio. No price of an exchange moves by 1e-280 within any number of
 * candles that could matter.
 */
const VANISHED = 1e-280;

function strengthOf(rises: number, falls: number): number {
  const moves = rises + falls;
  return moves < VANISHED ? 0 : 100 * (rises / moves);
}

function balanceOf(rises: number, falls: number): number {
  const moves = rises + falls;
  return moves < VANISHED ? 0 : 100 * ((rises - falls) / moves);
}
