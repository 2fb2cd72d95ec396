/** Candles that outlive the process: after a restart the exchange is asked only for what is missing. */
import { afterEach, describe, expect, test } from "vitest";
import type { ClosedCandle } from "../src/core/candle.ts";
import { MINUTE_MS, TIMEFRAMES, type Timeframe } from "../src/core/timeframe.ts";
import type { CandleHistory } from "../src/server/feed/feed.ts";
import { seededMarket } from "../src/simulator/seeded-market.ts";
import { Rig } from "./feed-rig.ts";

const SYMBOL = "BTCUSDT";
const SEED = 3;
/** Beginning of a day, and some minutes. */
const START = Date.UTC(2025, 2, 4, 10, 7, 30);

/** What a database would keep, without one. */
class KeptInMemory implements CandleHistory {
  readonly candles = new Map<string, Map<number, ClosedCandle>>();

  async load(symbol: string, timeframe: Timeframe, limit: number) {
    const known = [...(this.candles.get(`${symbol} ${timeframe}`)?.values() ?? [])];
    return known.sort((a, b) => a.openTime - b.openTime).slice(-limit);
  }

  append(symbol: string, candles: readonly ClosedCandle[]): void {
    for (const candle of candles) {
      const key = `${symbol} ${candle.timeframe}`;
      const series = this.candles.get(key) ?? new Map<number, ClosedCandle>();
      this.candles.set(key, series);
      // The first version wins, as in the database.
      if (!series.has(candle.openTime)) series.set(candle.openTime, candle);
    }
  }

  of(timeframe: Timeframe): Map<number, ClosedCandle> {
    return this.candles.get(`${SYMBOL} ${timeframe}`) ?? new Map();
  }
}

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

async function started(kept: CandleHistory, startTime: number): Promise<Rig> {
  const market = seededMarket(SEED, [SYMBOL]);
  const rig = await Rig.open({ market, symbols: [SYMBOL], startTime, kept });
  rigs.push(rig);
  await rig.start();
  return rig;
}

/** Every candle in memory is the market's own, and they follow one another. */
function expectWhole(rig: Rig): void {
  const market = seededMarket(SEED, [SYMBOL]);
  for (const timeframe of TIMEFRAMES) {
    const series = rig.feed.series(SYMBOL, timeframe);
    expect(series.length, timeframe).toBeGreaterThanOrEqual(999);
    for (const found of series.tail(1_000)) {
      const expected = market.candle(SYMBOL, timeframe, found.openTime);
      expect(found.close).toBe(Number(expected?.close));
    }
  }
}

/** Rows of candles that REST gave. */
const rowsAsked = (rig: Rig) => rig.rowsGiven;

describe("kept candles", () => {
  test("a first start keeps all that it loads, and what closes afterwards", async () => {
    const kept = new KeptInMemory();
    const rig = await started(kept, START);
    for (const timeframe of TIMEFRAMES) expect(kept.of(timeframe).size).toBe(999);
    await rig.advance(3 * MINUTE_MS);
    expect(kept.of("1m").size).toBe(999 + 3);
    expectWhole(rig);
  });

  test("a restart a moment later asks for no closed candle again", async () => {
    const kept = new KeptInMemory();
    await (await started(kept, START)).close();
    rigs.splice(0);
    const rig = await started(kept, START + 10_000);
    expect(rowsAsked(rig)).toBeLessThanOrEqual(10);
    expectWhole(rig);
  });

  test("a restart two hours later asks for two hours", async () => {
    const kept = new KeptInMemory();
    await (await started(kept, START)).close();
    rigs.splice(0);
    const rig = await started(kept, START + 120 * MINUTE_MS);
    // 120 of 1m, 24 of 5m, 8 of 15m, 2 of 1h, the forming ones, and ten that say where the market stands.
    expect(rowsAsked(rig)).toBeLessThanOrEqual(120 + 24 + 8 + 2 + 6 + 10);
    expectWhole(rig);
  });

  test("a gap in what is kept, or too little of it, and the whole is asked for", async () => {
    const kept = new KeptInMemory();
    const before = await started(kept, START);
    // More than one load takes, so that a gap does not show by their number.
    await before.advance(5 * MINUTE_MS);
    await before.close();
    rigs.splice(0);
    const minutes = [...kept.of("1m").keys()];
    kept.of("1m").delete(minutes[500] ?? 0);
    for (const openTime of [...kept.of("5m").keys()].slice(0, 400)) kept.of("5m").delete(openTime);
    const rig = await started(kept, START + 5 * MINUTE_MS + 10_000);
    expect(rowsAsked(rig)).toBeGreaterThanOrEqual(2 * 999);
    expect(rowsAsked(rig)).toBeLessThanOrEqual(2 * 1_000 + 20);
    expectWhole(rig);
  });

  test("a restart after so long that nothing kept can be gone on from", async () => {
    const kept = new KeptInMemory();
    await (await started(kept, START)).close();
    rigs.splice(0);
    const rig = await started(kept, START + 3_000 * 1_440 * MINUTE_MS);
    expectWhole(rig);
  });

  test("candles kept from a later time of the market are no part of its past", async () => {
    const kept = new KeptInMemory();
    await (await started(kept, START + 300 * MINUTE_MS)).close();
    rigs.splice(0);
    const rig = await started(kept, START);
    for (const timeframe of TIMEFRAMES) {
      const last = rig.feed.series(SYMBOL, timeframe).last()?.openTime ?? 0;
      expect(last).toBeLessThan(START);
    }
    expectWhole(rig);
  });
});
