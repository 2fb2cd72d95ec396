/** Seeded candles for the tests of indicators: the same seed gives the same market, tiny or huge, calm or flat. */
import type { Candle } from "../src/core/candle.ts";
import { MINUTE_MS } from "../src/core/timeframe.ts";

/** A small seeded generator (mulberry32): numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 2024-01-01 00:00 UTC, where the test markets begin. */
export const MARKET_START = 1_704_067_200_000;

/** What a test market looks like: where its price starts, how far a candle moves, how often nothing trades. */
export interface MarketShape {
  readonly count: number;
  readonly seed: number;
  readonly price?: number;
  readonly step?: number;
  readonly stepMs?: number;
  readonly quiet?: number;
}

/** A random walk of whole candles; `quiet` of them have volume 0 and one price. */
export function walk(shape: MarketShape): Candle[] {
  const { count, seed, price = 40_000, step = 0.002, stepMs = MINUTE_MS, quiet = 0.02 } = shape;
  const random = seededRandom(seed);
  const candles: Candle[] = [];
  let close = price;
  for (let i = 0; i < count; i += 1) {
    const open = close;
    const openTime = MARKET_START + i * stepMs;
    if (random() < quiet) {
      candles.push({ openTime, open, high: open, low: open, close: open, volume: 0 });
      continue;
    }
    close = open * (1 + step * (random() + random() + random() - 1.5));
    const high = Math.max(open, close) * (1 + step * random() * 0.5);
    const low = Math.min(open, close) * (1 - step * random() * 0.5);
    candles.push({ openTime, open, high, low, close, volume: 1 + 99 * random() ** 3 });
  }
  return candles;
}

/** A market that stands still: every candle the same price and volume. */
export function flat(count: number, price: number, volume: number): Candle[] {
  return Array.from({ length: count }, (_, i) => ({
    openTime: MARKET_START + i * MINUTE_MS,
    open: price,
    high: price,
    low: price,
    close: price,
    volume,
  }));
}

/** The same market in another unit of price and of volume. */
export function scaled(candles: readonly Candle[], price: number, volume: number): Candle[] {
  return candles.map((candle) => ({
    openTime: candle.openTime,
    open: candle.open * price,
    high: candle.high * price,
    low: candle.low * price,
    close: candle.close * price,
    volume: candle.volume * volume,
  }));
}
