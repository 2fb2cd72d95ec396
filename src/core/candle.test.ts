/** Tests of what may be a candle. */
import { expect, test } from "vitest";
import { type Candle, candleFault, candleRow, sameCandle } from "./candle.ts";

const GOOD: Candle = { openTime: 60_000, open: 2, high: 4, low: 1, close: 3, volume: 5 };

test("a sound candle has no fault", () => {
  expect(candleFault("1m", GOOD)).toBeNull();
  expect(candleFault("1m", { ...GOOD, open: 2, high: 2, low: 2, close: 2, volume: 0 })).toBeNull();
});

test.each<[string, Partial<Candle>, RegExp]>([
  ["off the grid", { openTime: 60_001 }, /grid/],
  ["a time that is no number", { openTime: Number.NaN }, /grid/],
  ["a price of zero", { low: 0 }, /price 0/],
  ["a negative price", { low: -1 }, /price -1/],
  ["a price that is no number", { close: Number.NaN }, /price NaN/],
  ["an endless price", { high: Infinity }, /price Infinity/],
  ["negative volume", { volume: -1 }, /volume -1/],
  ["volume that is no number", { volume: Number.NaN }, /volume NaN/],
  ["high under close", { high: 2.5 }, /high 2.5/],
  ["low over open", { low: 2.5 }, /low 2.5/],
  ["high under low", { open: 2, close: 2, high: 2, low: 3 }, /high|low/],
])("%s is a fault", (_, change, reason) => {
  expect(candleFault("1m", { ...GOOD, ...change })).toMatch(reason);
});

test("five-minute candles stand on their own grid", () => {
  expect(candleFault("5m", GOOD)).toMatch(/5m grid/);
});

test("equality looks at every number", () => {
  expect(sameCandle(GOOD, { ...GOOD })).toBe(true);
  for (const key of ["openTime", "open", "high", "low", "close", "volume"] as const) {
    expect(sameCandle(GOOD, { ...GOOD, [key]: 99 })).toBe(false);
  }
});

test("the row keeps the order of the wire", () => {
  expect(candleRow(GOOD)).toEqual([60_000, 2, 4, 1, 3, 5]);
});
