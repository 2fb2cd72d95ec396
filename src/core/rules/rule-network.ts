/** The nodes of a rule graph: each distinct term and condition once, worked out only where something changed. */
import { assert, unreachable } from "../assert.ts";
import type { Candle } from "../candle.ts";
import { findIndicator } from "../indicators/catalog.ts";
import { IndicatorSet } from "../indicators/indicator-set.ts";
import { type IndicatorSpec, printIndicator } from "../indicators/indicator-text.ts";
import type { Timeframe } from "../timeframe.ts";
import { namedRule } from "./named-rule.ts";
import type { Reference, Rule, Term } from "./rule.ts";
import {
  allOrAny,
  arithmetic,
  candleNumber,
  changeOf,
  comparison,
  constant,
  crossing,
  delayed,
  type Formula,
  functionOf,
  lasting,
  type Newest,
  not,
  RuleNode,
  withinOf,
} from "./rule-node.ts";

/** A closed candle and its timeframe. */
export type TimedCandle = Candle & { readonly timeframe: Timeframe };

/** The candles of one timeframe, as the nodes see them. */
interface Series {
  readonly newest: Newest;
  readonly indicators: IndicatorSet;
  /** The nodes that read a candle or an indicator. */
  readonly sources: Set<RuleNode>;
}

export class RuleNetwork {
  /** The strategies' own timeframe: a close is a close of it. */
  readonly timeframe: Timeframe;
  readonly #nodes = new Map<string, RuleNode>();
  readonly #series = new Map<Timeframe, Series>();
  /** What a source gives back when it is dropped. */
  readonly #cleanups = new Map<RuleNode, () => void>();
  /** By level: nodes that each close asks, and nodes with a changed operand. */
  readonly #stateful: Set<RuleNode>[] = [];
  readonly #due: RuleNode[][] = [];
  /** The network whose nodes lend new nodes their state; null while nothing has closed here. */
  #twins: RuleNetwork | null = null;

  constructor(timeframe: Timeframe) {
    this.timeframe = timeframe;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get timeframes(): readonly Timeframe[] {
    return [...this.#series.keys()];
  }

  /** Counts one more holder. New nodes begin as they stand in `twins`, which has them all. */
  hold(compiled: Rule | Term, twins: RuleNetwork | null): RuleNode {
    this.#twins = twins;
    const node = isTerm(compiled) ? this.#term(compiled) : this.#rule(compiled);
    this.#twins = null;
    node.holders += 1;
    return node;
  }

  /** Counts one holder less; what nobody holds is dropped, down to the indicators. */
  release(node: RuleNode): void {
    node.holders -= 1;
    assert(node.holders >= 0, "a node is released as often as it was held");
    if (node.holders > 0) return;
    this.#nodes.delete(node.key);
    this.#stateful[node.level]?.delete(node);
    this.#cleanups.get(node)?.();
    this.#cleanups.delete(node);
    for (const operand of new Set(node.operands)) {
      operand.readers.delete(node);
      this.release(operand);
    }
  }

  /** Takes all candles that end at one boundary, in any order; a close of the own timeframe works out what changed. */
  step(candles: readonly TimedCandle[]): void {
    let isClose = false;
    for (const candle of candles) {
      if (candle.timeframe === this.timeframe) isClose = true;
      const series = this.#series.get(candle.timeframe);
      if (series === undefined) continue;
      series.newest.candle = candle;
      series.indicators.push(candle);
      for (const source of series.sources) {
        source.formula.take?.();
        this.#wake(source);
      }
    }
    if (isClose) this.#close();
  }

  /** The node of that key, or null. */
  find(key: string): RuleNode | null {
    return this.#nodes.get(key) ?? null;
  }

  /** How many different indicators are held at a timeframe. */
  indicatorsAt(timeframe: Timeframe): number {
    return this.#series.get(timeframe)?.indicators.size ?? 0;
  }

  /** The exact state of an indicator that is held here. */
  stateOf(spec: IndicatorSpec, timeframe: Timeframe): readonly number[] | undefined {
    return this.#series.get(timeframe)?.indicators.snapshot().states[printIndicator(spec)];
  }

  #close(): void {
    for (let level = 0; level < this.#due.length; level += 1) {
      for (const node of this.#stateful[level] ?? []) this.#refresh(node);
      const due = this.#due[level] ?? [];
      for (const node of due) {
        node.isDue = false;
        this.#refresh(node);
      }
      due.length = 0;
    }
  }

  #refresh(node: RuleNode): void {
    const value = node.formula.value();
    if (Object.is(value, node.value)) return;
    node.value = value;
    for (const reader of node.readers) this.#wake(reader);
  }

  #wake(node: RuleNode): void {
    if (node.isDue || node.formula.isStateful) return;
    node.isDue = true;
    this.#due[node.level]?.push(node);
  }

