/** A built-in strategy over a stretch of the simulated market: what it traded, and how often it could have. */
import { type BacktestResult, backtest, type SignalSource } from "../src/core/backtest/backtest.ts";
import { CandleColumns, minutesOf } from "../src/core/backtest/candle-columns.ts";
import type { Candle } from "../src/core/candle.ts";
import { FIXED_ONE } from "../src/core/fixed.ts";
import { boundaryOf, type MarketMinute } from "../src/core/market-minute.ts";
import { truthAt } from "../src/core/rules/evaluate.ts";
import { History } from "../src/core/rules/history.ts";
import { parseRule, refusalText } from "../src/core/rules/parse.ts";
import type { Rule } from "../src/core/rules/rule.ts";
import type { BuiltInStrategy } from "../src/core/strategies/catalog.ts";
import { type Timeframe, timeframeMs } from "../src/core/timeframe.ts";
import { PAPER_COSTS } from "../src/core/trading/fill.ts";
import { DEFAULT_RISK } from "../src/core/trading/risk.ts";
import type { Signals } from "../src/core/trading/signal.ts";
import { seededMarket } from "../src/simulator/seeded-market.ts";

export const SYMBOL = "BTCUSDT";

/** The longest average of the catalogue; a stretch is preceded by that many candles. */
const WARMUP_CANDLES = 200;

/** The rule of a text that is known to be one. */
export function ruleOf(text: string): Rule {
  const result = parseRule(text);
  if (result.kind === "refused") throw new Error(`${text}: ${refusalText(result.refusal)}`);
  return result.rule;
}

/** Closed candles of one timeframe with the minutes under them. */
export class Stretch {
  readonly timeframe: Timeframe;
  /** Those that the strategy is asked at, after the ones that only warm it up. */
  readonly candles: number;
  readonly history: History;
  readonly #minutes: CandleColumns;
  readonly #series: readonly Candle[];

  constructor(seed: number, span: { timeframe: Timeframe; from: number; days: number }) {
    const { timeframe, from, days } = span;
    const market = seededMarket(seed, [SYMBOL]);
    const length = timeframeMs(timeframe);
    const end = from + days * timeframeMs("1d");
    const candlesOf = (each: Timeframe, start: number): Candle[] => {
      const candles: Candle[] = [];
      for (let time = start; time < end; time += timeframeMs(each)) {
        const candle = market.candle(SYMBOL, each, time);
        if (candle !== null) candles.push(candle);
      }
      return candles;
    };
    this.timeframe = timeframe;
    this.#series = candlesOf(timeframe, from - WARMUP_CANDLES * length);
    this.candles = this.#series.length - WARMUP_CANDLES;
    const none = { "1m": [], "5m": [], "15m": [], "1h": [], "4h": [], "1d": [] };
    this.history = new History({ ...none, [timeframe]: this.#series });
    this.#minutes = new CandleColumns("1m", candlesOf("1m", from));
  }

  run(strategy: BuiltInStrategy): BacktestResult {
    const { instruments } = seededMarket(0, [SYMBOL]);
    const [instrument] = instruments;
    if (instrument === undefined) throw new Error(`${SYMBOL} is listed`);
    const settings = strategy.settings(this.timeframe);
    const percent = settings.stopLossPercent;
    const plan = {
      market: { instrument, costs: PAPER_COSTS },
      settings: {
        ...DEFAULT_RISK,
        size: { kind: "percent" as const, percent: settings.sizePercent },
        takeProfitPercent: settings.takeProfitPercent,
        stopLoss: percent === null ? null : { kind: "percent" as const, percent },
        maxTimeMs: settings.maxTimeMs,
        cooldownMs: settings.cooldownMs,
      },
      capital: 10_000n * FIXED_ONE,
    };
    const signals = new RuleSignals(strategy, this);
    return backtest(plan, minutesOf(SYMBOL, [this.#minutes]), signals);
  }

  /** The closes at which a strategy of the stretch is asked, as indexes of the history. */
  *closes(): Generator<number, void, void> {
    for (let index = WARMUP_CANDLES; index < this.#series.length; index += 1) yield index;
  }
}

/** Answers from the whole history by the slow evaluator, one rule at a time as the bot asks. */
class RuleSignals implements SignalSource {
  readonly #stretch: Stretch;
  readonly #signals: Signals;
  #index = -1;

  constructor({ rules }: BuiltInStrategy, stretch: Stretch) {
    this.#stretch = stretch;
    const [longEntry, longExit] = [ruleOf(rules.longEntry), ruleOf(rules.longExit)];
    const [shortEntry, shortExit] = [ruleOf(rules.shortEntry), ruleOf(rules.shortExit)];
    const truth = (rule: Rule) =>
      truthAt(rule, stretch.history, { timeframe: stretch.timeframe, index: this.#index });
    this.#signals = {
      get longEntry() {
        return truth(longEntry);
      },
      get longExit() {
        return truth(longExit);
      },
      get shortEntry() {
        return truth(shortEntry);
      },
      get shortExit() {
        return truth(shortExit);
      },
      atr: Number.NaN,
    };
  }

  next(minute: MarketMinute): Signals | null {
    const { history, timeframe } = this.#stretch;
    const boundary = boundaryOf(minute);
    if (boundary % timeframeMs(timeframe) !== 0) return null;
    this.#index = history.indexClosedBy(timeframe, boundary);
    return this.#signals;
  }
}
