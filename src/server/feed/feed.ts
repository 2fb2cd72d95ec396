/** The shared market data service: six connections in, closed minutes and forming candles out. */
import { assert, unreachable } from "../../core/assert.ts";
import type { Candle, ClosedCandle } from "../../core/candle.ts";
import type { CandleSeries } from "../../core/candle-series.ts";
import type { Instrument } from "../../core/instrument.ts";
import { endTimeOf, TIMEFRAMES, type Timeframe } from "../../core/timeframe.ts";
import type { ConnectionStatus } from "../../protocol/statistics.ts";
import type { Clock, Timer } from "../clock.ts";
import {
  CANDLE_ROWS_MAX,
  type CandleFrame,
  type Exchange,
  type Frame,
} from "../exchange/exchange.ts";
import type { Log } from "../log.ts";
import { type CandleHistory, loadHistory } from "./backfill.ts";
import { ConnectionGroup } from "./connection-group.ts";
import { ExchangeTime } from "./exchange-time.ts";
import { type FeedCounters, type FeedFigures, newFeedCounters } from "./feed-figures.ts";
import type { CandleRange, FeedListener, MarketData } from "./market-data.ts";
import { OlderCandles } from "./older-candles.ts";
import { askPatiently, Stopped } from "./patience.ts";
import type { Random } from "./random.ts";
import { SilenceProbe } from "./silence-probe.ts";
import { SymbolFeed } from "./symbol-feed.ts";

export type { CandleHistory } from "./backfill.ts";
export type { FeedCounters, FeedFigures } from "./feed-figures.ts";
export type { CandleRange, FeedListener, MarketData } from "./market-data.ts";
export { ExchangeUnavailable } from "./older-candles.ts";
export type { Random } from "./random.ts";

export interface FeedParts {
  readonly exchange: Exchange;
  /** Upper case; the order is kept in `instruments`. */
  readonly symbols: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /**
   * Open time of the next minute wanted, by symbol, for one who was away: the minutes since then
   * come in order. Symbols that are absent begin with the minute that forms now.
   */
  readonly resumeAt?: ReadonlyMap<string, number>;
  /** Where closed candles are kept over a restart; every one that the feed learns is appended. */
  readonly kept?: CandleHistory;
}

export interface Feed extends MarketData {
  /**
   * Resolves when history is loaded and the connections are open. An exchange that cannot be
   * reached is asked again until it can; a symbol that it does not know rejects.
   */
  start(): Promise<void>;
  stop(): Promise<void>;
  figures(): FeedFigures;
}

export function createFeed(parts: FeedParts): Feed {
  return new SharedFeed(parts);
}

/** Symbols whose history is loaded at a time, the first one first: twelve requests are under way. */
const HISTORY_LOADERS = 2;

/** How often deadlines and ages are looked at. */
const BEAT_MS = 500;

/** A beat that comes so late means that the process stood still, or the wall clock was set. */
const STANDSTILL_MS = 2_000;

/** Refused frames are logged this often at most. */
const REFUSAL_LOG_MS = 10_000;

/** A candle this far ahead of its own frame's time is no candle of this market. */
const AHEAD_OF_EVENT_MS_MAX = 15 * 60_000;

class SharedFeed implements Feed {
  instruments: readonly Instrument[] = [];
  readonly #parts: FeedParts;
  readonly #counters: FeedCounters = newFeedCounters();
  readonly #exchangeTime = new ExchangeTime();
  readonly #bySymbol = new Map<string, SymbolFeed>();
  readonly #group: ConnectionGroup;
  readonly #probe: SilenceProbe;
  readonly #older: OlderCandles;
  readonly #listeners = new Set<FeedListener>();
  readonly #latenessMs = new Map<string, number>();
  readonly #stopping = new AbortController();
  readonly #opening = Promise.withResolvers<void>();
  /** A frame from far ahead that waits for a second witness. */
  #held: CandleFrame | null = null;
  #refusedAt = Number.NEGATIVE_INFINITY;
  #beat: Timer | null = null;
  #beatAt = 0;

