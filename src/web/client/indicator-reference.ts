/** Which indicator is meant, with which parameters: its text, its definition, a fresh one. */
import { findIndicator } from "../../core/indicators/catalog.ts";
import type { IndicatorParameter } from "../../core/indicators/definition.ts";
import type { Indicator } from "../../core/indicators/indicator.ts";

export interface IndicatorReference {
  readonly id: string;
  /** In the order of the definition. */
  readonly parameters: readonly number[];
}

/** The canonical text, such as `bollinger(20, 2)`. */
export function indicatorText({ id, parameters }: IndicatorReference): string {
  return parameters.length === 0 ? id : `${id}(${parameters.join(", ")})`;
}

/** Whether one parameter may have this value. */
export function isWithinBounds(parameter: IndicatorParameter, value: number): boolean {
  if (!(value >= parameter.min && value <= parameter.max)) return false;
  return parameter.kind === "decimal" || Number.isInteger(value);
}

/** Whether the catalogue takes these parameters. */
export function isValidReference({ id, parameters }: IndicatorReference): boolean {
  const definition = findIndicator(id);
  if (definition === null || definition.parameters.length !== parameters.length) return false;
  const areWithin = definition.parameters.every((parameter, i) =>
    isWithinBounds(parameter, parameters[i] ?? Number.NaN),
  );
  return areWithin && (definition.conflict?.(parameters) ?? null) === null;
}

/** A fresh indicator, null when the catalogue has none such. */
export function createIndicator(reference: IndicatorReference): Indicator | null {
  if (!isValidReference(reference)) return null;
  return findIndicator(reference.id)?.create(reference.parameters) ?? null;
}
