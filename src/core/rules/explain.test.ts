/** Tests that an explanation shows each condition as it stands, and near where a small move would do. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { candlesOf, minutesWithHoles, randomRule, ruleOf } from "../../../test/rule-market.ts";
import type { Candle } from "../candle.ts";
import { MINUTE_MS } from "../timeframe.ts";
import { truthAt } from "./evaluate.ts";
import { explain } from "./explain.ts";
import { History } from "./history.ts";

/** Thirty candles about 100, each 2 high, so that ATR(14) is 2; then the last close. */
function marketEndingAt(close: number): History {
  const candles = Array.from({ length: 30 }, (_, i): Candle => {
    const last = i === 29 ? close : 100;
    const volume = i === 5 ? 300 : 100;
    return { openTime: i * MINUTE_MS, open: 100, high: 101, low: 99, close: last, volume };
  });
  return new History({ "1m": candles, "5m": [], "15m": [], "1h": [], "4h": [], "1d": [] });
}

function read(text: string, close = 100) {
  return explain(ruleOf(text), marketEndingAt(close), { timeframe: "1m", index: 29 });
}

test("lists every condition in order, named ones opened up", () => {
  const readings = read("(close > 99 or not oversold) and bullish_candle for 2 candles");
  expect(readings).toMatchObject([
    { name: null, text: "close > 99", truth: true, left: 100, right: 99, isNear: false },
    { name: "oversold", text: "rsi(14) < 30", right: 30 },
    { name: "bullish_candle", text: "close > open", truth: false, left: 100, right: 100 },
  ]);
  expect(readings).toHaveLength(3);
  expect(read("never")).toEqual([]);
  expect(read("close / 0 > 1")).toMatchObject([{ truth: null, left: Number.NaN, isNear: false }]);
});

test.each([
  ["close > 101.9", true],
  ["close > 102", false],
  ["close < 98.1", true],
  ["close <= 98", false],
  ["close == 101.9", true],
  ["close == 98", false],
  ["close != 100", true],
  ["101.9 < close", true],
  ["102 < close", false],
  ["close within 1 % of 102.9", true],
  ["close within 1 % of 104", false],
  ["2 * close > 201.9", true],
  ["close - open > 1.9", true],
  ["close - open > 2", false],
  ["close crosses above 101.9", true],
  ["close crosses above 102", false],
  ["close crosses below 98.1", true],
  // Already beyond at the close before: no move now makes it a crossing.
  ["close crosses above 99", false],
  ["close crosses below 101", false],
  // The range of the volume is 200, of the stochastic 100.
  ["volume > 109", true],
  ["volume > 110", false],
  ["stochastic(14, 3, 3).k > 54.9", true],
  ["stochastic(14, 3, 3).k > 55", false],
  ["close / open > 1.0001", false],
  ["percent_change(close, 1) > 0.0001", false],
])("%s is near: %s", (text, isNear) => {
  const readings = read(text);
  expect(readings).toMatchObject([{ truth: false, isNear }]);
});

test("a condition that is true or unknown is never near, and truths are the evaluator's", () => {
  const history = new History(candlesOf(minutesWithHoles(240, 6)));
  let near = 0;
  fc.assert(
    fc.property(randomRule("1m"), fc.nat(history.length("1m") - 1), (rule, index) => {
      const close = { timeframe: "1m", index } as const;
      for (const reading of explain(rule, history, close)) {
        expect(reading.truth).toBe(truthAt(ruleOf(reading.text), history, close));
        if (!reading.isNear) continue;
        near += 1;
        expect(reading.truth).toBe(false);
      }
    }),
    { numRuns: 200, seed: 3 },
  );
  expect(near).toBeGreaterThan(0);
});
