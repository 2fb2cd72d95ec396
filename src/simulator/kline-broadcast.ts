/** Turns market time into kline events: a final one at each boundary, forming ones between. */
import { MINUTE_MS, openTimeAt, timeframeMs, timeframesEndingAt } from "../core/timeframe.ts";
import type { Clock, Timer } from "../server/clock.ts";
import type { ExchangeMarket } from "./exchange-market.ts";
import { type KlineFrame, type KlineStream, klineStreamName } from "./kline-wire.ts";
import type { MarketCandle } from "./market.ts";

export interface BroadcastOptions {
  readonly market: ExchangeMarket;
  /** Market time. */
  readonly clock: Clock;
  /** Market time between forming events; a minute or more leaves only the final ones. */
  readonly updateMs: number;
  /** The time that the exchange claims. */
  serverTime(): number;
  /** Streams that somebody listens to. */
  streams(): Iterable<KlineStream>;
  emit(frame: KlineFrame): void;
}

/**
 * Final events that are caught up on after the process stood still (a suspended machine, or a fast
 * market on a busy one): a day is 1,440 × (1 + 1/5 + 1/15 + …), some 1,850 events a symbol, under a
 * megabyte. Older ones can be had by REST.
 */
const CATCH_UP_MINUTES_MAX = 1_440;

export class KlineBroadcast {
  readonly #options: BroadcastOptions;
  /** Boundaries up to here were announced. */
  #announced: number;
  #timer: Timer | null = null;
  /** What was last told of each stream, so that a candle that stands still is not told again. */
  readonly #told = new Map<string, MarketCandle>();

  constructor(options: BroadcastOptions) {
    this.#options = options;
    this.#announced = openTimeAt("1m", options.clock.now());
  }

  start(): void {
    this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #schedule(): void {
    const { clock, updateMs } = this.#options;
    const now = clock.now();
    const update = Math.floor(now / updateMs) * updateMs + updateMs;
    const boundary = openTimeAt("1m", now) + MINUTE_MS;
    this.#timer = clock.after(Math.min(update, boundary) - now, () => {
      this.#tick(clock.now());
      this.#schedule();
    });
  }

  #tick(now: number): void {
    const streams = [...this.#options.streams()];
    const last = openTimeAt("1m", now);
    const earliest = last - CATCH_UP_MINUTES_MAX * MINUTE_MS;
    this.#announced = Math.max(this.#announced, earliest);
    while (this.#announced < last) {
      this.#announced += MINUTE_MS;
      this.#announceEnd(this.#announced, streams);
    }
    for (const stream of streams) this.#announceForming(stream, now);
  }

  #announceEnd(boundary: number, streams: readonly KlineStream[]): void {
    for (const timeframe of timeframesEndingAt(boundary)) {
      const openTime = boundary - timeframeMs(timeframe);
      for (const stream of streams) {
        if (stream.timeframe !== timeframe) continue;
        const candle = this.#options.market.candleAsOf({ ...stream, openTime }, boundary);
        if (candle !== null) this.#emit(stream, candle, "closed");
      }
    }
  }

  #announceForming(stream: KlineStream, now: number): void {
    const openTime = openTimeAt(stream.timeframe, now);
    if (openTime === now) return;
    const candle = this.#options.market.candleAsOf({ ...stream, openTime }, now);
    if (candle === null) return;
    const told = this.#told.get(klineStreamName(stream));
    if (told !== undefined && isSame(told, candle)) return;
    this.#emit(stream, candle, "forming");
  }

  #emit(stream: KlineStream, candle: MarketCandle, state: "closed" | "forming"): void {
    this.#told.set(klineStreamName(stream), candle);
    const eventTime = this.#options.serverTime();
    this.#options.emit({ ...stream, candle, isClosed: state === "closed", eventTime });
  }
}

function isSame(a: MarketCandle, b: MarketCandle): boolean {
  return (
    a.openTime === b.openTime &&
    a.trades === b.trades &&
    a.volume === b.volume &&
    a.close === b.close
  );
}
