/** The market as the exchange knows it at this instant: nothing of the future, and no hole filled. */
import type { Candle } from "../core/candle.ts";
import type { Instrument } from "../core/instrument.ts";
import { openTimeAt, TIMEFRAMES, type Timeframe, timeframeMs } from "../core/timeframe.ts";
import type { Clock } from "../server/clock.ts";
import type { FaultPlan } from "./fault-plan.ts";
import type { Market, MarketCandle } from "./market.ts";

export interface KlineQuery {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Bounds of the open time, inclusive; null where none was asked for. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly limit: number;
}

export interface CandleName {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly openTime: number;
}

export class ExchangeMarket {
  readonly #market: Market;
  readonly #clock: Clock;
  readonly #faults: FaultPlan;
  readonly #instruments: ReadonlyMap<string, Instrument>;

  constructor(market: Market, clock: Clock, faults: FaultPlan) {
    this.#market = market;
    this.#clock = clock;
    this.#faults = faults;
    this.#instruments = new Map(market.instruments.map((one) => [one.symbol, one]));
  }

  get instruments(): ReadonlyMap<string, Instrument> {
    return this.#instruments;
  }

  now(): number {
    return this.#clock.now();
  }

  /** The candle as it stands at `time`: whole when it has ended, forming while it lasts. */
  candleAsOf(name: CandleName, time: number): MarketCandle | null {
    const { symbol, timeframe, openTime } = name;
    const end = openTime + timeframeMs(timeframe);
    if (time < openTime) return null;
    if (this.#isHoled(symbol, openTime, end)) return this.#aroundHoles(name, time);
    if (time >= end) return this.#market.candle(symbol, timeframe, openTime);
    return this.#market.formingCandle(symbol, timeframe, time);
  }

  /** The rows of `/api/v3/klines` as of `time`, ascending. */
  klines(query: KlineQuery, time: number): MarketCandle[] {
    const { symbol, timeframe, limit } = query;
    const length = timeframeMs(timeframe);
    const first = Math.max(query.startTime ?? 0, openTimeAt(timeframe, this.#market.startTime));
    const last = Math.min(query.endTime ?? time, time);
    const isForward = query.startTime !== null;
    const step = isForward ? length : -length;
    const rows: MarketCandle[] = [];
    let openTime = isForward ? Math.ceil(first / length) * length : openTimeAt(timeframe, last);
    while (rows.length < limit && openTime >= first && openTime <= last) {
      const candle = this.candleAsOf({ symbol, timeframe, openTime }, time);
      if (candle !== null) rows.push(candle);
      openTime += step;
    }
    return isForward ? rows : rows.reverse();
  }

  /** The newest price; null before the first trade. */
  lastPrice(symbol: string, time: number): number | null {
    const query = { symbol, timeframe: "1m", startTime: null, endTime: null, limit: 1 } as const;
    return this.klines(query, time)[0]?.close ?? null;
  }

  #isHoled(symbol: string, from: number, until: number): boolean {
    return this.#faults
      .ofKind("hole")
      .some(
        (hole) =>
          hole.from < until &&
          from < hole.until &&
          (hole.symbols === null || hole.symbols.includes(symbol)),
      );
  }

  /** A candle that overlaps a hole: the sum of the smaller ones that exist; a minute is missing. */
  #aroundHoles(name: CandleName, time: number): MarketCandle | null {
    const { symbol, openTime } = name;
    const smaller = TIMEFRAMES[TIMEFRAMES.indexOf(name.timeframe) - 1];
    if (smaller === undefined) return null;
    const until = Math.min(time, openTime + timeframeMs(name.timeframe));
    let sum: MarketCandle | null = null;
    for (let child = openTime; child < until; child += timeframeMs(smaller)) {
      const candle = this.candleAsOf({ symbol, timeframe: smaller, openTime: child }, time);
      if (candle !== null) sum = sum === null ? { ...candle, openTime } : joined(sum, candle);
    }
    return sum;
  }
}

function joined(before: MarketCandle, after: MarketCandle): MarketCandle {
  return {
    ...before,
    high: Math.max(before.high, after.high),
    low: Math.min(before.low, after.low),
    close: after.close,
    volume: rounded(before.volume + after.volume),
    quoteVolume: before.quoteVolume + after.quoteVolume,
    takerVolume: rounded(before.takerVolume + after.takerVolume),
    trades: before.trades + after.trades,
  };
}

/** A sum of quantities without the dust of binary fractions; quantities have eight decimals. */
function rounded(quantity: number): number {
  return Number(quantity.toFixed(8));
}

/** The candle with another close, as an exchange that revises it would tell. */
export function revisedCandle<C extends Candle>(candle: C): C {
  const close = candle.close === candle.high ? candle.low : candle.high;
  return { ...candle, close };
}
