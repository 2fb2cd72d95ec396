/** Tests of the bounded series of closed candles. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClosedCandle } from "./candle.ts";
import { CandleSeries } from "./candle-series.ts";

function candle(minute: number, change: Partial<ClosedCandle> = {}): ClosedCandle {
  const price = 100 + minute;
  return {
    timeframe: "1m",
    openTime: minute * 60_000,
    open: price,
    high: price + 2,
    low: price - 2,
    close: price + 1,
    volume: minute,
    source: minute % 2 === 0 ? "stream" : "rest",
    latenessMs: minute * 10,
    ...change,
  };
}

function seriesOf(minutes: readonly number[], capacity = 10): CandleSeries {
  const series = new CandleSeries("1m", capacity);
  for (const minute of minutes) series.append(candle(minute), "afterHole");
  return series;
}

describe("append", () => {
  test("gives back exactly what came in", () => {
    const series = seriesOf([3, 4]);
    expect(series.length).toBe(2);
    expect(series.at(0)).toEqual(candle(3));
    expect(series.last()).toEqual(candle(4));
    expect(series.nextOpenTime).toBe(5 * 60_000);
  });

  test("refuses doubles, the past, and unannounced holes", () => {
    const series = seriesOf([3, 4]);
    expect(() => series.append(candle(4))).toThrow(/does not follow/);
    expect(() => series.append(candle(3), "afterHole")).toThrow(/does not follow/);
    expect(() => series.append(candle(6))).toThrow(/does not follow/);
    series.append(candle(6), "afterHole");
    expect(series.length).toBe(3);
  });

  test("refuses another timeframe and another grid", () => {
    const series = seriesOf([]);
    expect(() => series.append(candle(5, { timeframe: "5m" }))).toThrow(/one timeframe/);
    expect(() => series.append(candle(5, { openTime: 61_000 }))).toThrow(/grid/);
  });

  test("an empty series has neither last nor next", () => {
    expect(seriesOf([]).last()).toBeNull();
    expect(seriesOf([]).nextOpenTime).toBeNull();
    expect(() => seriesOf([]).at(0)).toThrow(/within the series/);
  });
});

test("the bound holds: at capacity nothing is lost, one past it the oldest goes", () => {
  const full = seriesOf([1, 2, 3], 3);
  expect(full.tail(9).map((c) => c.openTime / 60_000)).toEqual([1, 2, 3]);
  full.append(candle(4));
  expect(full.length).toBe(3);
  expect(full.tail(9).map((c) => c.openTime / 60_000)).toEqual([2, 3, 4]);
});

test("ranges are inclusive, ascending and limited from the start", () => {
  const series = seriesOf([1, 2, 5, 6, 7]);
  const minutes = (from: number, to: number, limit: number) =>
    series.between(from * 60_000, to * 60_000, limit).map((c) => c.openTime / 60_000);
  expect(minutes(2, 6, 10)).toEqual([2, 5, 6]);
  expect(minutes(3, 4, 10)).toEqual([]);
  expect(minutes(0, 99, 2)).toEqual([1, 2]);
});

test("agrees with a plain array, whatever is appended", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 60 }),
      (capacity, steps) => {
        const series = new CandleSeries("1m", capacity);
        const model: ClosedCandle[] = [];
        let minute = 0;
        for (const step of steps) {
          minute += step;
          series.append(candle(minute), step === 1 ? "contiguous" : "afterHole");
          model.push(candle(minute));
        }
        const kept = model.slice(-capacity);
        expect(series.tail(capacity)).toEqual(kept);
        expect(series.indexFrom(30 * 60_000)).toBe(
          kept.filter((c) => c.openTime < 30 * 60_000).length,
        );
      },
    ),
  );
});
