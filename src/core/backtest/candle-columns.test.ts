/** Tests of the minutes that recorded candles make. */
import { expect, test } from "vitest";
import { MARKET_START, walk } from "../../../test/indicator-candles.ts";
import type { Candle } from "../candle.ts";
import { MINUTE_MS } from "../timeframe.ts";
import { CandleColumns, minutesOf } from "./candle-columns.ts";

const at = (minute: number): Candle => ({
  openTime: MARKET_START + minute * MINUTE_MS,
  open: minute + 1,
  high: minute + 3,
  low: minute + 0.5,
  close: minute + 2,
  volume: minute,
});

function minutes(series: readonly CandleColumns[]) {
  return Array.from(minutesOf("BTCUSDT", series), (minute) => structuredClone(minute));
}

test("every candle comes once, in the minute with which it closes, ascending by timeframe", () => {
  const oneMinute = new CandleColumns("1m", [3, 4, 5, 6, 9, 10].map(at));
  const fiveMinutes = new CandleColumns("5m", [-5, 0, 5, 10].map(at));
  const found = minutes([fiveMinutes, oneMinute]);
  expect(
    found.map(({ openTime, candles }) => [
      (openTime - MARKET_START) / MINUTE_MS,
      ...candles.map((candle) => `${candle.timeframe} ${candle.open - 1}`),
    ]),
  ).toEqual([
    [3, "1m 3"],
    [4, "1m 4", "5m 0"],
    [5, "1m 5"],
    [6, "1m 6"],
    [7],
    [8],
    [9, "1m 9", "5m 5"],
    [10, "1m 10"],
  ]);
  expect(found[0]).toEqual({
    kind: "closed",
    symbol: "BTCUSDT",
    openTime: MARKET_START + 3 * MINUTE_MS,
    candles: [{ ...at(3), timeframe: "1m", source: "rest", latenessMs: 0 }],
  });
});

test("the numbers come back as they went in", () => {
  const candles = walk({ count: 300, seed: 9, price: 0.00001234 });
  const found = minutes([new CandleColumns("1m", candles)]);
  expect(found.map((minute) => minute.candles[0])).toEqual(
    candles.map((candle) => ({ ...candle, timeframe: "1m", source: "rest", latenessMs: 0 })),
  );
});

test("without 1m candles there are no minutes", () => {
  expect(minutes([])).toEqual([]);
  expect(minutes([new CandleColumns("1m", []), new CandleColumns("5m", [at(0)])])).toEqual([]);
});

test("candles that do not ascend on their grid are a bug", () => {
  expect(() => new CandleColumns("1m", [at(1), at(1)])).toThrow("ascend");
  expect(() => new CandleColumns("5m", [at(1)])).toThrow("grid");
});
