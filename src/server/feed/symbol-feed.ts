/** One symbol: its six series, its forming candles, its market clock and what repairs it. */
import { assert } from "../../core/assert.ts";
import { type Candle, type ClosedCandle, sameCandle } from "../../core/candle.ts";
import { CandleSeries } from "../../core/candle-series.ts";
import type { MarketMinute } from "../../core/market-minute.ts";
import { endTimeOf, TIMEFRAMES, type Timeframe } from "../../core/timeframe.ts";
import type { CandleFrame } from "../exchange/exchange.ts";
import { Arbitration, type ArbitrationParts } from "./arbitration.ts";
import { type History, recordOf } from "./backfill.ts";
import type { FeedCounters } from "./feed-figures.ts";
import { MarketClock } from "./market-clock.ts";

/**
 * Closed candles kept a series: twice the history that is loaded at start. 64 bytes each make
 * 128 kB a series, 3.8 MB for five symbols on six timeframes.
 */
export const SERIES_CAPACITY = 2_000;

export interface SymbolFeedParts extends Omit<ArbitrationParts, "market" | "onLearnt"> {
  readonly symbol: string;
  readonly onForming: (symbol: string, timeframe: Timeframe, candle: Candle) => void;
  readonly onMinute: (minute: MarketMinute) => void;
}

export class SymbolFeed {
  readonly symbol: string;
  readonly series: Readonly<Record<Timeframe, CandleSeries>>;
  readonly arbitration: Arbitration;
  readonly #parts: SymbolFeedParts;
  readonly #counters: FeedCounters;
  readonly #market: MarketClock;
  readonly #forming: Record<Timeframe, Forming | null> = recordOf(() => null);
  #price: { readonly value: number; readonly eventTime: number } | null = null;

  constructor(parts: SymbolFeedParts) {
    this.symbol = parts.symbol;
    this.#parts = parts;
    this.#counters = parts.counters;
    this.#market = new MarketClock(parts.symbol);
    this.series = recordOf((timeframe) => new CandleSeries(timeframe, SERIES_CAPACITY));
    this.arbitration = new Arbitration({
      ...parts,
      market: this.#market,
      onLearnt: () => this.#passOn(),
    });
  }

  get isLoaded(): boolean {
    return this.#market.cursor !== null;
  }

  /** The last price that any connection has shown. */
  get price(): number | null {
    return this.#price?.value ?? null;
  }

  forming(timeframe: Timeframe): Candle | null {
    return this.#forming[timeframe]?.candle ?? null;
  }

  /** The newest 1m candle known, forming or closed. */
  newestMinute(): Candle | null {
    return this.forming("1m") ?? this.series["1m"].last();
  }

  /** Takes the history; minutes from its cursor on are passed on from now. */
  load(history: History): void {
    for (const timeframe of TIMEFRAMES) {
      for (const candle of history.closed[timeframe]) this.#append(candle);
      const forming = history.forming[timeframe];
      if (forming !== null && this.#forming[timeframe] === null) {
        this.#forming[timeframe] = { candle: forming, eventTime: 0 };
      }
    }
    const last = this.newestMinute();
    if (last !== null) this.#price ??= { value: last.close, eventTime: 0 };
    this.#market.begin(history.cursor);
    this.#passOn();
    this.arbitration.hurry(this.#parts.clock.now());
  }

  /** Takes a frame; `trade` when it shows one that this series had not shown before. */
  take(frame: CandleFrame): "trade" | "time" {
    const { timeframe, candle, closed, eventTime } = frame;
    const shown = this.#forming[timeframe]?.candle ?? null;
    const isTrade = !closed && shown !== null && showsTrade(candle, shown);
    this.#show(frame);
    if (this.#price === null || eventTime >= this.#price.eventTime) {
      this.#price = { value: candle.close, eventTime };
    }
    if (closed) {
      const time = this.#parts.exchangeTime.now ?? eventTime;
      const latenessMs = Math.max(0, time - endTimeOf(timeframe, candle.openTime));
      this.#close({ ...candle, timeframe, source: "stream", latenessMs });
    }
    this.arbitration.laterCandle(candle.openTime);
    return isTrade ? "trade" : "time";
  }

  /** The forming candle is for eyes: the newest frame wins, older ones and closed candles do not. */
  #show({ timeframe, candle, eventTime }: CandleFrame): void {
    const next = this.series[timeframe].nextOpenTime;
    if (next !== null && candle.openTime < next) return;
    const shown = this.#forming[timeframe];
    if (shown !== null && candle.openTime < shown.candle.openTime) return;
    const isSame = shown !== null && candle.openTime === shown.candle.openTime;
    if (isSame && (eventTime < shown.eventTime || sameCandle(candle, shown.candle))) return;
    this.#forming[timeframe] = { candle, eventTime };
    this.#parts.onForming(this.symbol, timeframe, candle);
  }

  #close(candle: ClosedCandle): void {
    const acceptance = this.#market.accept(candle);
    if (acceptance === "accepted") {
      this.#counters.closes += 1;
      this.#passOn();
    } else if (acceptance === "duplicate") this.#counters.duplicates += 1;
    else if (acceptance === "revision") this.#revised(candle);
    else if (acceptance === "past") this.#compareWithPast(candle);
  }

  /** A close of a minute that was passed on before: the same again, or a revision. */
  #compareWithPast(candle: ClosedCandle): void {
    const series = this.series[candle.timeframe];
    const index = series.indexFrom(candle.openTime);
    const known = index < series.length ? series.at(index) : null;
    const isBeforeMemory = series.length === 0 || candle.openTime < series.openTimeAt(0);
    if (isBeforeMemory || (known !== null && sameCandle(known, candle))) {
      this.#counters.duplicates += 1;
    } else this.#revised(candle);
  }

  #revised(candle: ClosedCandle): void {
    this.#counters.revisions += 1;
    const { symbol } = this;
    this.#parts.log.warn({ symbol, candle }, "the exchange revised a closed candle");
  }

  /** Passes on every minute that is complete, in order. */
  #passOn(): void {
    for (let minute = this.#market.take(); minute !== null; minute = this.#market.take()) {
      for (const candle of minute.candles) {
        this.#append(candle);
        const forming = this.#forming[candle.timeframe];
        if (forming !== null && forming.candle.openTime <= candle.openTime) {
          this.#forming[candle.timeframe] = null;
        }
      }
      this.#counters.minutes += 1;
      this.#parts.onMinute(minute);
    }
  }

  #append(candle: ClosedCandle): void {
    const series = this.series[candle.timeframe];
    const next = series.nextOpenTime;
    assert(next === null || candle.openTime >= next, "no candle is passed on twice");
    series.append(candle, next === null || next === candle.openTime ? "contiguous" : "afterHole");
  }
}

interface Forming {
  readonly candle: Candle;
  readonly eventTime: number;
}

/** Volume grows with every trade; a new candle without volume is made by time alone. */
function showsTrade(candle: Candle, shown: Candle): boolean {
  if (candle.openTime === shown.openTime) return candle.volume !== shown.volume;
  return candle.openTime > shown.openTime && candle.volume > 0;
}
