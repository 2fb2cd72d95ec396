/** Which indicator is meant, with which parameters: its text, its definition, a fresh one. */
import { assert } from "../../core/assert.ts";
import { findIndicator } from "../../core/indicators/catalog.ts";
import type { Indicator } from "../../core/indicators/indicator.ts";
import { isWithin, printIndicator } from "../../core/indicators/indicator-text.ts";

export interface IndicatorReference {
  readonly id: string;
  /** In the order of the definition. */
  readonly parameters: readonly number[];
}

/** The canonical text, such as `bollinger(20, 2)`; the reference must be one of the catalogue's. */
export function indicatorText({ id, parameters }: IndicatorReference): string {
  const definition = findIndicator(id);
  assert(definition !== null, "references are checked where they come in");
  return printIndicator({ definition, parameters });
}

/** Whether the catalogue takes these parameters. */
export function isValidReference({ id, parameters }: IndicatorReference): boolean {
  const definition = findIndicator(id);
  if (definition === null || definition.parameters.length !== parameters.length) return false;
  const areWithin = definition.parameters.every((parameter, i) =>
    isWithin(parameter, parameters[i] ?? Number.NaN),
  );
  return areWithin && (definition.conflict?.(parameters) ?? null) === null;
}

/** A fresh indicator, null when the catalogue has none such. */
export function createIndicator(reference: IndicatorReference): Indicator | null {
  if (!isValidReference(reference)) return null;
  return findIndicator(reference.id)?.create(reference.parameters) ?? null;
}
