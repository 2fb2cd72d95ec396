/** The session's volume-weighted price against its definition and two libraries. */
import technical from "technicalindicators";
import { VWAP } from "trading-signals";
import { describe, expect, test } from "vitest";
import { flat, MARKET_START, walk } from "../../../test/indicator-candles.ts";
import { columnsOf, expectSeries, seriesOf } from "../../../test/indicator-reference.ts";
import { vwapDefinition } from "./vwap.ts";

const DAY_MS = 86_400_000;
const MINUTES_A_DAY = 1_440;

describe("VWAP", () => {
  test("within one day equals technicalindicators and trading-signals", () => {
    const { candles, high, low, close, volume } = columnsOf();
    const ours = seriesOf(vwapDefinition, [], "value", candles);
    expectSeries(ours, technical.VWAP.calculate({ high, low, close, volume }));
    const signals = new VWAP();
    const theirs = candles.map((candle) => signals.update(candle, false) ?? Number.NaN);
    expectSeries(ours, theirs, { last: theirs.length - 1 });
  });

  test("begins anew at 00:00 UTC, also when the market begins in mid-day", () => {
    const candles = walk({ count: 3 * MINUTES_A_DAY, seed: 21 }).slice(700);
    const ours = seriesOf(vwapDefinition, [], "value", candles);
    for (const [i, candle] of candles.entries()) {
      const day = Math.floor(candle.openTime / DAY_MS);
      const session = candles.slice(0, i + 1).filter(({ openTime }) => openTime >= day * DAY_MS);
      if (i % 97 !== 0 && session.length > 2) continue;
      let [turnover, traded] = [0, 0];
      for (const { high, low, close, volume } of session) {
        turnover += ((high + low + close) / 3) * volume;
        traded += volume;
      }
      if (traded === 0) continue;
      expect(ours[i], `candle ${i}`).toBeCloseTo(turnover / traded, 6);
    }
    expect(candles[740]?.openTime).toBe(MARKET_START + DAY_MS);
    const first = candles[740];
    const alone = ((first?.high ?? 0) + (first?.low ?? 0) + (first?.close ?? 0)) / 3;
    expect(ours[740]).toBe(alone);
  });

  test("is the latest price while nothing has traded, and exactly the price of a still day", () => {
    const quiet = [...flat(3, 5, 0), ...flat(1, 7, 0)].map((candle, i) => ({
      ...candle,
      openTime: MARKET_START + i * 60_000,
    }));
    expect(seriesOf(vwapDefinition, [], "value", quiet)).toEqual([5, 5, 5, 7]);
    expect(new Set(seriesOf(vwapDefinition, [], "value", flat(500, 0.1, 3)))).toEqual(
      new Set([(0.1 + 0.1 + 0.1) / 3]),
    );
  });
});
