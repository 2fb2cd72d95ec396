/** All rules of everyone on one symbol and timeframe: what they share is worked out once a close. */
import { assert } from "../assert.ts";
import type { Candle } from "../candle.ts";
import { SET_SIZE_MAX } from "../indicators/indicator-set.ts";
import { endTimeOf, type Timeframe } from "../timeframe.ts";
import type { Truth } from "./evaluate.ts";
import { printRule, printTerm } from "./print.ts";
import type { Rule, Term } from "./rule.ts";
import { RuleNetwork, type TimedCandle } from "./rule-network.ts";
import { type RuleNode, truthOf } from "./rule-node.ts";

/** The closed candles that the graph has taken, and those before it began, from the origin of the indicators. */
export type ClosedCandles = (timeframe: Timeframe) => readonly Candle[];

/** No candle has closed before the graph began, and whoever holds rules does so before the first does. */
export const NO_CANDLES: ClosedCandles = () => [];

/** A rule that the graph keeps up to date. */
export interface HeldRule {
  /** At the last close. */
  readonly truth: Truth;
}

/** A term that the graph keeps up to date. */
export interface HeldTerm {
  /** At the last close; NaN where it is unknown. */
  readonly value: number;
}

export class RuleGraph {
  readonly #network: RuleNetwork;
  readonly #past: ClosedCandles;
  /** By text: who asks for the same gets the same. */
  readonly #held = new Map<string, Held>();

  /** Cheapest is to hold first and step through the history after: every late rule is a replay of its own. */
  constructor(timeframe: Timeframe, past: ClosedCandles) {
    this.#network = new RuleNetwork(timeframe);
    this.#past = past;
  }

  /** Distinct terms and conditions that somebody holds. */
  get size(): number {
    return this.#network.size;
  }

  /**
   * Keeps a rule up to date until it is released as often as it was held. Added late, it is as if
   * it had been there from the first candle. Null when there are too many different indicators.
   */
  holdRule(rule: Rule): HeldRule | null {
    return this.#hold(`rule ${printRule(rule)}`, rule);
  }

  /** Keeps a term up to date, in the same way. */
  holdTerm(term: Term): HeldTerm | null {
    return this.#hold(`term ${printTerm(term)}`, term);
  }

  release(held: HeldRule | HeldTerm): void {
    assert(held instanceof Held && held.holders > 0, "what is released is held");
    held.holders -= 1;
    if (held.holders > 0) return;
    this.#held.delete(held.text);
    this.#network.release(held.node);
  }

  /** Takes all candles that end at one boundary, once; holes have none. */
  step(candles: readonly TimedCandle[]): void {
    this.#network.step(candles);
  }

  #hold(text: string, compiled: Rule | Term): Held | null {
    const known = this.#held.get(text);
    if (known !== undefined) {
      known.holders += 1;
      return known;
    }
    const node = this.#compile(compiled);
    if (node === null) return null;
    const held = new Held(text, node);
    this.#held.set(text, held);
    return held;
  }

  /** What is new is replayed alone from the first candle, and its state taken over. */
  #compile(compiled: Rule | Term): RuleNode | null {
    const live = this.#network;
    const alone = new RuleNetwork(live.timeframe);
    const { key } = alone.hold(compiled, null);
    if (live.find(key) !== null) return live.hold(compiled, null);
    const isFull = alone.timeframes.some(
      (each) => live.indicatorsAt(each) + alone.indicatorsAt(each) > SET_SIZE_MAX,
    );
    if (isFull) return null;
    replay(alone, this.#past);
    return live.hold(compiled, alone);
  }
}

/** A root of the network and how many hold it by this text. */
class Held implements HeldRule, HeldTerm {
  readonly text: string;
  readonly node: RuleNode;
  holders = 1;

  constructor(text: string, node: RuleNode) {
    this.text = text;
    this.node = node;
  }

  get truth(): Truth {
    return truthOf(this.node.value);
  }

  get value(): number {
    return this.node.value;
  }
}

/** Steps through what has closed, boundary by boundary. */
function replay(network: RuleNetwork, past: ClosedCandles): void {
  const boundaries = new Map<number, TimedCandle[]>();
  for (const timeframe of new Set([network.timeframe, ...network.timeframes])) {
    for (const candle of past(timeframe)) {
      const end = endTimeOf(timeframe, candle.openTime);
      const closing = boundaries.get(end) ?? [];
      closing.push({ ...candle, timeframe });
      boundaries.set(end, closing);
    }
  }
  const ends = [...boundaries.keys()].sort((a, b) => a - b);
  for (const end of ends) network.step(boundaries.get(end) ?? []);
}
