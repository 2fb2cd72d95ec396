/** Why a rule is true or not at a close: each of its conditions with both sides, and how near it is. */
import { unreachable } from "../assert.ts";
import { findIndicator } from "../indicators/catalog.ts";
import { type Close, type Truth, truthAt, valueAt } from "./evaluate.ts";
import type { History } from "./history.ts";
import { namedRule } from "./named-rule.ts";
import { printRule } from "./print.ts";
import type { Rule, Term } from "./rule.ts";

/** One condition at a close. */
export interface ConditionReading {
  /** The named condition that it is part of, or null. */
  readonly name: string | null;
  readonly text: string;
  readonly truth: Truth;
  /** Both sides; NaN where unknown. */
  readonly left: number;
  readonly right: number;
  /**
   * Whether it would turn true if its left side moved by less than one ATR(14), for prices, or by
   * less than 5 % of its range, for other indicators. True conditions are not near, nor is
   * arithmetic that gives no price: its range is not known.
   */
  readonly isNear: boolean;
}

type Condition = Extract<Rule, { kind: "compare" | "cross" | "within" }>;

/** A place in a history. */
interface Moment {
  readonly history: History;
  readonly close: Close;
}

/** The conditions of a rule in the order in which they stand, named ones opened up. */
export function explain(rule: Rule, history: History, close: Close): readonly ConditionReading[] {
  return readingsOf(rule, null, { history, close });
}

function readingsOf(rule: Rule, name: string | null, at: Moment): readonly ConditionReading[] {
  switch (rule.kind) {
    case "never":
      return [];
    case "named":
      return readingsOf(namedRule(rule.name), name ?? rule.name, at);
    case "not":
    case "for":
      return readingsOf(rule.of, name, at);
    case "and":
    case "or":
      return rule.of.flatMap((part) => readingsOf(part, name, at));
    case "compare":
    case "cross":
    case "within":
      return [readingOf(rule, name, at)];
    default:
      return unreachable(rule);
  }
}

function readingOf(condition: Condition, name: string | null, at: Moment): ConditionReading {
  const truth = truthAt(condition, at.history, at.close);
  const left = valueAt(condition.left, at.history, at.close);
  const right = valueAt(condition.right, at.history, at.close);
  const mover = condition.left.kind === "number" ? condition.right : condition.left;
  const isNear = truth === false && gapOf(condition, at) < reachOf(mover, at);
  return { name, text: printRule(condition), truth, left, right, isNear };
}

/** How far the left side is from where the condition turns true; NaN where no move makes it so. */
function gapOf(condition: Condition, { history, close }: Moment): number {
  const value = (term: Term, index: number) => valueAt(term, history, { ...close, index });
  const { left, right } = condition;
  const rise = value(right, close.index) - value(left, close.index);
  switch (condition.kind) {
    case "within":
      return Math.abs(rise) - (condition.percent / 100) * Math.abs(value(right, close.index));
    case "cross": {
      const before = value(right, close.index - 1) - value(left, close.index - 1);
      if (condition.direction === "above") return before >= 0 ? rise : Number.NaN;
      return before <= 0 ? -rise : Number.NaN;
    }
    case "compare":
      if (condition.operator === ">" || condition.operator === ">=") return rise;
      if (condition.operator === "<" || condition.operator === "<=") return -rise;
      return Math.abs(rise);
    default:
      return unreachable(condition);
  }
}

const ATR_14: Term = {
  ...{ kind: "indicator", indicator: "atr", parameters: [14], output: "value" },
  ...{ timeframe: null, offset: 0 },
};

/** The part of an indicator's range that counts as near. */
const NEAR_SHARE = 0.05;
/** An indicator without bounds has the range of its last values: what a chart shows of it. */
const RANGE_CANDLES = 100;

/** By how much a term may still have to move to be near; NaN where it has no measure. */
function reachOf(term: Term, at: Moment): number {
  if (isPrice(term)) return valueAt(ATR_14, at.history, at.close);
  switch (term.kind) {
    case "candle":
      return NEAR_SHARE * recentRange(term, at);
    case "indicator": {
      const { min, max } = outputOf(term) ?? { min: null, max: null };
      return NEAR_SHARE * (min === null || max === null ? recentRange(term, at) : max - min);
    }
    default:
      return Number.NaN;
  }
}

/** The range of the values that are known among the last ones. */
function recentRange(
  term: Extract<Term, { kind: "candle" | "indicator" }>,
  { history, close }: Moment,
): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let back = 0; back < RANGE_CANDLES; back += 1) {
    const value = valueAt({ ...term, offset: term.offset + back }, history, close);
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most - least;
}

/** Whether a term moves as the price does: a price, one times a number, or a difference of prices. */
function isPrice(term: Term): boolean {
  switch (term.kind) {
    case "number":
    case "change":
      return false;
    case "candle":
      return term.field !== "volume";
    case "indicator":
      return outputOf(term)?.placement === "price";
    case "function":
      return term.arguments.some(isPrice);
    case "arithmetic": {
      const left = isPrice(term.left);
      const right = isPrice(term.right);
      if (term.operator === "*") return left !== right;
      return term.operator === "/" ? left && !right : left || right;
    }
    default:
      return unreachable(term);
  }
}

function outputOf(term: Extract<Term, { kind: "indicator" }>) {
  return findIndicator(term.indicator)?.outputs.find(({ id }) => id === term.output) ?? null;
}
