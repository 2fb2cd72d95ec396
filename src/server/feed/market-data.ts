/** What the feed offers to the rest of the server: series, forming candles, prices, minutes, state. */
import type { Candle, ClosedCandle } from "../../core/candle.ts";
import type { CandleSeries } from "../../core/candle-series.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { MarketMinute } from "../../core/market-minute.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import type { ConnectionStatus } from "../../protocol/statistics.ts";

/** What the feed tells those who listen; called synchronously, in order, never re-entrantly. */
export interface FeedListener {
  /** The forming candle changed; for eyes only. */
  onForming(symbol: string, timeframe: Timeframe, candle: Candle): void;
  /** A minute of one symbol is final; minutes of a symbol come strictly in order, none missing. */
  onMinute(minute: MarketMinute): void;
  /** A connection changed its state. */
  onStatus(): void;
}

/** What the rest of the server may read of the market. */
export interface MarketData {
  readonly instruments: readonly Instrument[];
  /** The latest closed candles; the same object for the life of the feed. */
  series(symbol: string, timeframe: Timeframe): CandleSeries;
  forming(symbol: string, timeframe: Timeframe): Candle | null;
  /** Last price by symbol. */
  prices(): ReadonlyMap<string, number>;
  connections(): Readonly<Record<Timeframe, ConnectionStatus>>;
  /** Whether every series has its history and every connection is open with fresh data. */
  isReady(): boolean;
  /**
   * Closed candles by open time in [`from`, `to`], ascending, at most `limit` ≤ 1,000 from the start:
   * from memory where it reaches, from the exchange (within the weight budget) where it does not.
   * Rejects with `ExchangeUnavailable` when the exchange is needed and refuses.
   */
  candles(
    symbol: string,
    timeframe: Timeframe,
    range: CandleRange,
  ): Promise<readonly ClosedCandle[]>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: FeedListener): () => void;
}

export interface CandleRange {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}