  constructor(parts: FeedParts) {
    const { exchange, symbols, clock, random, log } = parts;
    this.#parts = parts;
    this.#older = new OlderCandles(exchange, this.#exchangeTime);
    this.#group = new ConnectionGroup({
      ...{ exchange, symbols, clock, random, log },
      onFrame: (frame) => this.#take(frame),
      onOpened: () => this.#opened(),
      onState: () => this.#tell((listener) => listener.onStatus()),
    });
    this.#probe = new SilenceProbe({
      exchange,
      exchangeTime: this.#exchangeTime,
      newest: (symbol) => this.#symbol(symbol).newestMinute(),
      onTrade: (symbol) => this.#group.freshness.traded(symbol, clock.now()),
    });
    for (const symbol of symbols) this.#bySymbol.set(symbol, this.#newSymbol(symbol));
  }

  async start(): Promise<void> {
    const { exchange, symbols, clock, random, log, resumeAt, kept } = this.#parts;
    const { signal } = this.#stopping;
    const patience = { clock, random, log, signal, ...(kept === undefined ? {} : { kept }) };
    this.instruments = await askPatiently(
      "instruments",
      () => exchange.instruments(symbols),
      patience,
    );
    this.#group.start();
    this.#beatLater();
    const waiting = [...this.#bySymbol.values()];
    const loader = async () => {
      for (let feed = waiting.shift(); feed !== undefined; feed = waiting.shift()) {
        const resume = resumeAt?.get(feed.symbol) ?? null;
        const { symbol } = feed;
        const history = await loadHistory({ ...patience, exchange, symbol, resumeAt: resume });
        this.#exchangeTime.observe(history.time);
        feed.load(history);
        log.info({ symbol, cursor: history.cursor }, "history loaded");
      }
    };
    await Promise.all(Array.from({ length: HISTORY_LOADERS }, loader));
    await this.#opening.promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#opening.reject(new Stopped());
    this.#opening.promise.catch(() => {});
    this.#beat?.cancel();
    for (const feed of this.#bySymbol.values()) feed.arbitration.stop();
    this.#parts.exchange.close();
    await this.#group.stop();
  }

  series(symbol: string, timeframe: Timeframe): CandleSeries {
    return this.#symbol(symbol).series[timeframe];
  }

  forming(symbol: string, timeframe: Timeframe): Candle | null {
    return this.#symbol(symbol).forming(timeframe);
  }

  prices(): ReadonlyMap<string, number> {
    const prices = new Map<string, number>();
    for (const [symbol, { price }] of this.#bySymbol) {
      if (price !== null) prices.set(symbol, price);
    }
    return prices;
  }

  connections(): Readonly<Record<Timeframe, ConnectionStatus>> {
    return this.#group.statuses;
  }

  isReady(): boolean {
    return this.#group.areFresh && [...this.#bySymbol.values()].every(({ isLoaded }) => isLoaded);
  }

  async candles(
    symbol: string,
    timeframe: Timeframe,
    { from, to, limit }: CandleRange,
  ): Promise<readonly ClosedCandle[]> {
    assert(limit > 0 && limit <= CANDLE_ROWS_MAX, "a range has at most 1,000 candles");
    const series = this.series(symbol, timeframe);
    const newest = series.last()?.openTime;
    if (newest === undefined) return [];
    const upTo = Math.min(to, newest);
    const oldest = series.openTimeAt(0);
    const kept = series.between(Math.max(from, oldest), upTo, limit);
    if (from >= oldest) return kept;
    const range = { from, to: Math.min(upTo, oldest - 1), limit };
    const { candles, reaches } = await this.#older.between(symbol, timeframe, range);
    return reaches ? [...candles, ...kept].slice(0, limit) : candles;
  }

  subscribe(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  figures(): FeedFigures {
    const now = this.#parts.clock.now();
    const { freshness, staleAlarms } = this.#group;
    const ages = this.#parts.symbols.flatMap((symbol) =>
      TIMEFRAMES.map((timeframe) => {
        return { symbol, timeframe, ageMs: freshness.ageMs(symbol, timeframe, now) };
      }),
    );
    return {
      counters: this.#counters,
      exchange: this.#parts.exchange.counters,
      staleAlarms,
      exchangeTime: this.#exchangeTime.now,
      latenessMs: this.#latenessMs,
      ages,
    };
  }

  #newSymbol(symbol: string): SymbolFeed {
    const { exchange, clock, random, log } = this.#parts;
    return new SymbolFeed({
      ...{ symbol, exchange, clock, random, log },
      exchangeTime: this.#exchangeTime,
      counters: this.#counters,
      onRepaired: (timeframe, count) => this.#group.addRepaired(timeframe, count),
      onForming: (...forming) => this.#tell((listener) => listener.onForming(...forming)),
      onMinute: (minute) => {
        const [candle] = minute.candles;
        if (candle?.timeframe === "1m") this.#latenessMs.set(symbol, candle.latenessMs);
        this.#parts.kept?.append(symbol, minute.candles);
        this.#tell((listener) => listener.onMinute(minute));
      },
    });
  }

  #symbol(symbol: string): SymbolFeed {
    const feed = this.#bySymbol.get(symbol);
    assert(feed !== undefined, `${symbol} is one of the feed's symbols`);
    return feed;
  }

  #take(frame: Frame): void {
    this.#counters.frames += 1;
    switch (frame.kind) {
      case "candle":
        this.#witness(frame);
        return;
      case "fault":
        this.#refuse(frame.reason);
        return;
      case "error":
        this.#parts.log.warn({ code: frame.code, message: frame.message }, "the stream complains");
        return;
      case "unknown":
        this.#counters.unknownFrames += 1;
        return;
      case "shutdown":
      case "answer":
        return;
      default:
        unreachable(frame);
    }
  }

  /** A flood of garbage is counted frame by frame and logged now and then. */
  #refuse(reason: string): void {
    this.#counters.faultyFrames += 1;
    const now = this.#parts.clock.now();
    if (Math.abs(now - this.#refusedAt) < REFUSAL_LOG_MS) return;
    this.#refusedAt = now;
    const { faultyFrames } = this.#counters;
    this.#parts.log.warn({ reason, faultyFrames }, "frames of the exchange are refused");
  }

  /** Lets the frame move the exchange's time, unless it is a lone voice from far ahead. */
  #witness(frame: CandleFrame): void {
    if (frame.candle.openTime > frame.eventTime + AHEAD_OF_EVENT_MS_MAX) {
      this.#refuse("a candle opens long after its own event");
      return;
    }
    const now = this.#parts.clock.now();
    const testimony = this.#exchangeTime.observeStream(timeShownBy(frame), now);
    const held = this.#held;
    this.#held = testimony === "jump" ? frame : null;
    if (testimony === "jump") return;
    if (testimony === "confirmed" && held !== null) this.#apply(held, now);
    this.#apply(frame, now);
  }

  #apply(frame: CandleFrame, now: number): void {
    const news = this.#symbol(frame.symbol).take(frame);
    this.#group.freshness.seen(frame.symbol, frame.timeframe, now, news);
  }

  #opened(): void {
    const now = this.#parts.clock.now();
    for (const feed of this.#bySymbol.values()) feed.arbitration.hurry(now);
    if (this.#group.haveOpened) this.#opening.resolve();
  }

  #beatLater(): void {
    this.#beatAt = this.#parts.clock.now();
    this.#beat = this.#parts.clock.after(BEAT_MS, () => {
      const now = this.#parts.clock.now();
      const elapsedMs = now - this.#beatAt;
      if (elapsedMs < 0 || elapsedMs > STANDSTILL_MS) this.#group.freshness.clockLeapt(now);
      this.#group.beat(now);
      this.#probe.consider(this.#group.freshness.quiet(now), now);
      for (const feed of this.#bySymbol.values()) feed.arbitration.consider(now);
      this.#beatLater();
    });
  }

  /** One listener's error must not cost another its event. */
  #tell(event: (listener: FeedListener) => void): void {
    for (const listener of [...this.#listeners]) {
      try {
        event(listener);
      } catch (error) {
        this.#counters.listenerFaults += 1;
        this.#parts.log.error({ error }, "a listener of the feed failed");
      }
    }
  }
}

/**
 * The instant that a frame proves to have come: its event time, or the open time of its candle, or
 * the end of a closed one, should the exchange's clock run behind its own candles.
 */
function timeShownBy({ candle, closed, eventTime, timeframe }: CandleFrame): number {
  const { openTime } = candle;
  return Math.max(eventTime, closed ? endTimeOf(timeframe, openTime) : openTime);
}
