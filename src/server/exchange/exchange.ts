/** The door to the exchange: what the feed may ask of it, and Binance as the one that answers. */
import type { Candle } from "../../core/candle.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import type { Clock } from "../clock.ts";
import type { Answer } from "./answer.ts";
import { BinanceRest, type CandleQuery } from "./binance-rest.ts";
import { openBinanceStream, type StreamConnection, type StreamListener } from "./binance-stream.ts";
import { AttemptBudget, type Purpose, WeightBudget } from "./rate-limit.ts";

export { type Answer, describeRefusal, type Refusal } from "./answer.ts";
export { type CandleFrame, type Frame, parseFrame } from "./binance-frame.ts";
export { CANDLE_ROWS_MAX, type CandleQuery } from "./binance-rest.ts";
export type { StreamConnection, StreamListener } from "./binance-stream.ts";
export type { Purpose } from "./rate-limit.ts";

/** An exchange as the feed sees it. Questions are answered or refused, never thrown. */
export interface Exchange {
  readonly counters: ExchangeCounters;
  /** Whether it answers at all within the time. */
  isReachable(timeoutMs: number): Promise<boolean>;
  instruments(symbols: readonly string[]): Promise<Answer<readonly Instrument[]>>;
  time(purpose: Purpose): Promise<Answer<number>>;
  /** Ascending by open time; the last row may still be forming. */
  candles(query: CandleQuery, purpose: Purpose): Promise<Answer<readonly Candle[]>>;
  /**
   * Takes one attempt to connect and returns 0 when `reserve` more are left; else takes none and
   * returns the milliseconds to wait.
   */
  takeAttempt(reserve: number): number;
  /** Opens one connection for all symbols of a timeframe. */
  openStream(
    timeframe: Timeframe,
    symbols: ReadonlySet<string>,
    listener: StreamListener,
  ): StreamConnection;
  /** Ends all requests; streams are ended by those who opened them. */
  close(): void;
}

/** Figures since the start; `weightUsed` is that of the present minute. */
export interface ExchangeCounters {
  readonly requests: number;
  readonly refusals: number;
  readonly inFlight: number;
  readonly weightUsed: number;
}

export interface BinanceParts {
  readonly restUrl: string;
  readonly streamUrl: string;
  readonly clock: Clock;
}

/** Binance's spot market, or any server that speaks its protocol. */
export function createBinanceExchange({ restUrl, streamUrl, clock }: BinanceParts): Exchange {
  const budget = new WeightBudget(clock);
  const attempts = new AttemptBudget(clock);
  const rest = new BinanceRest({ url: restUrl, clock, budget });
  return {
    get counters() {
      return { ...rest.counters, weightUsed: budget.used };
    },
    isReachable: (timeoutMs) => rest.isReachable(timeoutMs),
    instruments: (symbols) => rest.instruments(symbols),
    time: (purpose) => rest.time(purpose),
    candles: (query, purpose) => rest.candles(query, purpose),
    takeAttempt: (reserve) => attempts.take(reserve),
    openStream: (timeframe, symbols, listener) =>
      openBinanceStream({ url: streamUrl, clock, context: { timeframe, symbols }, listener }),
    close: () => rest.close(),
  };
}
