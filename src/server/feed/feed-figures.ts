/** What the feed counts about itself, for metrics and for those who wonder. */
import type { Timeframe } from "../../core/timeframe.ts";
import type { ExchangeCounters } from "../exchange/exchange.ts";

/** Grows only; plain numbers, written by the feed. */
export interface FeedCounters {
  /** Messages of any kind that came through the six connections. */
  frames: number;
  /** Messages that were refused: garbage, foreign symbols, impossible candles. */
  faultyFrames: number;
  /** Well-formed events that are not ours to understand. */
  unknownFrames: number;
  /** Closed candles taken, from the stream and by REST. */
  closes: number;
  /** Closed candles that came again with the same numbers. */
  duplicates: number;
  /** Closed candles that came again with other numbers; the first version stays. */
  revisions: number;
  /** Times that REST was asked because a candle was missing at its deadline. */
  gaps: number;
  /** Candles that REST then gave. */
  repaired: number;
  /** Candles that the exchange does not have, confirmed by two reads. */
  holes: number;
  /** Minutes passed on. */
  minutes: number;
  /** Errors thrown by listeners. */
  listenerFaults: number;
}

export function newFeedCounters(): FeedCounters {
  return {
    frames: 0,
    faultyFrames: 0,
    unknownFrames: 0,
    closes: 0,
    duplicates: 0,
    revisions: 0,
    gaps: 0,
    repaired: 0,
    holes: 0,
    minutes: 0,
    listenerFaults: 0,
  };
}

export interface FeedFigures {
  readonly counters: Readonly<FeedCounters>;
  readonly exchange: ExchangeCounters;
  /** Times that a connection was found stale: data due did not come. */
  readonly staleAlarms: number;
  /** The exchange's clock as last heard, ms; null before the first word. */
  readonly exchangeTime: number | null;
  /** Lateness of the newest closed 1m candle by symbol, ms. */
  readonly latenessMs: ReadonlyMap<string, number>;
  /** Age of the newest frame of every series; null before the first one. */
  readonly ages: ReadonlyArray<{
    readonly symbol: string;
    readonly timeframe: Timeframe;
    readonly ageMs: number | null;
  }>;
}
