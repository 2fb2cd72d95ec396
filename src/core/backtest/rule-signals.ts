/** The signals of a strategy's four rules, worked out by a rule graph as the minutes go by. */
import { assert } from "../assert.ts";
import type { MarketMinute } from "../market-minute.ts";
import type { Rule, Term } from "../rules/rule.ts";
import {
  type ClosedCandles,
  type HeldRule,
  type HeldTerm,
  NO_CANDLES,
  RuleGraph,
} from "../rules/rule-graph.ts";
import type { Timeframe } from "../timeframe.ts";
import type { Signals } from "../trading/signal.ts";
import type { SignalSource } from "./backtest.ts";

/** What a strategy trades by. */
export interface StrategyRules {
  readonly timeframe: Timeframe;
  readonly longEntry: Rule;
  readonly longExit: Rule;
  readonly shortEntry: Rule;
  readonly shortExit: Rule;
  /** The candles of the average true range that the stop is measured by; null when it is not. */
  readonly atrPeriod: number | null;
}

/** The signals of one strategy, alone in a graph of its own. */
export class RuleSignals implements SignalSource {
  readonly #timeframe: Timeframe;
  readonly #graph: RuleGraph;
  readonly #signals: Signals;

  /** `past` is what closed before the first minute, from the origin of the indicators. */
  constructor(rules: StrategyRules, past: ClosedCandles = NO_CANDLES) {
    this.#timeframe = rules.timeframe;
    this.#graph = new RuleGraph(rules.timeframe, past);
    const held = holdStrategy(this.#graph, rules);
    assert(held !== null, "a graph has room for one strategy");
    this.#signals = held.signals;
  }

  next({ candles }: MarketMinute): Signals | null {
    this.#graph.step(candles);
    const isClose = candles.some(({ timeframe }) => timeframe === this.#timeframe);
    return isClose ? this.#signals : null;
  }
}

/** A strategy's place in a graph: its signals are read anew after each close. */
export interface HeldStrategy {
  readonly signals: Signals;
  release(): void;
}

/** Holds the four rules and the stop's range in a graph; null, and nothing held, where they find no room. */
export function holdStrategy(graph: RuleGraph, rules: StrategyRules): HeldStrategy | null {
  const { longEntry, longExit, shortEntry, shortExit, atrPeriod } = rules;
  const held = [longEntry, longExit, shortEntry, shortExit].map((rule) => graph.holdRule(rule));
  const range = atrPeriod === null ? null : graph.holdTerm(rangeOf(atrPeriod));
  const release = () => {
    for (const each of [...held, range]) if (each !== null) graph.release(each);
  };
  const isMissing = held.includes(null) || (atrPeriod !== null && range === null);
  if (!isMissing) return { signals: new HeldSignals(held, range), release };
  release();
  return null;
}

/** Reads what the graph says at the last close. */
class HeldSignals implements Signals {
  readonly #rules: readonly (HeldRule | null)[];
  readonly #range: HeldTerm | null;

  constructor(rules: readonly (HeldRule | null)[], range: HeldTerm | null) {
    this.#rules = rules;
    this.#range = range;
  }

  get longEntry() {
    return this.#rules[0]?.truth ?? null;
  }

  get longExit() {
    return this.#rules[1]?.truth ?? null;
  }

  get shortEntry() {
    return this.#rules[2]?.truth ?? null;
  }

  get shortExit() {
    return this.#rules[3]?.truth ?? null;
  }

  get atr() {
    return this.#range?.value ?? Number.NaN;
  }
}

function rangeOf(period: number): Term {
  return {
    ...{ kind: "indicator", indicator: "atr", parameters: [period], output: "value" },
    ...{ timeframe: null, offset: 0 },
  };
}
