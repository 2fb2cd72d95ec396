/** The built-in strategies: how many there are, what they say, and how they follow the timeframe. */
import { describe, expect, test } from "vitest";
import { parseRule } from "../rules/parse.ts";
import { printRule } from "../rules/print.ts";
import { TIMEFRAMES } from "../timeframe.ts";
import { DEFAULT_RISK, riskFault } from "../trading/risk.ts";
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

  test("targets and stops are wider where candles stray farther", () => {
    const conservative = BUILT_IN_STRATEGIES.find(({ id }) => id === "conservative-trend");
    const percents = TIMEFRAMES.map((timeframe) => {
      const { takeProfitPercent, stopLossPercent } = conservative?.settings(timeframe) ?? {};
      return [takeProfitPercent, stopLossPercent];
    });
    expect(percents).toEqual([
      [2, 2.5],
      [2, 2.5],
      [2, 2.5],
      [2, 2.5],
      [4, 5],
      [8, 10],
    ]);
  });

  test("a bot takes the settings of every timeframe", () => {
    for (const strategy of BUILT_IN_STRATEGIES) {
      for (const timeframe of TIMEFRAMES) {
        const { stopLossPercent, sizePercent, ...others } = strategy.settings(timeframe);
        const settings = {
          ...DEFAULT_RISK,
          ...others,
          size: { kind: "percent" as const, percent: sizePercent },
          stopLoss: { kind: "percent" as const, percent: stopLossPercent ?? 0 },
        };
        expect(riskFault(settings), `${strategy.id} on ${timeframe}`).toBeNull();
      }
    }
  });

  test("every rule is written as it is printed, and comes back as the same tree", () => {
    for (const { id, rules } of BUILT_IN_STRATEGIES) {
      for (const [side, text] of Object.entries(rules)) {
        const result = parseRule(text);
        expect(result, `${id} ${side}`).toMatchObject({ kind: "rule" });
        if (result.kind === "refused") continue;
        expect(printRule(result.rule)).toBe(text);
        expect(parseRule(printRule(result.rule))).toEqual(result);
      }
    }
  });

  test("who enters on a side has a rule to leave it, and nobody else has one", () => {
    const sided = BUILT_IN_STRATEGIES.map(({ id, rules }) => {
      const { longEntry, longExit, shortEntry, shortExit } = rules;
      expect(longEntry === "never", id).toBe(longExit === "never");
      expect(shortEntry === "never", id).toBe(shortExit === "never");
      return [longEntry !== "never", shortEntry !== "never"];
    });
    const both = [true, true];
    expect(sided).toEqual([both, both, both, both, both, both, [true, false]]);
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
