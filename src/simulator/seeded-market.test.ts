/** The seeded market: one truth at every timeframe and instant, and a believable one. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candleFault } from "../core/candle.ts";
import { numberFromFixed } from "../core/fixed.ts";
import { priceDecimals, quantityDecimals } from "../core/instrument.ts";
import {
  MINUTE_MS,
  openTimeAt,
  TIMEFRAMES,
  type Timeframe,
  timeframeMs,
} from "../core/timeframe.ts";
import type { MarketCandle } from "./market.ts";
import { LISTED_AT, seededMarket } from "./seeded-market.ts";

const SYMBOLS = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT", "PEPEUSDT"];
const NOW = Date.UTC(2026, 10, 22, 17, 14);
const DAY_MS = timeframeMs("1d");

function history(seed: number, symbol: string, of: { timeframe: Timeframe; count: number }) {
  const market = seededMarket(seed, [symbol]);
  const length = timeframeMs(of.timeframe);
  const end = openTimeAt(of.timeframe, NOW);
  return Array.from({ length: of.count }, (_, i) =>
    existing(market.candle(symbol, of.timeframe, end - (of.count - i) * length)),
  );
}

function existing(candle: MarketCandle | null): MarketCandle {
  if (candle === null) throw new Error("the market has this candle");
  return candle;
}

const instant = fc.integer({ min: LISTED_AT, max: NOW });
const symbol = fc.constantFrom(...SYMBOLS);
const seed = fc.integer({ min: 0, max: 1_000 });

describe("the seeded market", () => {
  test("is the same whenever and in whatever order it is asked", () => {
    fc.assert(
      fc.property(
        seed,
        symbol,
        fc.array(instant, { minLength: 2, maxLength: 5 }),
        (s, one, times) => {
          const [market, again] = [seededMarket(s, SYMBOLS), seededMarket(s, [one])];
          const ask = (from: typeof market, time: number) =>
            TIMEFRAMES.map((frame) => [
              from.candle(one, frame, openTimeAt(frame, time)),
              from.formingCandle(one, frame, time),
            ]);
          const first = times.map((time) => ask(market, time));
          const second = times.toReversed().map((time) => ask(again, time));
          expect(second.toReversed()).toEqual(first);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("is another one with another seed or symbol", () => {
    const [a, b] = [
      history(1, "BTCUSDT", { timeframe: "1d", count: 3 }),
      history(2, "BTCUSDT", { timeframe: "1d", count: 3 }),
    ];
    expect(a.map((candle) => candle.close)).not.toEqual(b.map((candle) => candle.close));
  });

  test("has candles whose minutes add up to them, to the last digit", () => {
    fc.assert(
      fc.property(seed, symbol, instant, fc.constantFrom(...TIMEFRAMES), (s, one, time, frame) => {
        const market = seededMarket(s, [one]);
        const openTime = openTimeAt(frame, time);
        const whole = existing(market.candle(one, frame, openTime));
        const minutes = Array.from({ length: timeframeMs(frame) / MINUTE_MS }, (_, i) =>
          existing(market.candle(one, "1m", openTime + i * MINUTE_MS)),
        );
        const unit = 10 ** quantityDecimals(instrumentOf(market, one));
        const steps = minutes.reduce((sum, minute) => sum + Math.round(minute.volume * unit), 0);
        expect(whole.open).toBe(minutes[0]?.open);
        expect(whole.close).toBe(minutes.at(-1)?.close);
        expect(whole.high).toBe(Math.max(...minutes.map((minute) => minute.high)));
        expect(whole.low).toBe(Math.min(...minutes.map((minute) => minute.low)));
        expect(whole.volume).toBe(steps / unit);
        expect(whole.trades).toBe(minutes.reduce((sum, minute) => sum + minute.trades, 0));
      }),
      { numRuns: 60 },
    );
  });

  test("has sound candles on tick and step that join without a jump", () => {
    fc.assert(
      fc.property(seed, symbol, instant, fc.constantFrom(...TIMEFRAMES), (s, one, time, frame) => {
        const market = seededMarket(s, [one]);
        const openTime = openTimeAt(frame, time);
        const candle = existing(market.candle(one, frame, openTime));
        const next = existing(market.candle(one, frame, openTime + timeframeMs(frame)));
        const instrument = instrumentOf(market, one);
        expect(candleFault(frame, candle)).toBeNull();
        expect(next.open).toBe(candle.close);
        for (const price of [candle.open, candle.high, candle.low, candle.close]) {
          expect(Number(price.toFixed(priceDecimals(instrument)))).toBe(price);
          expect(price).toBeGreaterThanOrEqual(numberFromFixed(instrument.tickSize));
        }
        expect(Number(candle.volume.toFixed(quantityDecimals(instrument)))).toBe(candle.volume);
        expect(candle.takerVolume).toBeLessThanOrEqual(candle.volume);
      }),
    );
  });

  test("forms a candle from its open to exactly its end, growing only", () => {
    fc.assert(
      fc.property(seed, symbol, instant, fc.constantFrom(...TIMEFRAMES), (s, one, time, frame) => {
        const market = seededMarket(s, [one]);
        const openTime = openTimeAt(frame, time);
        const whole = existing(market.candle(one, frame, openTime));
        const at = (elapsed: number) =>
          existing(market.formingCandle(one, frame, openTime + elapsed));
        const { open } = whole;
        expect(at(0)).toMatchObject({ open, high: open, low: open, close: open, volume: 0 });
        let before = at(0);
        for (let i = 1; i < 40; i += 1) {
          const now = at(Math.floor((i / 40) * timeframeMs(frame)));
          expect(now.open).toBe(open);
          expect(now.high).toBeGreaterThanOrEqual(before.high);
          expect(now.high).toBeLessThanOrEqual(whole.high);
          expect(now.low).toBeLessThanOrEqual(before.low);
          expect(now.low).toBeGreaterThanOrEqual(whole.low);
          for (const sum of ["volume", "trades", "quoteVolume", "takerVolume"] as const) {
            expect(now[sum]).toBeGreaterThanOrEqual(before[sum]);
            expect(now[sum]).toBeLessThanOrEqual(whole[sum]);
          }
          before = now;
        }
        // The last step of two seconds is all that is missing a millisecond before the end.
        const last = at(timeframeMs(frame) - 1);
        const rest = existing(market.formingCandle(one, "1m", openTime + timeframeMs(frame) - 1));
        expect(last.close).toBe(rest.close);
      }),
      { numRuns: 60 },
    );
  });

  test("starts on its listing day and not before", () => {
    const market = seededMarket(1, ["BTCUSDT"]);
    expect(market.candle("BTCUSDT", "1d", LISTED_AT)).not.toBeNull();
    expect(market.candle("BTCUSDT", "1d", LISTED_AT - DAY_MS)).toBeNull();
    expect(market.formingCandle("BTCUSDT", "1m", LISTED_AT - 1)).toBeNull();
  });

  test("answers 1,000 candles of any timeframe at once", () => {
    const figures = TIMEFRAMES.map((timeframe) => {
      const began = performance.now();
      history(99, "BTCUSDT", { timeframe, count: 1_000 });
      return `${timeframe} ${(performance.now() - began).toFixed(1)} ms`;
    });
    process.stdout.write(`1,000 candles: ${figures.join(", ")}\n`);
    expect(figures).toHaveLength(6);
  });
});

describe("the seeded market is believable", () => {
  const returnsOf = (candles: readonly MarketCandle[]) =>
    candles.map((candle) => Math.log(candle.close / candle.open));

  test.each([
    ["BTCUSDT", 0.025, 0.04],
    ["ETHUSDT", 0.03, 0.05],
    ["SOLUSDT", 0.042, 0.065],
  ])("%s moves in a day as much as one knows of it", (one, low, high) => {
    for (const s of [1, 2, 3]) {
      const days = returnsOf(history(s, one, { timeframe: "1d", count: 3_000 }));
      expect(deviation(days), `seed ${s}`).toBeGreaterThan(low);
      expect(deviation(days), `seed ${s}`).toBeLessThan(high);
    }
  });

  test.each(TIMEFRAMES)("%s returns have fat tails, and wild times come together", (timeframe) => {
    for (const s of [1, 2, 3]) {
      const candles = history(s, "BTCUSDT", { timeframe, count: 3_000 });
      const moves = returnsOf(candles);
      const sizes = moves.map(Math.abs);
      expect(kurtosis(moves), `seed ${s}`).toBeGreaterThan(4);
      expect(kurtosis(moves), `seed ${s}`).toBeLessThan(40);
      expect(Math.abs(correlation(moves.slice(1), moves.slice(0, -1)))).toBeLessThan(0.1);
      // Of 3,000 sizes without memory, 999 in 1,000 samples have a correlation under 0.06.
      expect(correlation(sizes.slice(1), sizes.slice(0, -1)), `seed ${s}`).toBeGreaterThan(0.06);
      const volumes = candles.map((candle) => candle.volume);
      expect(correlation(sizes, volumes), `seed ${s}`).toBeGreaterThan(0.15);
    }
  });

  test("volatility of minutes fits that of days", () => {
    for (const s of [1, 2, 3]) {
      const minutes = returnsOf(history(s, "BTCUSDT", { timeframe: "1m", count: 43_200 }));
      const days = returnsOf(history(s, "BTCUSDT", { timeframe: "1d", count: 30 }));
      const ratio = (deviation(minutes) * Math.sqrt(1_440)) / deviation(days);
      expect(ratio, `seed ${s}`).toBeGreaterThan(0.6);
      expect(ratio, `seed ${s}`).toBeLessThan(1.6);
    }
  });

  test("prices neither explode nor vanish in ten years", () => {
    for (const s of [1, 2, 3, 4, 5]) {
      const market = seededMarket(s, SYMBOLS);
      for (const one of SYMBOLS) {
        const closes = Array.from({ length: 3_650 }, (_, i) =>
          existing(market.candle(one, "1d", LISTED_AT + i * DAY_MS)),
        );
        const highest = Math.max(...closes.map((candle) => candle.high));
        const lowest = Math.min(...closes.map((candle) => candle.low));
        expect(highest / lowest, `${one}, seed ${s}`).toBeGreaterThan(2);
        expect(highest / lowest, `${one}, seed ${s}`).toBeLessThan(500);
      }
    }
  });

  test.each([["1d", 0.35, 0.85] as const, ["1h", 0.1, 0.7] as const, ["1m", 0.1, 0.7] as const])(
    "instruments follow each other moderately in %s returns",
    (timeframe, low, high) => {
      const of = { timeframe, count: 2_000 };
      const first = returnsOf(history(1, "BTCUSDT", of));
      for (const other of ["ETHUSDT", "SOLUSDT", "PEPEUSDT"]) {
        const together = correlation(first, returnsOf(history(1, other, of)));
        expect(together, other).toBeGreaterThan(low);
        expect(together, other).toBeLessThan(high);
      }
    },
  );

  test("the market crashes at times, and has a daily rhythm", () => {
    const days = returnsOf(history(1, "BTCUSDT", { timeframe: "1d", count: 3_000 }));
    expect(Math.min(...days)).toBeLessThan(-0.1);
    const hours = history(1, "BTCUSDT", { timeframe: "1h", count: 24 * 200 });
    const volumeAt = (hour: number) =>
      hours
        .filter((candle) => new Date(candle.openTime).getUTCHours() === hour)
        .reduce((sum, candle) => sum + candle.volume, 0);
    expect(volumeAt(15) / volumeAt(3)).toBeGreaterThan(1.2);
  });
});

test("a day's extremes fall into any of its hours", () => {
  const hours = history(1, "BTCUSDT", { timeframe: "1h", count: 24 * 300 });
  const highsIn = new Map<number, number>();
  for (let day = 0; day < 300; day += 1) {
    const candles = hours.slice(day * 24, day * 24 + 24);
    const high = Math.max(...candles.map((candle) => candle.high));
    const hour = candles.findIndex((candle) => candle.high === high);
    highsIn.set(hour, (highsIn.get(hour) ?? 0) + 1);
  }
  // The ends of a random walk are its likeliest extremes; none takes more than a fifth of them.
  expect(Math.max(...highsIn.values())).toBeLessThan(60);
  expect(highsIn.size).toBe(24);
});

function instrumentOf(market: ReturnType<typeof seededMarket>, one: string) {
  const found = market.instruments.find((instrument) => instrument.symbol === one);
  if (found === undefined) throw new Error(`${one} is listed`);
  return found;
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}

function deviation(list: readonly number[]): number {
  const middle = mean(list);
  return Math.sqrt(mean(list.map((value) => (value - middle) ** 2)));
}

function kurtosis(list: readonly number[]): number {
  const middle = mean(list);
  return mean(list.map((value) => (value - middle) ** 4)) / deviation(list) ** 4;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [middleA, middleB] = [mean(a), mean(b)];
  const together = mean(a.map((value, i) => (value - middleA) * ((b[i] ?? 0) - middleB)));
  return together / (deviation(a) * deviation(b));
}
