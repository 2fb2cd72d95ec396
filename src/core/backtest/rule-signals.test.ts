/** Tests that a backtest by the rule graph is the backtest by the obvious evaluator. */
import { expect, test } from "vitest";
import { BTC_MARKET, d } from "../../../test/bot-rig.ts";
import { candlesOf, marketMinutes, minutesWithHoles, ruleOf } from "../../../test/rule-market.ts";
import type { Candle } from "../candle.ts";
import { SET_SIZE_MAX } from "../indicators/indicator-set.ts";
import type { MarketMinute } from "../market-minute.ts";
import { truthAt, valueAt } from "../rules/evaluate.ts";
import { History } from "../rules/history.ts";
import { NEVER, type Rule } from "../rules/rule.ts";
import { NO_CANDLES, RuleGraph } from "../rules/rule-graph.ts";
import { DEFAULT_RISK } from "../trading/risk.ts";
import type { Signals } from "../trading/signal.ts";
import { backtest, type SignalSource } from "./backtest.ts";
import { holdStrategy, RuleSignals, type StrategyRules } from "./rule-signals.ts";

const RULES: StrategyRules = {
  timeframe: "5m",
  longEntry: ruleOf("ema(3) crosses above ema(8) or rsi(4)@15m < 30 for 2 candles"),
  longExit: ruleOf("close < ema(8) for 2 candles"),
  shortEntry: ruleOf("ema(3) crosses below ema(8) and not bullish_candle"),
  shortExit: ruleOf("close crosses above ema(3) or close@15m[1] < close"),
  atrPeriod: 14,
};

/** The same signals, from the whole history each time. */
class SlowSignals implements SignalSource {
  readonly #rules: StrategyRules;
  readonly #history: History;
  #index = -1;

  constructor(rules: StrategyRules, base: readonly Candle[]) {
    this.#rules = rules;
    this.#history = new History(candlesOf(base));
  }

  next({ candles }: MarketMinute): Signals | null {
    const { timeframe, longEntry, longExit, shortEntry, shortExit } = this.#rules;
    if (!candles.some((candle) => candle.timeframe === timeframe)) return null;
    this.#index += 1;
    const close = { timeframe, index: this.#index };
    const truth = (rule: Rule) => truthAt(rule, this.#history, close);
    const range = ruleOf("atr(14) > 0");
    return {
      longEntry: truth(longEntry),
      longExit: truth(longExit),
      shortEntry: truth(shortEntry),
      shortExit: truth(shortExit),
      atr: range.kind === "compare" ? valueAt(range.left, this.#history, close) : Number.NaN,
    };
  }
}

const SETTINGS = { ...DEFAULT_RISK, stopLoss: { kind: "atr", multiple: 2, period: 14 } } as const;
const PLAN = { market: BTC_MARKET, settings: SETTINGS, capital: d("10000") };

test.each(["1m", "5m"] as const)("gives the same trades, equity and state at %s", (timeframe) => {
  const base = minutesWithHoles(2_000, 21);
  const minutes = marketMinutes(base);
  const rules = { ...RULES, timeframe };
  const fast = backtest(PLAN, minutes, new RuleSignals(rules));
  const slow = backtest(PLAN, minutes, new SlowSignals(rules, base));
  expect(fast.trades.length).toBeGreaterThan(20);
  expect(new Set(fast.trades.map(({ direction }) => direction)).size).toBe(2);
  expect(fast).toEqual(slow);
});

test("continues from candles that closed before its first minute", () => {
  const minutes = marketMinutes(minutesWithHoles(400, 8));
  const whole = new RuleSignals(RULES);
  const begun = minutes.slice(0, 200);
  for (const minute of begun) whole.next(minute);
  const closed = begun.flatMap(({ candles }) => candles);
  const later = new RuleSignals(RULES, (each) =>
    closed.filter(({ timeframe }) => timeframe === each),
  );
  let closes = 0;
  for (const minute of minutes.slice(200)) {
    const expected = whole.next(minute);
    const found = later.next(minute);
    expect(found === null).toBe(expected === null);
    if (found === null || expected === null) continue;
    closes += 1;
    expect(plain(found)).toEqual(plain(expected));
  }
  expect(closes).toBeGreaterThan(30);
});

test("holds nothing where a rule finds no room", () => {
  const graph = new RuleGraph("1m", NO_CANDLES);
  const names = ["ema", "rsi", "roc", "momentum", "wma"];
  const texts = names.flatMap((name) =>
    Array.from({ length: 999 }, (_, i) => `${name}(${i + 2}) > 1`),
  );
  for (const text of texts.slice(0, SET_SIZE_MAX)) graph.holdRule(ruleOf(text));
  const before = graph.size;
  const never = { longEntry: NEVER, longExit: NEVER, shortEntry: NEVER, shortExit: NEVER };
  expect(holdStrategy(graph, { timeframe: "1m", ...never, atrPeriod: 14 })).toBeNull();
  expect(graph.size).toBe(before);
  const held = holdStrategy(graph, { timeframe: "1m", ...never, atrPeriod: null });
  expect(held?.signals.longEntry).toBe(false);
  expect(held?.signals.atr).toBeNaN();
  held?.release();
  expect(graph.size).toBe(before);
});

function plain({ longEntry, longExit, shortEntry, shortExit, atr }: Signals) {
  return [longEntry, longExit, shortEntry, shortExit, atr];
}
