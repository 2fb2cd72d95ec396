/** A rule as text: the one form in which it is stored, shown and parsed again without loss. */
import { assert, unreachable } from "../assert.ts";
import { findIndicator } from "../indicators/catalog.ts";
import type { Reference, Rule, Term } from "./rule.ts";

/** The text of a rule; `parseRule` of it gives the same tree. */
export function printRule(rule: Rule): string {
  switch (rule.kind) {
    case "never":
      return "never";
    case "named":
      return rule.name;
    case "compare":
      return `${printTerm(rule.left)} ${rule.operator} ${printTerm(rule.right)}`;
    case "cross":
      return `${printTerm(rule.left)} crosses ${rule.direction} ${printTerm(rule.right)}`;
    case "within":
      return `${printTerm(rule.left)} within ${printNumber(rule.percent)} % of ${printTerm(rule.right)}`;
    case "not":
      return `not ${grouped(rule.of)}`;
    case "for":
      return `${groupedFor(rule.of)} for ${rule.candles} ${rule.candles === 1 ? "candle" : "candles"}`;
    case "and":
    case "or":
      return rule.of.map(grouped).join(` ${rule.kind} `);
    default:
      return unreachable(rule);
  }
}

/** The text of a term; the same number at the same close has the same text. */
export function printTerm(term: Term): string {
  switch (term.kind) {
    case "number":
      return printNumber(term.value);
    case "candle":
      return `${term.field}${printReference(term)}`;
    case "indicator": {
      const definition = findIndicator(term.indicator);
      assert(definition !== null, `rules name known indicators, not ${term.indicator}`);
      const parameters = term.parameters.map(printNumber).join(", ");
      const name =
        term.parameters.length === 0 ? term.indicator : `${term.indicator}(${parameters})`;
      const output = definition.outputs.length === 1 ? "" : `.${term.output}`;
      return `${name}${output}${printReference(term)}`;
    }
    case "arithmetic":
      return `${printOperand(term.left, term.operator)} ${term.operator} ${printRightOperand(term.right)}`;
    case "function":
      return `${term.name}(${term.arguments.map(printTerm).join(", ")})`;
    case "change":
      return `percent_change(${printTerm(term.of)}, ${term.candles})`;
    default:
      return unreachable(term);
  }
}

/** A number as a plain decimal of at most ten decimals, never with an exponent. */
export function printNumber(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(10).replace(/\.?0+$/, "") : text;
}

function printReference({ timeframe, offset }: Reference): string {
  return `${timeframe === null ? "" : `@${timeframe}`}${offset === 0 ? "" : `[${offset}]`}`;
}

/** Groups keep their brackets, so that the tree comes back as it was. */
function grouped(rule: Rule): string {
  return rule.kind === "and" || rule.kind === "or" ? `(${printRule(rule)})` : printRule(rule);
}

/** `for` binds tighter than `not`, and only one `for` follows a condition. */
function groupedFor(rule: Rule): string {
  return rule.kind === "not" || rule.kind === "for" ? `(${printRule(rule)})` : grouped(rule);
}

/** The left operand needs no brackets where reading from the left gives the same tree. */
function printOperand(term: Term, operator: "+" | "-" | "*" | "/"): string {
  const bare = term.kind !== "arithmetic" || !isProduct(operator) || isProduct(term.operator);
  return bare ? printTerm(term) : `(${printTerm(term)})`;
}

function printRightOperand(term: Term): string {
  return term.kind === "arithmetic" ? `(${printTerm(term)})` : printTerm(term);
}

function isProduct(operator: string): boolean {
  return operator === "*" || operator === "/";
}
