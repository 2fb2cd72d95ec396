/** A market that moves only when a test moves it, for tests of what listens to one. */
import type { Candle, ClosedCandle } from "../src/core/candle.ts";
import { CandleSeries } from "../src/core/candle-series.ts";
import { TIMEFRAMES, type Timeframe } from "../src/core/timeframe.ts";
import type { ConnectionStatus } from "../src/protocol/statistics.ts";
import type { FeedListener, MarketData } from "../src/server/feed/feed.ts";

export class HandDrivenMarket implements MarketData {
  readonly instruments;
  readonly #series = new Map<string, CandleSeries>();
  readonly #forming = new Map<string, Candle>();
  readonly #prices = new Map<string, number>();
  readonly #listeners = new Set<FeedListener>();

  constructor(symbols: readonly string[]) {
    this.instruments = symbols.map((symbol) => ({
      symbol,
      baseAsset: symbol.slice(0, -4),
      quoteAsset: "USDT",
      tickSize: 1_000_000n,
      stepSize: 1_000n,
      quantityMin: 1_000n,
      notionalMin: 500_000_000n,
    }));
  }

  series(symbol: string, timeframe: Timeframe): CandleSeries {
    const key = `${symbol} ${timeframe}`;
    const found = this.#series.get(key) ?? new CandleSeries(timeframe, 1_000);
    this.#series.set(key, found);
    return found;
  }

  forming(symbol: string, timeframe: Timeframe): Candle | null {
    return this.#forming.get(`${symbol} ${timeframe}`) ?? null;
  }

  prices(): ReadonlyMap<string, number> {
    return this.#prices;
  }

  connections(): Readonly<Record<Timeframe, ConnectionStatus>> {
    const status = { state: "open", sockets: 1, ageMs: 5, reconnects: 0, repaired: 0 } as const;
    const [a, b, c, d, e, f] = TIMEFRAMES;
    return { [a]: status, [b]: status, [c]: status, [d]: status, [e]: status, [f]: status };
  }

  isReady(): boolean {
    return true;
  }

  async candles(): Promise<readonly ClosedCandle[]> {
    return [];
  }

  subscribe(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Puts candles into a series without a word, as the loading of history does. */
  load(symbol: string, timeframe: Timeframe, candles: readonly Candle[]): void {
    for (const candle of candles) this.series(symbol, timeframe).append(closed(timeframe, candle));
  }

  form(symbol: string, timeframe: Timeframe, candle: Candle): void {
    this.#forming.set(`${symbol} ${timeframe}`, candle);
    this.#prices.set(symbol, candle.close);
    for (const listener of this.#listeners) listener.onForming(symbol, timeframe, candle);
  }

  close(symbol: string, timeframe: Timeframe, candle: Candle): void {
    const { openTime } = candle;
    this.load(symbol, timeframe, [candle]);
    this.tell(symbol, openTime, [closed(timeframe, candle)]);
  }

  /** Tells of a minute without putting its candles into a series first. */
  tell(symbol: string, openTime: number, candles: readonly ClosedCandle[]): void {
    for (const listener of this.#listeners) {
      listener.onMinute({ kind: "closed", symbol, openTime, candles });
    }
  }

  price(symbol: string, price: number): void {
    this.#prices.set(symbol, price);
  }

  changeStatus(): void {
    for (const listener of this.#listeners) listener.onStatus();
  }
}

export function closed(timeframe: Timeframe, candle: Candle): ClosedCandle {
  return { ...candle, timeframe, source: "stream", latenessMs: 12 };
}

/** A candle that differs from all others. */
export function candle(openTime: number, close = 100 + openTime / 1e7): Candle {
  return { openTime, open: 100, high: close + 2, low: 99.5, close, volume: openTime / 60_000 };
}
