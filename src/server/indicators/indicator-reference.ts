/** The text that names an indicator with its parameters, `bollinger(20, 2)`, and what it refers to. */
import { INDICATORS } from "../../core/indicators/catalog.ts";
import type { IndicatorDefinition, IndicatorParameter } from "../../core/indicators/definition.ts";

export interface IndicatorReference {
  readonly definition: IndicatorDefinition;
  /** As many as the definition has, each within its bounds. */
  readonly parameters: readonly number[];
  /** The canonical text: the same indicator is always spelt the same. */
  readonly text: string;
}

export type ReferenceResult =
  | { readonly kind: "reference"; readonly reference: IndicatorReference }
  | { readonly kind: "unknown"; readonly allowed: readonly string[] }
  | { readonly kind: "wrong"; readonly reason: string };

/** A number as text: plain decimals, no exponent. */
const CALL = /^\s*([a-z][a-z0-9_]{0,31})\s*(?:\(([-0-9.,\s]{0,100})\))?\s*$/;
const NUMBER = /^-?\d{1,9}(\.\d{1,9})?$/;

const DEFINITIONS: ReadonlyMap<string, IndicatorDefinition> = new Map(
  INDICATORS.map((definition) => [definition.id, definition]),
);

/** Reads `ema(50)`; parameters that are left away at the end take their defaults. */
export function parseReference(text: string): ReferenceResult {
  const match = CALL.exec(text);
  if (match === null) return { kind: "wrong", reason: "is not of the form ema(50)" };
  const definition = DEFINITIONS.get(match[1] ?? "");
  if (definition === undefined) return { kind: "unknown", allowed: [...DEFINITIONS.keys()] };
  const written = (match[2] ?? "").trim() === "" ? [] : (match[2] ?? "").split(",");
  if (written.length > definition.parameters.length) {
    return { kind: "wrong", reason: `has at most ${definition.parameters.length} parameters` };
  }
  const parameters: number[] = [];
  for (const [i, parameter] of definition.parameters.entries()) {
    const value = parameterValue(parameter, written[i]);
    if (value === null) return { kind: "wrong", reason: boundsOf(parameter) };
    parameters.push(value);
  }
  const conflict = definition.conflict?.(parameters) ?? null;
  if (conflict !== null) return { kind: "wrong", reason: `does not go together: ${conflict}` };
  return {
    kind: "reference",
    reference: { definition, parameters, text: textOf(definition.id, parameters) },
  };
}

function parameterValue(parameter: IndicatorParameter, written: string | undefined): number | null {
  if (written === undefined) return parameter.default;
  const text = written.trim();
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!(value >= parameter.min && value <= parameter.max)) return null;
  return parameter.kind === "decimal" || Number.isInteger(value) ? value : null;
}

function boundsOf({ id, kind, min, max }: IndicatorParameter): string {
  const article = kind === "integer" ? "a whole number" : "a number";
  return `needs ${article} from ${min} to ${max} as ${id}`;
}

function textOf(id: string, parameters: readonly number[]): string {
  return parameters.length === 0 ? id : `${id}(${parameters.join(", ")})`;
}
