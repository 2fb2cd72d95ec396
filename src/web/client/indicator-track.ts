/** One indicator on one series: the server's history, carried on by the same code in the page. */
import type { Candle } from "../../core/candle.ts";
import type { Indicator } from "../../core/indicators/indicator.ts";
import { timeframeMs } from "../../core/timeframe.ts";
import type { IndicatorValuesAnswer } from "../../protocol/market.ts";
import type { CandleHistory } from "./candle-history.ts";

/** Open time, then one value an output; null while warming up. */
export type IndicatorRow = IndicatorValuesAnswer["values"][number];

export type TrackPhase = "loading" | "ready" | "failed";

/** What `advance` found: `behind` means that candles are missing between the track and the history. */
export type AdvanceOutcome = "current" | "behind";

/**
 * Nothing is recomputed: the server's state after its last closed candle is restored, then every
 * newer candle of the history is pushed and the forming one peeked at.
 */
export class IndicatorTrack {
  /** The canonical text, such as `ema(50)`. */
  readonly text: string;
  readonly #indicator: Indicator;
  readonly #live: Float64Array;
  #rows: IndicatorRow[] = [];
  #phase: TrackPhase = "loading";
  #lastOpenTime: number | null = null;
  #liveOpenTime: number | null = null;
  #revision = 0;

  constructor(text: string, indicator: Indicator) {
    this.text = text;
    this.#indicator = indicator;
    this.#live = new Float64Array(indicator.values.length);
  }

  get phase(): TrackPhase {
    return this.#phase;
  }

  /** Rows of closed candles, ascending. */
  get rows(): readonly IndicatorRow[] {
    return this.#rows;
  }

  /** Grows whenever rows changed otherwise than by one more at the end. */
  get revision(): number {
    return this.#revision;
  }

  /** The open time of the forming candle that `live` answers for, null without one. */
  get liveOpenTime(): number | null {
    return this.#liveOpenTime;
  }

  /** The outputs on the forming candle. */
  get live(): Float64Array {
    return this.#live;
  }

  /** The newest value of an output: of the forming candle, else of the last closed one. */
  latest(output: number): number | null {
    const value =
      this.#liveOpenTime === null ? this.#rows.at(-1)?.[output + 1] : this.#live[output];
    return value === undefined || value === null || Number.isNaN(value) ? null : value;
  }

  /** The value of an output on the candle that opens at `openTime`. */
  valueAt(openTime: number, output: number): number | null {
    if (openTime === this.#liveOpenTime) return this.latest(output);
    const row = this.#rows[this.#indexAt(openTime)];
    return row?.[0] === openTime ? (row[output + 1] ?? null) : null;
  }

  fail(): void {
    this.#phase = "failed";
  }

  /** Takes the server's answer; a state that this code cannot take leaves the track failed. */
  load(answer: IndicatorValuesAnswer): void {
    const restored = this.#restore(answer.state);
    this.#rows = [...answer.values];
    this.#lastOpenTime = restored ? (answer.state?.openTime ?? null) : null;
    this.#liveOpenTime = null;
    this.#phase = restored ? "ready" : "failed";
    this.#revision += 1;
  }

  #restore(state: IndicatorValuesAnswer["state"]): boolean {
    if (state === null) return false;
    const numbers = state.snapshot.map((cell) => cell ?? Number.NaN);
    try {
      this.#indicator.restore(numbers);
      return true;
    } catch {
      return false;
    }
  }

  /** Puts rows of older candles in front. */
  prepend(older: readonly IndicatorRow[]): void {
    const first = this.#rows[0]?.[0] ?? Number.POSITIVE_INFINITY;
    const fresh = older.filter((row) => row[0] < first);
    if (fresh.length === 0) return;
    this.#rows = [...fresh, ...this.#rows];
    this.#revision += 1;
  }

  /** Follows the history: pushes what has closed since, peeks at the candle that forms next. */
  advance(history: CandleHistory, forming: Candle | null): AdvanceOutcome {
    if (this.#phase !== "ready" || this.#lastOpenTime === null) return "current";
    const { first, candles } = history;
    if (first !== null && first.openTime > this.#lastOpenTime) return "behind";
    for (let i = history.indexAfter(this.#lastOpenTime); i < candles.length; i += 1) {
      const candle = candles[i];
      if (candle !== undefined) this.#push(candle);
    }
    const next = this.#lastOpenTime + timeframeMs(history.timeframe);
    this.#liveOpenTime = forming?.openTime === next ? next : null;
    if (forming !== null && this.#liveOpenTime !== null) {
      this.#indicator.peek(forming, this.#live);
    }
    return "current";
  }

  #push(candle: Candle): void {
    this.#indicator.push(candle);
    const values = [...this.#indicator.values].map((value) => (Number.isNaN(value) ? null : value));
    this.#rows.push([candle.openTime, ...values]);
    this.#lastOpenTime = candle.openTime;
  }

  #indexAt(openTime: number): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#rows[middle]?.[0] ?? 0) < openTime) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
