/** Reads a rule's text into its tree, or says at which place what was found and what was expected. */
import { unreachable } from "../assert.ts";
import { findIndicator, INDICATORS } from "../indicators/catalog.ts";
import type { IndicatorDefinition } from "../indicators/definition.ts";
import { nearestName } from "../nearest-name.ts";
import { isTimeframe, TIMEFRAMES, type Timeframe } from "../timeframe.ts";
import { NAMED_CONDITIONS, namedCondition } from "./named-condition.ts";
import {
  type ArithmeticOperator,
  CANDLE_FIELDS,
  COMPARISONS,
  FUNCTIONS,
  LOOKBACK_MAX,
  measureRule,
  NEVER,
  type Reference,
  RULE_DEPTH_MAX,
  RULE_NODES_MAX,
  RULE_TEXT_MAX,
  type Rule,
  type Term,
} from "./rule.ts";
import { type Token, tokensOf } from "./token.ts";

/** Why a text is no rule. */
export interface RuleRefusal {
  /** Index of the first character that is meant. */
  readonly at: number;
  readonly found: string;
  readonly expected: string;
  /** The nearest known name, where a name was misspelt. */
  readonly suggestion: string | null;
}

export type RuleResult =
  | { readonly kind: "rule"; readonly rule: Rule }
  | { readonly kind: "refused"; readonly refusal: RuleRefusal };

/** Parses a rule; an empty text is the empty rule, which is never true. Never throws on any text. */
export function parseRule(text: string): RuleResult {
  if (text.length > RULE_TEXT_MAX) {
    const found = `${text.length} characters`;
    return refused({
      at: RULE_TEXT_MAX,
      found,
      expected: `at most ${RULE_TEXT_MAX}`,
      suggestion: null,
    });
  }
  if (text.trim() === "") return { kind: "rule", rule: NEVER };
  try {
    const rule = new Parser(text).rule();
    const { nodes, depth } = measureRule(rule);
    if (nodes > RULE_NODES_MAX) {
      return refused({
        at: 0,
        found: `${nodes} parts`,
        expected: `at most ${RULE_NODES_MAX}`,
        suggestion: null,
      });
    }
    if (depth > RULE_DEPTH_MAX) {
      return refused({
        at: 0,
        found: `${depth} levels`,
        expected: `at most ${RULE_DEPTH_MAX}`,
        suggestion: null,
      });
    }
    return { kind: "rule", rule };
  } catch (error) {
    if (error instanceof Refused) return refused(error.refusal);
    throw error;
  }
}

/** One sentence for people. */
export function refusalText(refusal: RuleRefusal): string {
  const hint = refusal.suggestion === null ? "" : `; did you mean "${refusal.suggestion}"?`;
  return `at ${refusal.at + 1}: found ${refusal.found}, expected ${refusal.expected}${hint}`;
}

function refused(refusal: RuleRefusal): RuleResult {
  return { kind: "refused", refusal };
}

/** Leaves the recursive descent at the first fault; never leaves this file. */
class Refused extends Error {
  readonly refusal: RuleRefusal;

  constructor(refusal: RuleRefusal) {
    super(refusal.expected);
    this.refusal = refusal;
  }
}

type Parsed =
  | { readonly kind: "rule"; readonly rule: Rule }
  | { readonly kind: "term"; readonly term: Term };

/** Brackets may nest this deep in the text; the tree's own bound is checked afterwards. */
const NESTING_MAX = 4 * RULE_DEPTH_MAX;

const WORDS = [
  "and",
  "or",
  "not",
  "for",
  "candle",
  "candles",
  "crosses",
  "above",
  "below",
  "within",
  "of",
  "never",
  "percent_change",
];

