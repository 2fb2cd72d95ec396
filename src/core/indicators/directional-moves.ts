/** Wilder's directional moves and true range, summed: what ADX and the directional indicators compare. */
import type { Candle } from "../candle.ts";
import type { Stateful, StateReader } from "./indicator-state.ts";
import { trueRange } from "./true-range.ts";

/**
 * The first `period` − 1 moves are added; from then on the sum loses one part in `period` before
 * the next one is added. Source: Wilder 1978, as TA-Lib starts it.
 */
export class DirectionalMoves implements Stateful {
  /** How many moves are plainly added, and how many of them were. */
  readonly #plain: number = 0;
  #count = 0;
  readonly #kept: number = 0;
  /** The candle before; NaN before the first one. */
  #high = Number.NaN;
  #low = Number.NaN;
  #close = Number.NaN;
  #ups = 0;
  #downs = 0;
  #ranges = 0;

  constructor(period: number) {
    this.#plain = (period - 1) | 0;
    this.#kept = 1 - 1 / period;
  }

  push(candle: Candle): void {
    const up = candle.high - this.#high;
    const down = this.#low - candle.low;
    const range = trueRange(candle, this.#close);
    this.#high = candle.high;
    this.#low = candle.low;
    this.#close = candle.close;
    if (Number.isNaN(range)) return;
    if (this.#count === this.#plain) {
      this.#ups *= this.#kept;
      this.#downs *= this.#kept;
      this.#ranges *= this.#kept;
    } else {
      this.#count += 1;
    }
    if (up > down && up > 0) this.#ups += up;
    else if (down > up && down > 0) this.#downs += down;
    this.#ranges += range;
  }

  /** Takes the state of another one with the same period: a copy can be pushed to look ahead. */
  copy(other: DirectionalMoves): void {
    this.#count = other.#count;
    this.#high = other.#high;
    this.#low = other.#low;
    this.#close = other.#close;
    this.#ups = other.#ups;
    this.#downs = other.#downs;
    this.#ranges = other.#ranges;
  }

  /** +DI: the upward moves' share of the ranges, 0 to 100; 0 where nothing moved. */
  plus(): number {
    return this.#ranges < VANISHED ? 0 : 100 * (this.#ups / this.#ranges);
  }

  /** −DI: the downward moves' share of the ranges, 0 to 100; 0 where nothing moved. */
  minus(): number {
    return this.#ranges < VANISHED ? 0 : 100 * (this.#downs / this.#ranges);
  }

  /** DX: how one-sided the moves were, 0 to 100; −1 where nothing moved. */
  index(): number {
    const moves = this.#ups + this.#downs;
    return moves < VANISHED ? -1 : 100 * (Math.abs(this.#ups - this.#downs) / moves);
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
