/** The equity of a wallet through time: its deepest fall with dates, and its value at each midnight. */
import { assert } from "../assert.ts";

/** UTC days, as the exchange's daily candles. */
export const DAY_MS = 86_400_000;

/** The deepest fall: from the peak at `peakTime` to the lowest mark after it, as a fraction of the peak. */
export interface Drawdown {
  readonly fraction: number;
  readonly peakTime: number;
  readonly troughTime: number;
}

/** Plain data: another curve made from it continues exactly. */
export interface EquityState {
  readonly startTime: number;
  readonly startEquity: number;
  readonly lastTime: number;
  readonly lastEquity: number;
  readonly peakTime: number;
  readonly peakEquity: number;
  readonly drawdown: Drawdown | null;
  /** The equity at each UTC midnight from the first one at or after the start, a day apart. */
  readonly midnights: readonly number[];
}

/** Marks in the quote asset. A mark that equals the one before may be left out. */
export class EquityCurve {
  readonly #startTime: number;
  readonly #startEquity: number;
  readonly #midnights: number[];
  #lastTime: number;
  #lastEquity: number;
  #peakTime: number;
  #peakEquity: number;
  #drawdown: Drawdown | null;
  #fraction: number;
  #nextMidnight: number;

  constructor(from: EquityState) {
    this.#startTime = from.startTime;
    this.#startEquity = from.startEquity;
    this.#lastTime = from.lastTime;
    this.#lastEquity = from.lastEquity;
    this.#peakTime = from.peakTime;
    this.#peakEquity = from.peakEquity;
    this.#drawdown = from.drawdown;
    this.#fraction = from.drawdown?.fraction ?? 0;
    this.#midnights = [...from.midnights];
    this.#nextMidnight = firstMidnight(from.startTime) + from.midnights.length * DAY_MS;
  }

  /** A curve that begins at that instant. */
  static begin(time: number, equity: number): EquityCurve {
    const midnights = firstMidnight(time) === time ? [equity] : [];
    return new EquityCurve({
      startTime: time,
      startEquity: equity,
      lastTime: time,
      lastEquity: equity,
      peakTime: time,
      peakEquity: equity,
      drawdown: null,
      midnights,
    });
  }

  get state(): EquityState {
    return {
      startTime: this.#startTime,
      startEquity: this.#startEquity,
      lastTime: this.#lastTime,
      lastEquity: this.#lastEquity,
      peakTime: this.#peakTime,
      peakEquity: this.#peakEquity,
      drawdown: this.#drawdown,
      midnights: [...this.#midnights],
    };
  }

  /** Marks the equity at an instant, not before the last one. */
  push(time: number, equity: number): void {
    assert(time >= this.#lastTime, "marks come in order");
    while (time >= this.#nextMidnight) {
      this.#midnights.push(time === this.#nextMidnight ? equity : this.#lastEquity);
      this.#nextMidnight += DAY_MS;
    }
    this.#lastTime = time;
    this.#lastEquity = equity;
    if (equity > this.#peakEquity) {
      this.#peakEquity = equity;
      this.#peakTime = time;
      return;
    }
    const fraction = (this.#peakEquity - equity) / this.#peakEquity;
    if (fraction <= this.#fraction) return;
    this.#fraction = fraction;
    this.#drawdown = { fraction, peakTime: this.#peakTime, troughTime: time };
  }
}

/** The returns from midnight to midnight, as fractions. */
export function dailyReturns({ midnights }: EquityState): number[] {
  const returns: number[] = [];
  for (let i = 1; i < midnights.length; i += 1) {
    const before = midnights[i - 1] ?? 0;
    returns.push(before === 0 ? 0 : (midnights[i] ?? 0) / before - 1);
  }
  return returns;
}

function firstMidnight(time: number): number {
  return Math.ceil(time / DAY_MS) * DAY_MS;
}
