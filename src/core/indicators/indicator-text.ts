/** Indicators as text: `ema(50)`, `macd(12, 26, 9)`, `vwap`; parsed, refused with the place of the fault, printed. */
import { assert } from "../assert.ts";
import { nearestName } from "../nearest-name.ts";
import { findIndicator, INDICATORS } from "./catalog.ts";
import type { IndicatorDefinition, IndicatorParameter } from "./definition.ts";

/** An indicator of the catalogue with every parameter given and within its bounds. */
export interface IndicatorSpec {
  readonly definition: IndicatorDefinition;
  readonly parameters: readonly number[];
}

/** Why a text names no indicator. */
export interface IndicatorRefusal {
  /** Whether the name is unknown, or what follows it is wrong. */
  readonly kind: "name" | "parameters";
  /** Where the fault begins: an index into the text, its length when the text ends too early. */
  readonly at: number;
  /** What stands there, at most `FOUND_MAX` characters; empty at the end of the text. */
  readonly found: string;
  /** What could have stood there. */
  readonly expected: string;
  /** The known name closest to an unknown one, or null. */
  readonly nearest: string | null;
}

export type ParsedIndicator =
  | { readonly kind: "indicator"; readonly spec: IndicatorSpec }
  | { readonly kind: "refused"; readonly refusal: IndicatorRefusal };

const NAMES: readonly string[] = INDICATORS.map(({ id }) => id);

/** The longest text looked at: the longest name with three parameters takes a third of it. */
export const TEXT_MAX = 100;

const FOUND_MAX = 20;

/**
 * Parses a name with its parameters in parentheses. Parameters left out at the end take their
 * defaults: `rsi`, `rsi()` and `rsi(14)` are the same. Spaces are free; letters are lower case.
 */
export function parseIndicator(text: string): ParsedIndicator {
  if (text.length > TEXT_MAX) {
    return refuse(text, TEXT_MAX, `at most ${TEXT_MAX} characters`);
  }
  const tokens = tokenize(text);
  const name = tokens[0] ?? { at: text.length, text: "" };
  const definition = findIndicator(name.text);
  if (definition === null) {
    const refusal = { at: name.at, expected: "the name of an indicator" };
    const nearest = nearestName(name.text, NAMES);
    const found = text.slice(name.at, name.at + FOUND_MAX);
    return { kind: "refused", refusal: { kind: "name", found, nearest, ...refusal } };
  }
  const open = tokens[1];
  if (open === undefined) return complete(definition, [], text);
  if (open.text !== "(") return refuse(text, open.at, `"(" or the end`);
  return parseParameters(definition, tokens.slice(2), text);
}

interface Token {
  readonly at: number;
  readonly text: string;
}

/** Names, numbers and single characters, with their places; spaces are left out. */
function tokenize(text: string): Token[] {
  return [...text.matchAll(/[a-z][a-z0-9_]*|[0-9]+(?:\.[0-9]+)?|\S/g)].map((match) => ({
    at: match.index,
    text: match[0],
  }));
}

/** What follows the opening parenthesis. */
function parseParameters(
  definition: IndicatorDefinition,
  tokens: readonly Token[],
  text: string,
): ParsedIndicator {
  const given: number[] = [];
  const at = (index: number): Token => tokens[index] ?? { at: text.length, text: "" };
  let next = 0;
  while (at(next).text !== ")") {
    const token = at(next);
    const parameter = definition.parameters[given.length];
    if (parameter === undefined) return refuse(text, token.at, `")"`);
    const value = /^[0-9]/.test(token.text) ? Number(token.text) : Number.NaN;
    if (!isWithin(parameter, value)) return refuse(text, token.at, describe(parameter));
    given.push(value);
    next += 1;
    if (at(next).text === ",") {
      next += 1;
      if (at(next).text === ")") return refuse(text, at(next).at, "another parameter");
    } else if (at(next).text !== ")") {
      return refuse(text, at(next).at, `"," or ")"`);
    }
  }
  const after = at(next + 1);
  if (after.text !== "") return refuse(text, after.at, "the end");
  return complete(definition, given, text);
}

function complete(
  definition: IndicatorDefinition,
  given: readonly number[],
  text: string,
): ParsedIndicator {
  const parameters = definition.parameters.map((parameter, i) => given[i] ?? parameter.default);
  const conflict = definition.conflict?.(parameters) ?? null;
  if (conflict !== null) return refuse(text, text.indexOf("("), conflict);
  return { kind: "indicator", spec: { definition, parameters } };
}

/** What is wrong with a text, in one sentence that begins at the place. */
export function indicatorRefusalText({ at, found, expected, nearest }: IndicatorRefusal): string {
  const what = found === "" ? "the end" : `"${found}"`;
  const hint = nearest === null ? "" : `; did you mean ${nearest}?`;
  return `at ${at + 1}: found ${what}, expected ${expected}${hint}`;
}

/** Whether a value is one that the parameter can have. */
export function isWithin(parameter: IndicatorParameter, value: number): boolean {
  if (parameter.kind === "integer" && !Number.isInteger(value)) return false;
  return value >= parameter.min && value <= parameter.max;
}

function describe({ id, kind, min, max }: IndicatorParameter): string {
  return `${id}, ${kind === "integer" ? "a whole number" : "a number"} from ${min} to ${max}`;
}

function refuse(text: string, at: number, expected: string): ParsedIndicator {
  const found = text.slice(at, at + FOUND_MAX);
  return { kind: "refused", refusal: { kind: "parameters", at, found, expected, nearest: null } };
}

/** The one text of an indicator, which also names it wherever it is shared: `bollinger(20, 2)`. */
export function printIndicator(spec: IndicatorSpec): string {
  const { definition, parameters } = spec;
  assert(parameters.length === definition.parameters.length, "every parameter is given");
  return parameters.length === 0 ? definition.id : `${definition.id}(${parameters.join(", ")})`;
}
