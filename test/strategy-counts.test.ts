/** Tests that the built-in strategies trade on the simulated market: each of them, and none all the time. */
import { describe, expect, test } from "vitest";
import { truthAt } from "../src/core/rules/evaluate.ts";
import { BUILT_IN_STRATEGIES } from "../src/core/strategies/catalog.ts";
import { ruleOf, Stretch } from "./strategy-run.ts";

const FROM = Date.UTC(2025, 2, 1);
const SEED = 11;

/** Fewer candles a trade than this is an entry without a reason. */
const CANDLES_A_TRADE_MIN = 10;

describe.each([
  ["5m", 8],
  ["1h", 35],
] as const)("on %s over %i days", (timeframe, days) => {
  const stretch = new Stretch(SEED, { timeframe, from: FROM, days });

  test.each(BUILT_IN_STRATEGIES)("$name trades, and not all the time", (strategy) => {
    const { trades } = stretch.run(strategy);
    expect(trades.length).toBeGreaterThan(0);
    expect(stretch.candles / trades.length).toBeGreaterThan(CANDLES_A_TRADE_MIN);
    const directions = new Set(trades.map(({ direction }) => direction));
    expect(directions.size).toBe(strategy.rules.shortEntry === "never" ? 1 : 2);
  });

  test.each(BUILT_IN_STRATEGIES)("$name contradicts itself at no close", ({ rules }) => {
    const longEntry = ruleOf(rules.longEntry);
    const shortEntry = ruleOf(rules.shortEntry);
    const longExit = ruleOf(rules.longExit);
    const shortExit = ruleOf(rules.shortExit);
    for (const index of stretch.closes()) {
      const close = { timeframe, index };
      const isTrue = (rule: typeof longEntry) => truthAt(rule, stretch.history, close) === true;
      const [long, short] = [isTrue(longEntry), isTrue(shortEntry)];
      expect(long && short).toBe(false);
      expect(long && isTrue(longExit)).toBe(false);
      expect(short && isTrue(shortExit)).toBe(false);
    }
  });
});