  #rule(rule: Rule): RuleNode {
    switch (rule.kind) {
      case "never":
        return this.#node("never", [], () => constant(0));
      case "named":
        return this.#rule(namedRule(rule.name));
      case "compare":
        return this.#pair(rule, rule.operator, (a, b) => comparison(rule.operator, a, b));
      case "cross":
        return this.#pair(rule, `crosses ${rule.direction}`, (a, b) =>
          crossing(rule.direction, a, b),
        );
      case "within":
        return this.#pair(rule, `within ${rule.percent} % of`, (a, b) =>
          withinOf(rule.percent, a, b),
        );
      case "not": {
        const of = this.#rule(rule.of);
        return this.#node(`not ${of.key}`, [of], () => not(of));
      }
      case "and":
      case "or": {
        const parts = rule.of.map((part) => this.#rule(part));
        const key = `(${parts.map((part) => part.key).join(` ${rule.kind} `)})`;
        return this.#node(key, parts, () => allOrAny(rule.kind, parts));
      }
      case "for": {
        const of = this.#rule(rule.of);
        const key = `(${of.key} for ${rule.candles})`;
        return this.#node(key, [of], () => lasting(of, rule.candles));
      }
      default:
        return unreachable(rule);
    }
  }

  #term(term: Term): RuleNode {
    switch (term.kind) {
      case "number":
        return this.#node(String(term.value), [], () => constant(term.value));
      case "candle": {
        const { newest } = this.#seriesOf(term);
        return this.#source(term, term.field, () => ({ read: candleNumber(newest, term.field) }));
      }
      case "indicator": {
        const definition = findIndicator(term.indicator);
        assert(definition !== null, `rules name known indicators, not ${term.indicator}`);
        const spec = { definition, parameters: term.parameters };
        const name = `${printIndicator(spec)}.${term.output}`;
        return this.#source(term, name, () => this.#indicator(term, spec, term.output));
      }
      case "arithmetic":
        return this.#pair(term, term.operator, (a, b) => arithmetic(term.operator, a, b));
      case "function": {
        const operands = term.arguments.map((argument) => this.#term(argument));
        const key = `${term.name}(${operands.map((operand) => operand.key).join(", ")})`;
        return this.#node(key, operands, () => functionOf(term.name, operands));
      }
      case "change": {
        const of = this.#term(term.of);
        const key = `percent_change(${of.key}, ${term.candles})`;
        return this.#node(key, [of], () => changeOf(of, term.candles));
      }
      default:
        return unreachable(term);
    }
  }

  #pair(
    sides: { readonly left: Term; readonly right: Term },
    sign: string,
    formula: (left: RuleNode, right: RuleNode) => Formula,
  ): RuleNode {
    const left = this.#term(sides.left);
    const right = this.#term(sides.right);
    return this.#node(`(${left.key} ${sign} ${right.key})`, [left, right], () =>
      formula(left, right),
    );
  }

  /** The number a series gives, found by what it reads, its timeframe and its offset. */
  #source(reference: Reference, name: string, open: () => Reader): RuleNode {
    const key = `${name}@${reference.timeframe ?? this.timeframe}[${reference.offset}]`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const { read, close } = open();
    const node = this.#node(key, [], () => delayed(reference.offset, read));
    const { sources } = this.#seriesOf(reference);
    sources.add(node);
    this.#cleanups.set(node, () => {
      sources.delete(node);
      close?.();
    });
    return node;
  }

  #indicator(reference: Reference, spec: IndicatorSpec, output: string): Reader {
    const { indicators } = this.#seriesOf(reference);
    const twins = this.#twins;
    const shared = indicators.acquire(spec, () => {
      const state = twins?.stateOf(spec, reference.timeframe ?? this.timeframe);
      return state === undefined ? { kind: "history", candles: [] } : { kind: "state", state };
    });
    assert(shared !== null, "room for the indicators was asked for before");
    const at = spec.definition.outputs.findIndex(({ id }) => id === output);
    const read = () => shared.values[at] ?? Number.NaN;
    return { read, close: () => indicators.release(spec) };
  }

  #seriesOf(reference: Reference): Series {
    const timeframe = reference.timeframe ?? this.timeframe;
    const known = this.#series.get(timeframe);
    if (known !== undefined) return known;
    const series: Series = {
      newest: { candle: null },
      indicators: new IndicatorSet(null),
      sources: new Set(),
    };
    this.#series.set(timeframe, series);
    return series;
  }

  #node(key: string, operands: readonly RuleNode[], formula: () => Formula): RuleNode {
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = new RuleNode(key, operands, formula());
    this.#nodes.set(key, node);
    for (let level = this.#due.length; level <= node.level; level += 1) {
      this.#due.push([]);
      this.#stateful.push(new Set());
    }
    for (const operand of new Set(operands)) {
      operand.holders += 1;
      operand.readers.add(node);
    }
    if (node.formula.isStateful) this.#stateful[node.level]?.add(node);
    const twin = this.#twins?.find(key) ?? null;
    if (twin === null) return node;
    node.adopt(twin);
    if (twin.isDue) this.#wake(node);
    return node;
  }
}

/** How a source reads its number, and what it gives back in the end. */
interface Reader {
  readonly read: () => number;
  readonly close?: () => void;
}

const TERMS: ReadonlySet<string> = new Set<Term["kind"]>([
  "number",
  "candle",
  "indicator",
  "arithmetic",
  "function",
  "change",
]);

function isTerm(compiled: Rule | Term): compiled is Term {
  return TERMS.has(compiled.kind);
}
