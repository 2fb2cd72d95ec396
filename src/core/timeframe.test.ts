/** Tests of the candle grid. */
import { expect, test } from "vitest";
import {
  endTimeOf,
  isOpenTime,
  isTimeframe,
  openTimeAt,
  TIMEFRAMES,
  timeframeMs,
  timeframesEndingAt,
} from "./timeframe.ts";

const NOON = Date.UTC(2021, 3, 20, 12, 0);

test("lengths in milliseconds", () => {
  expect(TIMEFRAMES.map(timeframeMs)).toEqual([
    60_000, 300_000, 900_000, 3_600_000, 14_400_000, 86_400_000,
  ]);
});

test("only the exact spelling names a timeframe", () => {
  expect(TIMEFRAMES.every(isTimeframe)).toBe(true);
  for (const text of ["1M", "3m", "", "1m ", "toString", "__proto__"]) {
    expect(isTimeframe(text)).toBe(false);
  }
});

test("open time is the last boundary at or before", () => {
  expect(openTimeAt("15m", NOON + 14 * 60_000 + 59_999)).toBe(NOON);
  expect(openTimeAt("15m", NOON)).toBe(NOON);
  expect(openTimeAt("1d", NOON)).toBe(Date.UTC(2021, 3, 20));
  expect(endTimeOf("4h", NOON)).toBe(NOON + 14_400_000);
});

test("open times are whole, on the grid and not negative", () => {
  expect(isOpenTime("5m", NOON)).toBe(true);
  for (const time of [NOON + 1, NOON + 60_000, -300_000, Number.NaN, 0.5, Infinity]) {
    expect(isOpenTime("5m", time)).toBe(false);
  }
});

test("which timeframes end at a boundary", () => {
  expect(timeframesEndingAt(NOON)).toEqual(["1m", "5m", "15m", "1h", "4h"]);
  expect(timeframesEndingAt(NOON + 60_000)).toEqual(["1m"]);
  expect(timeframesEndingAt(Date.UTC(2021, 3, 20))).toEqual([...TIMEFRAMES]);
});
