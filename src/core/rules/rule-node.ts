/** One distinct term or condition of a rule graph: its value now, and how it follows from its operands. */
import type { Candle } from "../candle.ts";
import { calculate, compare, known, type Truth } from "./evaluate.ts";
import type { ArithmeticOperator, CandleField, Comparison, FunctionName } from "./rule.ts";

/**
 * Truths as numbers, so that Kleene's "and" is the least, "or" the greatest, and "not" 1 − x: 0 is
 * false, 1 is true, and this is unknown.
 */
const UNKNOWN = 0.5;

/** How a node's value is worked out. */
export interface Formula {
  /** What it keeps between closes; part of the node's state. */
  readonly memory: Float64Array;
  /** Whether it must be asked at every close, not only where an operand has changed. */
  readonly isStateful: boolean;
  /** The value at this close; asked once a close, in order. */
  value(): number;
  /** Of a source: takes its series' newest candle, which the next close shows. */
  take?(): void;
}

export class RuleNode {
  /** Canonical text: equal keys are equal values at every close. */
  readonly key: string;
  readonly operands: readonly RuleNode[];
  readonly formula: Formula;
  /** Above all operands: nodes are worked out level by level. */
  readonly level: number;
  /** Whose operand this is. */
  readonly readers = new Set<RuleNode>();
  /** Readers, and holders outside the graph. */
  holders = 0;
  /** Whether an operand has changed since the last close. */
  isDue = false;
  /** A number, NaN where it is unknown, or a truth. */
  value: number;

  constructor(key: string, operands: readonly RuleNode[], formula: Formula) {
    this.key = key;
    this.operands = operands;
    this.formula = formula;
    this.level = operands.reduce((highest, { level }) => Math.max(highest, level + 1), 0);
    this.value = formula.value();
  }

  /** Takes over what the same node of another graph knows. */
  adopt(twin: RuleNode): void {
    this.value = twin.value;
    this.formula.memory.set(twin.formula.memory);
  }
}

/** The truth that a condition's value stands for. */
export function truthOf(value: number): Truth {
  return value === UNKNOWN ? null : value === 1;
}

const NOTHING = new Float64Array(0);

function pure(value: () => number): Formula {
  return { memory: NOTHING, isStateful: false, value };
}

export function constant(value: number): Formula {
  return pure(() => value);
}

/**
 * A number that each candle of its series gives, `offset` candles later. A candle that ends where
 * the strategy's own timeframe has none is taken, but not shown before the next close.
 */
export function delayed(offset: number, read: () => number): Formula {
  const memory = ring(offset + 1, Number.NaN);
  const past = memory.subarray(0, offset + 1);
  const last = offset + 1;
  return {
    memory,
    isStateful: false,
    value: () => memory[last] ?? Number.NaN,
    take: () => {
      memory[last] = exchange(past, read());
    },
  };
}

/** What a series reads its numbers from. */
export interface Newest {
  candle: Candle | null;
}

export function candleNumber(newest: Newest, field: CandleField): () => number {
  return () => newest.candle?.[field] ?? Number.NaN;
}

export function arithmetic(operator: ArithmeticOperator, left: RuleNode, right: RuleNode): Formula {
  return pure(() => known(calculate(operator, left.value, right.value)));
}

export function functionOf(name: FunctionName, operands: readonly RuleNode[]): Formula {
  const [first] = operands;
  if (name === "abs") return pure(() => Math.abs(first?.value ?? Number.NaN));
  const pick = name === "min" ? Math.min : Math.max;
  return pure(() => known(fold(operands, pick)));
}

/** Of candles that are before the first, only what needs no candle is known. */
export function changeOf(of: RuleNode, candles: number): Formula {
  const memory = ring(candles, of.value);
  return {
    memory,
    isStateful: true,
    value: () => {
      const now = of.value;
      const before = exchange(memory, now);
      return known(((now - before) / before) * 100);
    },
  };
}

export function comparison(operator: Comparison, left: RuleNode, right: RuleNode): Formula {
  return pure(() => fromTruth(compare(operator, left.value, right.value)));
}

export function crossing(direction: "above" | "below", left: RuleNode, right: RuleNode): Formula {
  const sign = direction === "above" ? 1 : -1;
  const memory = new Float64Array([left.value - right.value]);
  return {
    memory,
    isStateful: true,
    value: () => {
      const then = (memory[0] ?? Number.NaN) * sign;
      memory[0] = left.value - right.value;
      const now = memory[0] * sign;
      if (Number.isNaN(now) || Number.isNaN(then)) return UNKNOWN;
      return now > 0 && then <= 0 ? 1 : 0;
    },
  };
}

export function withinOf(percent: number, left: RuleNode, right: RuleNode): Formula {
  const share = percent / 100;
  return pure(() => {
    const distance = Math.abs(left.value - right.value);
    return fromTruth(compare("<=", distance, share * Math.abs(right.value)));
  });
}

export function not(of: RuleNode): Formula {
  return pure(() => 1 - of.value);
}

export function allOrAny(kind: "and" | "or", operands: readonly RuleNode[]): Formula {
  const pick = kind === "and" ? Math.min : Math.max;
  return pure(() => fold(operands, pick));
}

/** Counts the closes since `of` was last false and last unknown. */
export function lasting(of: RuleNode, candles: number): Formula {
  const never = Number.POSITIVE_INFINITY;
  const memory = new Float64Array([of.value === 0 ? 0 : never, of.value === UNKNOWN ? 0 : never]);
  return {
    memory,
    isStateful: true,
    value: () => {
      const sinceFalse = of.value === 0 ? 0 : (memory[0] ?? 0) + 1;
      const sinceUnknown = of.value === UNKNOWN ? 0 : (memory[1] ?? 0) + 1;
      memory[0] = sinceFalse;
      memory[1] = sinceUnknown;
      if (sinceFalse < candles) return 0;
      return sinceUnknown < candles ? UNKNOWN : 1;
    },
  };
}

function fromTruth(truth: Truth): number {
  return truth === null ? UNKNOWN : Number(truth);
}

function fold(nodes: readonly RuleNode[], pick: (a: number, b: number) => number): number {
  let result = nodes[0]?.value ?? Number.NaN;
  for (const { value } of nodes) result = pick(result, value);
  return result;
}

/** The last `length` numbers; the first cell says which of them is the oldest. */
function ring(length: number, filling: number): Float64Array {
  const memory = new Float64Array(length + 1).fill(filling);
  memory[0] = 1;
  return memory;
}

/** Puts a number in and gives the one that went in `length` numbers before. */
function exchange(memory: Float64Array, value: number): number {
  if (memory.length === 1) return value;
  const at = memory[0] ?? 1;
  const oldest = memory[at] ?? Number.NaN;
  memory[at] = value;
  memory[0] = at + 1 === memory.length ? 1 : at + 1;
  return oldest;
}
