/** A trading rule as data: a tree of conditions over prices, volume and indicators. Never code. */
import type { Timeframe } from "../timeframe.ts";

/** A number at a close: a price, an indicator's output, or arithmetic on them. */
export type Term =
  | { readonly kind: "number"; readonly value: number }
  | ({ readonly kind: "candle"; readonly field: CandleField } & Reference)
  | ({
      readonly kind: "indicator";
      /** Catalogue id. */
      readonly indicator: string;
      /** All of them, in the catalogue's order. */
      readonly parameters: readonly number[];
      /** Output id. */
      readonly output: string;
    } & Reference)
  | {
      readonly kind: "arithmetic";
      readonly operator: ArithmeticOperator;
      readonly left: Term;
      readonly right: Term;
    }
  /** `abs(a)`, `min(a, b)`, `max(a, b)`. */
  | { readonly kind: "function"; readonly name: FunctionName; readonly arguments: readonly Term[] }
  /** Percent by which `of` is above its value `candles` closes earlier, positive numbers for a rise. */
  | { readonly kind: "change"; readonly of: Term; readonly candles: number };

/** Which candle a value is read from. */
export interface Reference {
  /** Null is the strategy's own; another must be equal or higher and shows its last closed value. */
  readonly timeframe: Timeframe | null;
  /** Closed candles back, in that timeframe: 0 is the newest. */
  readonly offset: number;
}

/** A condition or a tree of them. `never` is the empty rule: it is not true, ever. */
export type Rule =
  | { readonly kind: "never" }
  | {
      readonly kind: "compare";
      readonly operator: Comparison;
      readonly left: Term;
      readonly right: Term;
    }
  /** True at the close where `left` is beyond `right` and at the close before was not. */
  | {
      readonly kind: "cross";
      readonly direction: "above" | "below";
      readonly left: Term;
      readonly right: Term;
    }
  /** |left − right| ≤ percent ÷ 100 × |right|. */
  | {
      readonly kind: "within";
      readonly left: Term;
      readonly percent: number;
      readonly right: Term;
    }
  /** A condition or candle pattern of the catalogue, by name. */
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "not"; readonly of: Rule }
  /** All of / any of two or more. */
  | { readonly kind: "and" | "or"; readonly of: readonly Rule[] }
  /** True when `of` was true at each of the last `candles` closes. */
  | { readonly kind: "for"; readonly of: Rule; readonly candles: number };

export const COMPARISONS = ["<", "<=", ">", ">=", "==", "!="] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const ARITHMETIC_OPERATORS = ["+", "-", "*", "/"] as const;
export type ArithmeticOperator = (typeof ARITHMETIC_OPERATORS)[number];

export const CANDLE_FIELDS = ["open", "high", "low", "close", "volume"] as const;
export type CandleField = (typeof CANDLE_FIELDS)[number];

/** Functions of terms, with the number of their arguments. */
export const FUNCTIONS = { abs: 1, min: 2, max: 2 } as const;
export type FunctionName = keyof typeof FUNCTIONS;

/** Deeper trees than this nobody reads; it also bounds recursion. */
export const RULE_DEPTH_MAX = 16;
/** Nodes of one rule: a page of conditions, and a bound on the cost of a close. */
export const RULE_NODES_MAX = 200;
/** Closed candles that `[n]`, `for n candles` and `percent_change(…, n)` may look back. */
export const LOOKBACK_MAX = 1_000;
/** Characters of a rule's text: 200 nodes of the longest indicator fit. */
export const RULE_TEXT_MAX = 8_000;

export const NEVER: Rule = { kind: "never" };

/** The rules directly below a rule. */
export function partsOf(rule: Rule): readonly Rule[] {
  switch (rule.kind) {
    case "and":
    case "or":
      return rule.of;
    case "not":
    case "for":
      return [rule.of];
    default:
      return [];
  }
}

/** The terms directly below a rule. */
export function termsOf(rule: Rule): readonly Term[] {
  switch (rule.kind) {
    case "compare":
    case "cross":
    case "within":
      return [rule.left, rule.right];
    default:
      return [];
  }
}

/** The terms directly below a term. */
export function operandsOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case "arithmetic":
      return [term.left, term.right];
    case "function":
      return term.arguments;
    case "change":
      return [term.of];
    default:
      return [];
  }
}

/** The number of nodes and the depth of a rule, both counting its terms. */
export function measureRule(rule: Rule): { readonly nodes: number; readonly depth: number } {
  const below = [...partsOf(rule).map(measureRule), ...termsOf(rule).map(measureTerm)];
  return gather(below);
}

function measureTerm(term: Term): { readonly nodes: number; readonly depth: number } {
  return gather(operandsOf(term).map(measureTerm));
}

function gather(below: readonly { nodes: number; depth: number }[]) {
  return {
    nodes: below.reduce((sum, part) => sum + part.nodes, 1),
    depth: below.reduce((deepest, part) => Math.max(deepest, part.depth), 0) + 1,
  };
}
