/** Tests that the graph of all rules says what the obvious evaluator says, whenever a rule was added. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  candlesOf,
  marketMinutes,
  minutesWithHoles,
  randomRule,
  ruleOf,
} from "../../../test/rule-market.ts";
import type { Candle } from "../candle.ts";
import { SET_SIZE_MAX } from "../indicators/indicator-set.ts";
import { isHole } from "../market-minute.ts";
import { TIMEFRAMES, type Timeframe } from "../timeframe.ts";
import { truthAt, valueAt } from "./evaluate.ts";
import { History } from "./history.ts";
import type { Rule, Term } from "./rule.ts";
import { type HeldRule, type HeldTerm, NO_CANDLES, RuleGraph } from "./rule-graph.ts";

/** A graph, the candles it has taken, and what the whole history says of each close. */
class Rig {
  readonly minutes;
  readonly #history: History;
  readonly #taken: Record<Timeframe, Candle[]>;
  readonly #timeframe: Timeframe;
  readonly graph: RuleGraph;

  constructor(timeframe: Timeframe, base: readonly Candle[]) {
    this.minutes = marketMinutes(base);
    this.#history = new History(candlesOf(base));
    this.#taken = { "1m": [], "5m": [], "15m": [], "1h": [], "4h": [], "1d": [] };
    this.#timeframe = timeframe;
    this.graph = new RuleGraph(timeframe, (each) => this.#taken[each]);
  }

  step(minute: number): void {
    const candles = this.minutes[minute]?.candles ?? [];
    for (const candle of candles) this.#taken[candle.timeframe].push(candle);
    this.graph.step(candles);
  }

  /** The values of terms in a graph that begins now. */
  late(terms: readonly Term[]): number[] {
    const graph = new RuleGraph(this.#timeframe, (each) => this.#taken[each]);
    return terms.map((term) => held(graph.holdTerm(term)).value);
  }

  get #close() {
    return { timeframe: this.#timeframe, index: this.#taken[this.#timeframe].length - 1 };
  }

  truth(rule: Rule) {
    return truthAt(rule, this.#history, this.#close);
  }

  value(term: Term) {
    return valueAt(term, this.#history, this.#close);
  }
}

const MINUTES = 200;

function held<T>(answer: T | null): T {
  if (answer === null) throw new Error("there is room");
  return answer;
}

/** A rule that is there from one minute to another. */
function stays(timeframe: Timeframe) {
  return fc.record({
    rule: randomRule(timeframe),
    from: fc.oneof(fc.constant(0), fc.nat(MINUTES)),
    to: fc.oneof(fc.constant(MINUTES), fc.nat(MINUTES)),
  });
}

test.each(["1m", "5m"] as const)("says at each close of %s what the evaluator says", (own) => {
  fc.assert(
    fc.property(
      fc.array(stays(own), { minLength: 1, maxLength: 6 }),
      fc.nat(999),
      (rules, seed) => {
        const rig = new Rig(own, minutesWithHoles(MINUTES, seed));
        const present = new Map<(typeof rules)[number], HeldRule>();
        for (let minute = 0; minute <= MINUTES; minute += 1) {
          for (const stay of rules) {
            if (stay.from === minute) present.set(stay, held(rig.graph.holdRule(stay.rule)));
            const rule = present.get(stay);
            if (stay.to !== minute || rule === undefined) continue;
            rig.graph.release(rule);
            present.delete(stay);
          }
          rig.step(minute);
          for (const [{ rule }, { truth }] of present) expect(truth).toBe(rig.truth(rule));
        }
        for (const rule of present.values()) rig.graph.release(rule);
        expect(rig.graph.size).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});

test("a term has the evaluator's value, bit for bit, at once when it is added late", () => {
  const texts = ["ema(8)", "percent_change(rsi(4)[2], 3)", "atr(3)@5m[1]", "close@1h - sma(5)@15m"];
  const terms = texts.flatMap((text): Term[] => {
    const rule = ruleOf(`${text} > 0`);
    return rule.kind === "compare" ? [rule.left] : [];
  });
  const rig = new Rig("1m", minutesWithHoles(MINUTES, 11));
  const early = terms.map((term) => held(rig.graph.holdTerm(term)));
  for (let minute = 0; minute < MINUTES; minute += 1) {
    rig.step(minute);
    const late = rig.late(terms);
    terms.forEach((term, i) => {
      expect(early[i]?.value).toBe(rig.value(term));
      expect(late[i]).toBe(early[i]?.value);
    });
  }
  expect(early.filter(({ value }) => Number.isFinite(value))).toHaveLength(terms.length);
});

test("a term added between a hole where a higher candle closed and the next close shows that candle then", () => {
  const rig = new Rig("1m", minutesWithHoles(MINUTES, 4));
  const rule = ruleOf("close@5m > 0");
  const term = rule.kind === "compare" ? rule.left : null;
  let added = 0;
  let late: HeldTerm | null = null;
  rig.minutes.forEach((minute, i) => {
    rig.step(i);
    if (late !== null && !isHole(minute)) {
      expect(late.value).toBe(rig.value(held(term)));
      rig.graph.release(late);
      late = null;
    } else if (late === null && isHole(minute) && minute.candles.length > 0) {
      late = held(rig.graph.holdTerm(held(term)));
      added += 1;
    }
  });
  expect(added).toBeGreaterThan(2);
});

test("what rules share is one node, and the last holder's release drops it", () => {
  const graph = new RuleGraph("1m", NO_CANDLES);
  const first = held(graph.holdRule(ruleOf("ema(3) > ema(8) and close > 1")));
  const size = graph.size;
  expect(size).toBe(7);
  const others = Array.from({ length: 100 }, () =>
    held(graph.holdRule(ruleOf("ema(3)@1m > ema(8) and close > 1.0"))),
  );
  expect(graph.size).toBe(size);
  graph.release(first);
  expect(() => graph.release(first)).toThrow("held");
  const part = held(graph.holdRule(ruleOf("ema(3) > ema(8)")));
  for (const other of others) graph.release(other);
  expect(graph.size).toBe(3);
  graph.release(part);
  expect(graph.size).toBe(0);
});

test("knows the six timeframes", () => {
  const rig = new Rig("1m", minutesWithHoles(400, 2));
  const rules = TIMEFRAMES.map((timeframe) => ruleOf(`close@${timeframe} > open`));
  const all = rules.map((rule) => held(rig.graph.holdRule(rule)));
  for (let minute = 0; minute < rig.minutes.length; minute += 1) rig.step(minute);
  expect(all.map(({ truth }) => truth)).toEqual(rules.map((rule) => rig.truth(rule)));
  expect(all[4]?.truth).not.toBeNull();
});

test("refuses one indicator more than a set holds, and takes what is there already", () => {
  const graph = new RuleGraph("1m", NO_CANDLES);
  const texts = ["ema", "sma", "rsi", "roc", "momentum"].flatMap((name) =>
    Array.from({ length: 1_000 }, (_, i) => `${name}(${Math.max(i + 1, 2)}) > 1`),
  );
  const distinct = [...new Set(texts)].slice(0, SET_SIZE_MAX + 1).map(ruleOf);
  const answers = distinct.map((rule) => graph.holdRule(rule));
  expect(answers.indexOf(null)).toBe(SET_SIZE_MAX);
  expect(graph.holdRule(ruleOf("ema(5) > 1"))).not.toBeNull();
  graph.release(held(answers[0] ?? null));
  expect(graph.holdRule(ruleOf("wma(5) > 1"))).not.toBeNull();
  expect(graph.holdRule(ruleOf("wma(6) > 1"))).toBeNull();
});
