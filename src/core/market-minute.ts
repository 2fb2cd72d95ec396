/** The one event the core sees: everything of one symbol that became final at one minute boundary. */
import type { ClosedCandle } from "./candle.ts";
import { MINUTE_MS } from "./timeframe.ts";

export interface MarketMinute {
  readonly kind: "closed";
  readonly symbol: string;
  /** Open time of the minute, UTC ms; the minute's boundary is one minute later. */
  readonly openTime: number;
  /**
   * The candles that end at the boundary, ascending by timeframe. The 1m candle stands first;
   * where the exchange has none (a hole) it is absent, and higher candles may be too.
   */
  readonly candles: readonly ClosedCandle[];
}

/** The instant at which the minute became final. */
export function boundaryOf(minute: MarketMinute): number {
  return minute.openTime + MINUTE_MS;
}

/** Whether the exchange has no 1m candle for this minute. */
export function isHole(minute: MarketMinute): boolean {
  return minute.candles[0]?.timeframe !== "1m";
}
