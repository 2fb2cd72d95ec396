/** Closed candles older than what memory holds: whole pages from REST, cached, each asked for once. */
import type { Candle, ClosedCandle } from "../../core/candle.ts";
import { type Timeframe, timeframeMs } from "../../core/timeframe.ts";
import {
  type Answer,
  CANDLE_ROWS_MAX,
  describeRefusal,
  type Exchange,
  type Refusal,
} from "../exchange/exchange.ts";
import { closedRow } from "./backfill.ts";
import type { ExchangeTime } from "./exchange-time.ts";
import type { CandleRange } from "./market-data.ts";

/** Pages kept: 64 × 1,000 candles of some 130 bytes are 8 MB. */
const PAGES_MAX = 64;

/** Pages that a range of 1,000 candles can touch where candles are not sparse. */
const PAGES_A_RANGE_MAX = 4;

/** The exchange was needed and refused; `refusal` says how long to wait, where it knows. */
export class ExchangeUnavailable extends Error {
  override readonly name = "ExchangeUnavailable";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`the exchange does not give older candles: ${describeRefusal(refusal)}`);
    this.refusal = refusal;
  }
}

type Page = readonly ClosedCandle[];

export class OlderCandles {
  readonly #exchange: Exchange;
  readonly #exchangeTime: ExchangeTime;
  /** In the order of their last use. */
  readonly #pages = new Map<string, Page>();
  readonly #running = new Map<string, Promise<Page>>();

  constructor(exchange: Exchange, exchangeTime: ExchangeTime) {
    this.#exchange = exchange;
    this.#exchangeTime = exchangeTime;
  }

  /**
   * Candles that open in [`from`, `to`], where `to` lies before all that may still change, at most
   * `limit` from the start. `reaches` says whether they come as far as `to` or `limit`.
   */
  async between(
    symbol: string,
    timeframe: Timeframe,
    { from, to, limit }: CandleRange,
  ): Promise<{ readonly candles: ClosedCandle[]; readonly reaches: boolean }> {
    const candles: ClosedCandle[] = [];
    const pageMs = CANDLE_ROWS_MAX * timeframeMs(timeframe);
    let start = Math.floor(Math.max(0, from) / pageMs) * pageMs;
    for (let pages = 0; pages < PAGES_A_RANGE_MAX && start <= to; pages += 1) {
      const isWhole = start + pageMs - 1 <= to;
      const page = await this.#page(symbol, timeframe, { start, to: isWhole ? null : to });
      for (const candle of page) {
        if (candle.openTime < from || candle.openTime > to) continue;
        candles.push(candle);
        if (candles.length === limit) return { candles, reaches: true };
      }
      start += pageMs;
      if (page.length > 0 || start > to) continue;
      // Before a listing there may be years of empty pages: the exchange says where rows begin.
      const first = await this.#firstFrom(symbol, timeframe, start);
      if (first === null || first > to) return { candles, reaches: true };
      start = Math.floor(first / pageMs) * pageMs;
    }
    return { candles, reaches: start > to };
  }

  async #firstFrom(symbol: string, timeframe: Timeframe, from: number): Promise<number | null> {
    const answer = await this.#exchange.candles({ symbol, timeframe, from, limit: 1 }, "history");
    if (answer.kind !== "ok") throw new ExchangeUnavailable(answer);
    return answer.value[0]?.openTime ?? null;
  }

  async #page(symbol: string, timeframe: Timeframe, span: Span): Promise<Page> {
    const key = `${symbol} ${timeframe} ${span.start} ${span.to ?? "whole"}`;
    const cached = this.#pages.get(key);
    if (cached !== undefined) {
      this.#pages.delete(key);
      this.#pages.set(key, cached);
      return cached;
    }
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const reading = this.#read(symbol, timeframe, span).finally(() => this.#running.delete(key));
    this.#running.set(key, reading);
    const page = await reading;
    this.#pages.set(key, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > PAGES_MAX && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }

  async #read(symbol: string, timeframe: Timeframe, { start, to }: Span): Promise<Page> {
    const last = start + (CANDLE_ROWS_MAX - 1) * timeframeMs(timeframe);
    const answer: Answer<readonly Candle[]> = await this.#exchange.candles(
      { symbol, timeframe, from: start, to: to ?? last, limit: CANDLE_ROWS_MAX },
      "history",
    );
    if (answer.kind !== "ok") throw new ExchangeUnavailable(answer);
    const time = this.#exchangeTime.now ?? start;
    return answer.value.map((row) => closedRow(row, timeframe, time));
  }
}

/** A page begins on a grid of 1,000 candles; `to` cuts it where memory begins, null is uncut. */
interface Span {
  readonly start: number;
  readonly to: number | null;
}
