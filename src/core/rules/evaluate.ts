/** The meaning of rules, written for being obvious: a rule's truth at a close is a function of candles alone. */
import { assert, unreachable } from "../assert.ts";
import { findIndicator } from "../indicators/catalog.ts";
import { endTimeOf, type Timeframe } from "../timeframe.ts";
import type { History } from "./history.ts";
import { namedRule } from "./named-rule.ts";
import type { Comparison, Reference, Rule, Term } from "./rule.ts";

/** Null is unknown: something is still warming up, or cannot be worked out. Unknown is not true. */
export type Truth = boolean | null;

/** A close of the strategy's own timeframe: the candle at `index` of the history. */
export interface Close {
  readonly timeframe: Timeframe;
  readonly index: number;
}

/** The value of a term at a close; NaN where it is unknown. */
export function valueAt(term: Term, history: History, close: Close): number {
  switch (term.kind) {
    case "number":
      return term.value;
    case "candle": {
      const { timeframe, index } = referenced(term, history, close);
      return history.candle(timeframe, index)?.[term.field] ?? Number.NaN;
    }
    case "indicator": {
      const definition = findIndicator(term.indicator);
      assert(definition !== null, `rules name known indicators, not ${term.indicator}`);
      const output = definition.outputs.findIndex(({ id }) => id === term.output);
      const { timeframe, index } = referenced(term, history, close);
      const spec = { definition, parameters: term.parameters };
      return history.output({ timeframe, spec, output }, index);
    }
    case "arithmetic": {
      const left = valueAt(term.left, history, close);
      const right = valueAt(term.right, history, close);
      return known(calculate(term.operator, left, right));
    }
    case "function": {
      const values = term.arguments.map((argument) => valueAt(argument, history, close));
      if (term.name === "abs") return Math.abs(values[0] ?? Number.NaN);
      return known(term.name === "min" ? Math.min(...values) : Math.max(...values));
    }
    case "change": {
      const before = valueAt(term.of, history, { ...close, index: close.index - term.candles });
      return known(((valueAt(term.of, history, close) - before) / before) * 100);
    }
    default:
      return unreachable(term);
  }
}

/** The truth of a rule at a close, in Kleene's logic. */
export function truthAt(rule: Rule, history: History, close: Close): Truth {
  switch (rule.kind) {
    case "never":
      return false;
    case "named":
      return truthAt(namedRule(rule.name), history, close);
    case "compare":
      return compare(
        rule.operator,
        valueAt(rule.left, history, close),
        valueAt(rule.right, history, close),
      );
    case "cross": {
      const before = { ...close, index: close.index - 1 };
      const now = difference(rule.left, rule.right, { history, close });
      const then = difference(rule.left, rule.right, { history, close: before });
      if (Number.isNaN(now) || Number.isNaN(then)) return null;
      return rule.direction === "above" ? now > 0 && then <= 0 : now < 0 && then >= 0;
    }
    case "within": {
      const right = valueAt(rule.right, history, close);
      const distance = Math.abs(valueAt(rule.left, history, close) - right);
      return compare("<=", distance, (rule.percent / 100) * Math.abs(right));
    }
    case "not":
      return negate(truthAt(rule.of, history, close));
    case "and":
      return rule.of.map((part) => truthAt(part, history, close)).reduce(both, true);
    case "or":
      return negate(
        rule.of.map((part) => negate(truthAt(part, history, close))).reduce(both, true),
      );
    case "for": {
      let truth: Truth = true;
      for (let back = 0; back < rule.candles; back += 1) {
        truth = both(truth, truthAt(rule.of, history, { ...close, index: close.index - back }));
      }
      return truth;
    }
    default:
      return unreachable(rule);
  }
}

/** Kleene's and: false decides, unknown spreads. */
export function both(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

export function negate(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

/** The truth of a comparison; unknown where a side is. */
export function compare(operator: Comparison, left: number, right: number): Truth {
  if (Number.isNaN(left) || Number.isNaN(right)) return null;
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    default:
      return unreachable(operator);
  }
}

/** What cannot be worked out, such as a division by zero, is unknown. */
export function known(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

export function calculate(operator: "+" | "-" | "*" | "/", left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    default:
      return unreachable(operator);
  }
}

function difference(left: Term, right: Term, at: { history: History; close: Close }): number {
  return valueAt(left, at.history, at.close) - valueAt(right, at.history, at.close);
}

/** Which candle of which series a reference means, as known at the close. */
function referenced(
  { timeframe, offset }: Reference,
  history: History,
  close: Close,
): { timeframe: Timeframe; index: number } {
  if (timeframe === null || timeframe === close.timeframe) {
    return { timeframe: close.timeframe, index: close.index - offset };
  }
  const candle = history.candle(close.timeframe, close.index);
  if (candle === null) return { timeframe, index: -1 };
  const end = endTimeOf(close.timeframe, candle.openTime);
  return { timeframe, index: history.indexClosedBy(timeframe, end) - offset };
}
