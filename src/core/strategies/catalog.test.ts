/** The built-in strategies: how many there are, and how their times follow the timeframe. */
import { describe, expect, test } from "vitest";
import { TIMEFRAMES } from "../timeframe.ts";
import { BUILT_IN_STRATEGIES } from "./catalog.ts";

describe("built-in strategies", () => {
  test("three are everybody's, seven are the local user's", () => {
    expect(BUILT_IN_STRATEGIES.map(({ name }) => name)).toEqual([
      "QuickStrike Scalp",
      "Trend Follower",
      "Conservative Trend",
      "RSI + EMA",
      "Momentum Crossover",
      "Volume Breakout",
      "Bollinger Bounce",
    ]);
    expect(BUILT_IN_STRATEGIES.filter(({ isDefault }) => isDefault)).toHaveLength(3);
    expect(new Set(BUILT_IN_STRATEGIES.map(({ id }) => id)).size).toBe(7);
  });

  test("times are candles on long charts and minutes on short ones", () => {
    const trend = BUILT_IN_STRATEGIES.find(({ id }) => id === "trend-follower");
    const minutes = TIMEFRAMES.map((timeframe) => {
      const { maxTimeMs, cooldownMs } = trend?.settings(timeframe) ?? {};
      return [(maxTimeMs ?? 0) / 60_000, (cooldownMs ?? 0) / 60_000];
    });
    expect(minutes).toEqual([
      [60, 5],
      [60, 5],
      [180, 15],
      [720, 60],
      [2_880, 240],
      [17_280, 1_440],
    ]);
  });

  test("no time is shorter than a candle, and what is off stays off", () => {
    for (const strategy of BUILT_IN_STRATEGIES) {
      for (const timeframe of TIMEFRAMES) {
        const { maxTimeMs, cooldownMs } = strategy.settings(timeframe);
        const isOff = strategy.id === "bollinger-bounce";
        expect(maxTimeMs === null).toBe(isOff);
        expect(cooldownMs === null).toBe(isOff);
      }
    }
  });
});