/** Everything that can begin a value or a condition, for suggestions. */
const NAMES: readonly string[] = [
  ...INDICATORS.map(({ id }) => id),
  ...NAMED_CONDITIONS.map(({ name }) => name),
  ...CANDLE_FIELDS,
  ...Object.keys(FUNCTIONS),
  ...WORDS,
];

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #nesting = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  rule(): Rule {
    const rule = this.#asRule(this.#or());
    const rest = this.#peek();
    if (rest.kind !== "end") this.#refuse(rest, "and, or, or the end of the rule");
    return rule;
  }

  #or(): Parsed {
    return this.#list("or", () => this.#list("and", () => this.#not()));
  }

  #list(word: "and" | "or", part: () => Parsed): Parsed {
    const first = part();
    if (!this.#isWord(word)) return first;
    const of = [this.#asRule(first)];
    while (this.#takeWord(word)) of.push(this.#asRule(part()));
    return { kind: "rule", rule: { kind: word, of } };
  }

  #not(): Parsed {
    if (!this.#takeWord("not")) return this.#lasting();
    const of = this.#nested(() => this.#asRule(this.#not()));
    return { kind: "rule", rule: { kind: "not", of } };
  }

  #lasting(): Parsed {
    const condition = this.#condition();
    if (!this.#isWord("for")) return condition;
    const of = this.#asRule(condition);
    this.#advance();
    const candles = this.#whole(1, LOOKBACK_MAX);
    if (!this.#takeWord("candles") && !this.#takeWord("candle")) {
      this.#refuse(this.#peek(), "candles");
    }
    return { kind: "rule", rule: { kind: "for", of, candles } };
  }

  #condition(): Parsed {
    const left = this.#sum();
    if (left.kind === "rule") return left;
    const token = this.#peek();
    const operator = COMPARISONS.find((sign) => token.kind === "sign" && token.text === sign);
    if (operator !== undefined) {
      this.#advance();
      const right = this.#asTerm(this.#sum());
      return { kind: "rule", rule: { kind: "compare", operator, left: left.term, right } };
    }
    if (this.#takeWord("crosses")) return { kind: "rule", rule: this.#cross(left.term) };
    if (this.#takeWord("within")) return { kind: "rule", rule: this.#within(left.term) };
    return left;
  }

  #cross(left: Term): Rule {
    const direction = this.#takeWord("above") ? "above" : "below";
    if (direction === "below" && !this.#takeWord("below")) {
      this.#refuse(this.#peek(), "above or below");
    }
    return { kind: "cross", direction, left, right: this.#asTerm(this.#sum()) };
  }

  #within(left: Term): Rule {
    const percent = this.#number();
    this.#sign("%");
    if (!this.#takeWord("of")) this.#refuse(this.#peek(), "of");
    return { kind: "within", left, percent, right: this.#asTerm(this.#sum()) };
  }

  #sum(): Parsed {
    return this.#chain(["+", "-"], () => this.#chain(["*", "/"], () => this.#value()));
  }

  /** Operators of one rank, read from the left. */
  #chain(operators: readonly ArithmeticOperator[], part: () => Parsed): Parsed {
    let left = part();
    for (;;) {
      const token = this.#peek();
      const operator = operators.find((sign) => token.kind === "sign" && token.text === sign);
      if (operator === undefined) return left;
      const first = this.#asTerm(left);
      this.#advance();
      const term: Term = { kind: "arithmetic", operator, left: first, right: this.#asTerm(part()) };
      left = { kind: "term", term };
    }
  }

  #value(): Parsed {
    const token = this.#peek();
    if (token.kind === "number")
      return { kind: "term", term: { kind: "number", value: this.#number() } };
    if (token.text === "-") {
      this.#advance();
      const term = this.#nested(() => this.#asTerm(this.#value()));
      return { kind: "term", term: negated(term) };
    }
    if (token.text === "(") {
      this.#advance();
      const inner = this.#nested(() => this.#or());
      this.#sign(")");
      return inner;
    }
    if (token.kind !== "word") return this.#refuse(token, "a condition, a value or a number");
    return this.#named(token);
  }

  #named(token: Token): Parsed {
    const name = token.text;
    if (name === "never") {
      this.#advance();
      return { kind: "rule", rule: NEVER };
    }
    if (namedCondition(name) !== null) {
      this.#advance();
      return { kind: "rule", rule: { kind: "named", name } };
    }
    const field = CANDLE_FIELDS.find((candidate) => candidate === name);
    if (field !== undefined) {
      this.#advance();
      return { kind: "term", term: { kind: "candle", field, ...this.#reference() } };
    }
    if (name === "percent_change") return { kind: "term", term: this.#change() };
    if (name === "abs" || name === "min" || name === "max") {
      return { kind: "term", term: this.#function(name) };
    }
    const definition = findIndicator(name);
    if (definition === null) {
      return this.#refuse(token, "a condition, an indicator or a price", nearestName(name, NAMES));
    }
    return { kind: "term", term: this.#indicator(definition) };
  }

  #change(): Term {
    this.#advance();
    this.#sign("(");
    const of = this.#nested(() => this.#asTerm(this.#sum()));
    this.#sign(",");
    const candles = this.#whole(1, LOOKBACK_MAX);
    this.#sign(")");
    return { kind: "change", of, candles };
  }

  #function(name: keyof typeof FUNCTIONS): Term {
    this.#advance();
    this.#sign("(");
    const args: Term[] = [];
    for (let i = 0; i < FUNCTIONS[name]; i += 1) {
      if (i > 0) this.#sign(",");
      args.push(this.#nested(() => this.#asTerm(this.#sum())));
    }
    this.#sign(")");
    return { kind: "function", name, arguments: args };
  }

  #indicator(definition: IndicatorDefinition): Term {
    const start = this.#advance();
    const parameters = this.#peek().text === "(" ? this.#parameters(definition) : [];
    for (const missing of definition.parameters.slice(parameters.length)) {
      parameters.push(missing.default);
    }
    const conflict = definition.conflict?.(parameters) ?? null;
    if (conflict !== null) this.#refuse(start, conflict);
    const output = this.#output(definition);
    const reference = this.#reference();
    return { kind: "indicator", indicator: definition.id, parameters, output, ...reference };
  }

  #parameters(definition: IndicatorDefinition): number[] {
    this.#sign("(");
    const found: number[] = [];
    for (const parameter of definition.parameters) {
      if (this.#peek().text === ")") break;
      if (found.length > 0) this.#sign(",");
      const { min, max } = parameter;
      if (parameter.kind === "integer") found.push(this.#whole(min, max));
      else {
        const token = this.#peek();
        const value = this.#number();
        if (value < min || value > max)
          this.#refuse(token, `${parameter.name} from ${min} to ${max}`);
        found.push(value);
      }
    }
    this.#sign(")");
    return found;
  }

  #output(definition: IndicatorDefinition): string {
    const ids = definition.outputs.map(({ id }) => id);
    const [first = ""] = ids;
    if (this.#peek().text !== ".") {
      if (ids.length > 1) this.#refuse(this.#peek(), ids.map((id) => `.${id}`).join(", "));
      return first;
    }
    this.#advance();
    const token = this.#advance();
    if (!ids.includes(token.text)) {
      this.#refuse(token, `one of ${ids.join(", ")}`, nearestName(token.text, ids));
    }
    return token.text;
  }

  /** `@4h` and `[1]`, each at most once, in either order. */
  #reference(): Reference {
    let timeframe: Timeframe | null = null;
    let offset: number | null = null;
    for (;;) {
      const token = this.#peek();
      if (token.text.startsWith("@") && timeframe === null) {
        const name = token.text.slice(1);
        if (!isTimeframe(name))
          return this.#refuse(token, `one of ${TIMEFRAMES.join(", ")} after @`);
        this.#advance();
        timeframe = name;
      } else if (token.text === "[" && offset === null) {
        this.#advance();
        offset = this.#whole(0, LOOKBACK_MAX);
        this.#sign("]");
      } else return { timeframe, offset: offset ?? 0 };
    }
  }

  #whole(min: number, max: number): number {
    const token = this.#advance();
    const value = token.kind === "number" ? Number(token.text) : Number.NaN;
    if (!Number.isInteger(value) || value < min || value > max) {
      this.#refuse(token, `a whole number from ${min} to ${max}`);
    }
    return value;
  }

  #number(): number {
    const token = this.#advance();
    if (token.kind !== "number" || !/^\d{1,12}(\.\d{1,10})?$/.test(token.text)) {
      this.#refuse(token, "a number of at most 12 digits and 10 decimals");
    }
    return Number(token.text);
  }

  #asRule(parsed: Parsed): Rule {
    if (parsed.kind === "rule") return parsed.rule;
    return this.#refuse(this.#peek(), "a comparison: <, <=, >, >=, ==, !=, crosses or within");
  }

  #asTerm(parsed: Parsed): Term {
    if (parsed.kind === "term") return parsed.term;
    return this.#refuse(this.#peek(), "a value, where a condition stands");
  }

  #nested<Result>(part: () => Result): Result {
    this.#nesting += 1;
    if (this.#nesting > NESTING_MAX) this.#refuse(this.#peek(), "fewer brackets within brackets");
    const result = part();
    this.#nesting -= 1;
    return result;
  }

  #sign(text: string): void {
    const token = this.#advance();
    if (token.kind !== "sign" || token.text !== text) this.#refuse(token, `"${text}"`);
  }

  #isWord(word: string): boolean {
    const token = this.#peek();
    return token.kind === "word" && token.text === word;
  }

  #takeWord(word: string): boolean {
    if (!this.#isWord(word)) return false;
    this.#advance();
    return true;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? END;
  }

  #advance(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#next += 1;
    return token;
  }

  #refuse(token: Token, expected: string, suggestion: string | null = null): never {
    const found =
      token.kind === "end" ? "the end of the rule" : `"${token.text.slice(0, FOUND_MAX)}"`;
    throw new Refused({ at: token.at, found, expected, suggestion });
  }
}

/** Characters of a wrong word that are repeated to the reader. */
const FOUND_MAX = 40;

const END: Token = { kind: "end", text: "", at: 0 };

function negated(term: Term): Term {
  switch (term.kind) {
    case "number":
      return { kind: "number", value: term.value === 0 ? 0 : -term.value };
    case "candle":
    case "indicator":
    case "arithmetic":
    case "function":
    case "change":
      return { kind: "arithmetic", operator: "-", left: { kind: "number", value: 0 }, right: term };
    default:
      return unreachable(term);
  }
}
