/** What the simulated exchange needs of a market: its instruments and its candles at any instant. */
import type { Candle } from "../core/candle.ts";
import type { Instrument } from "../core/instrument.ts";
import type { Timeframe } from "../core/timeframe.ts";

/** A candle with what else the exchange's wire says of it. */
export interface MarketCandle extends Candle {
  /** Volume in the quote asset. */
  readonly quoteVolume: number;
  /** Part of the volume that buyers took. */
  readonly takerVolume: number;
  readonly trades: number;
  /** Number of the first trade; meaningless without trades. */
  readonly firstTradeId: number;
}

/** A market is a fixed history and future: asking never changes the answer. */
export interface Market {
  readonly instruments: readonly Instrument[];
  /** Open time of the first minute. */
  readonly startTime: number;
  /** The instant after the last minute, where the market falls silent; null when it never does. */
  readonly endTime: number | null;
  /** The whole candle that opens at `openTime`; null where the market has none. */
  candle(symbol: string, timeframe: Timeframe, openTime: number): MarketCandle | null;
  /** The candle that contains `time`, formed by what happened before `time`; null where there is none. */
  formingCandle(symbol: string, timeframe: Timeframe, time: number): MarketCandle | null;
}
