/** The closed candles that a chart shows: ascending, none doubled, no gap that the server did not state. */
import { type Candle, sameCandle } from "../../core/candle.ts";
import { type Timeframe, timeframeMs } from "../../core/timeframe.ts";

/**
 * 20,000 candles are two weeks of minutes and 54 years of days; with a dozen indicators they stay
 * under 30 MB and a redraw under a frame.
 */
export const HISTORY_CANDLES_MAX = 20_000;

/** Dropped at once when the bound is reached, so that a redraw is rare. */
const TRIM_CANDLES = 1_000;

/** Whether the candles held before still stand; after `replaced` nothing of them is left. */
export type SnapshotOutcome = "continued" | "replaced";

/** What became of a closed candle: `gap` asks for a new snapshot. */
export type AppendOutcome = "appended" | "known" | "gap";

export class CandleHistory {
  readonly timeframe: Timeframe;
  #candles: Candle[] = [];
  #revision = 0;

  constructor(timeframe: Timeframe) {
    this.timeframe = timeframe;
  }

  get candles(): readonly Candle[] {
    return this.#candles;
  }

  get first(): Candle | null {
    return this.#candles[0] ?? null;
  }

  get last(): Candle | null {
    return this.#candles.at(-1) ?? null;
  }

  /** Grows whenever candles changed otherwise than by one more at the end. */
  get revision(): number {
    return this.#revision;
  }

  get isFull(): boolean {
    return this.#candles.length >= HISTORY_CANDLES_MAX;
  }

  /**
   * Takes the server's newest candles. What lies before them is kept when it meets them and agrees
   * with them; otherwise it is dropped, because a gap would go unseen or another market be mixed in.
   */
  takeSnapshot(snapshot: readonly Candle[]): SnapshotOutcome {
    if (!this.#isContinuedBy(snapshot)) {
      this.#candles = [...snapshot];
      this.#revision += 1;
      return "replaced";
    }
    const newer = snapshot.slice(firstAfter(snapshot, this.last?.openTime ?? 0));
    if (newer.length > 0) {
      this.#candles = [...this.#candles, ...newer];
      this.#revision += 1;
    }
    return "continued";
  }

  #isContinuedBy(snapshot: readonly Candle[]): boolean {
    const last = this.last;
    const start = snapshot[0];
    const end = snapshot.at(-1);
    if (last === null || start === undefined || end === undefined) return false;
    const meets = start.openTime <= last.openTime + timeframeMs(this.timeframe);
    if (!meets || end.openTime < last.openTime) return false;
    const shared = this.#candles.slice(this.indexAfter(start.openTime - 1));
    return shared.every((candle, i) => {
      const other = snapshot[i];
      return other !== undefined && sameCandle(candle, other);
    });
  }

  /** Takes a candle that has just become final. */
  append(candle: Candle): AppendOutcome {
    const last = this.last;
    if (last !== null) {
      if (candle.openTime <= last.openTime) return "known";
      if (candle.openTime !== last.openTime + timeframeMs(this.timeframe)) return "gap";
    }
    this.#candles.push(candle);
    if (this.#candles.length > HISTORY_CANDLES_MAX + TRIM_CANDLES) {
      this.#candles = this.#candles.slice(TRIM_CANDLES);
      this.#revision += 1;
    }
    return "appended";
  }

  /** Puts older candles in front; those that are already known are passed over. Returns how many were new. */
  prepend(older: readonly Candle[]): number {
    const first = this.first;
    const fresh = first === null ? [] : older.filter((candle) => candle.openTime < first.openTime);
    if (fresh.length === 0) return 0;
    this.#candles = [...fresh, ...this.#candles];
    this.#revision += 1;
    return fresh.length;
  }

  /** The index of the first candle that opens after `time`; the length when there is none. */
  indexAfter(time: number): number {
    return firstAfter(this.#candles, time);
  }
}

function firstAfter(candles: readonly Candle[], time: number): number {
  let low = 0;
  let high = candles.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candle = candles[middle];
    if (candle !== undefined && candle.openTime <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
