/** The words of the indicator catalogue in the page's language: the core speaks English. */
import type {
  IndicatorDefinition,
  IndicatorOutput,
  IndicatorParameter,
} from "../../core/indicators/definition.ts";
import { CATALOGUE_FR, OUTPUTS_FR, PARAMETERS_FR } from "./catalogue-fr.ts";
import type { Language } from "./language.ts";

export interface CatalogueEntry {
  readonly name: string;
  readonly meaning: string;
  readonly formula: string;
}

export function entryText(definition: IndicatorDefinition, language: Language): CatalogueEntry {
  return language === "fr" ? (CATALOGUE_FR[definition.id] ?? definition) : definition;
}

export function parameterText(parameter: IndicatorParameter, language: Language): string {
  return language === "fr" ? (PARAMETERS_FR[parameter.id] ?? parameter.name) : parameter.name;
}

export function outputText(output: IndicatorOutput, language: Language): string {
  return language === "fr" ? (OUTPUTS_FR[output.name] ?? output.name) : output.name;
}
