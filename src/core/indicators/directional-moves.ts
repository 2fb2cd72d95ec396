/** Wilder's directional moves and true range, summed: what ADX and the directional indicators compare. */
import type { Candle } from "../candle.ts";
import type { Stateful, StateReader } from "./indicator-state.ts";
import { trueRange } from "./true-range.ts";

/**
 * The first `period` − 1 moves are added; from then on the sum loses one part in `period` before
 * the next one is added. Source: Wilder 1978, as TA-Lib starts it.
 */
export class DirectionalMoves implements Stateful {
  readonly #period: number = 0;
  readonly #kept: number = 0;
  #count = 0;
  /** The candle before; all 0 before the first one. */
  #high = 0;
  #low = 0;
  #close = 0;
  #ups = 0;
  #downs = 0;
  #ranges = 0;
  /** The sums that the answers are about. */
  #up = 0;
  #down = 0;
  #range = 0;

  constructor(period: number) {
    this.#period = period | 0;
    this.#kept = 1 - 1 / period;
  }

  /** Takes a candle; the answers are about it then. */
  push(candle: Candle): void {
    if (this.#close !== 0) {
      this.peek(candle);
      this.#ups = this.#up;
      this.#downs = this.#down;
      this.#ranges = this.#range;
      if (this.#count < this.#period - 1) this.#count += 1;
    }
    this.#high = candle.high;
    this.#low = candle.low;
    this.#close = candle.close;
  }

  /** Makes the answers what `push` would make them; changes no more. */
  peek(candle: Candle): void {
    const kept = this.#count < this.#period - 1 ? 1 : this.#kept;
    const up = candle.high - this.#high;
    const down = this.#low - candle.low;
    this.#up = kept * this.#ups + (up > down && up > 0 ? up : 0);
    this.#down = kept * this.#downs + (down > up && down > 0 ? down : 0);
    this.#range = kept * this.#ranges + trueRange(candle, this.#close);
  }

  /** +DI: the upward moves' share of the ranges, 0 to 100; 0 where nothing moved. */
  plus(): number {
    return this.#range < VANISHED ? 0 : 100 * (this.#up / this.#range);
  }

  /** −DI: the downward moves' share of the ranges, 0 to 100; 0 where nothing moved. */
  minus(): number {
    return this.#range < VANISHED ? 0 : 100 * (this.#down / this.#range);
  }

  /** DX: how one-sided the moves were, 0 to 100; −1 where nothing moved. */
  index(): number {
    const moves = this.#up + this.#down;
    return moves < VANISHED ? -1 : 100 * (Math.abs(this.#up - this.#down) / moves);
  }

  write(state: number[]): void {
    state.push(this.#count, this.#high, this.#low, this.#close);
    state.push(this.#ups, this.#downs, this.#ranges);
  }

  read(reader: StateReader): void {
    this.#count = reader.next();
    this.#high = reader.next();
    this.#low = reader.next();
    this.#close = reader.next();
    this.#ups = reader.next();
    this.#downs = reader.next();
    this.#ranges = reader.next();
  }
}

/** Sums below this are taken for 0, as in `WilderMoves` and for the same reason. */
const VANISHED = 1e-280;
