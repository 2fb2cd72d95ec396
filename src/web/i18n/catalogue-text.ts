/** The words of the indicator catalogue in the page's language: the core speaks English. */
import type {
  IndicatorDefinition,
  IndicatorOutput,
  IndicatorParameter,
} from "../../core/indicators/definition.ts";
import { CATALOGUE_FR, OUTPUTS_FR, PARAMETERS_FR } from "./catalogue-fr.ts";
import type { Language } from "./language.ts";

/** Name, meaning and formula; an indicator that has no French yet speaks English. */
export function entryText(
  definition: IndicatorDefinition,
  language: Language,
): Pick<IndicatorDefinition, "name" | "meaning" | "formula"> {
  return language === "fr" ? (CATALOGUE_FR[definition.id] ?? definition) : definition;
}

export function parameterText({ name }: IndicatorParameter, language: Language): string {
  return language === "fr" ? (PARAMETERS_FR[name] ?? name) : name;
}

export function outputText({ name }: IndicatorOutput, language: Language): string {
  return language === "fr" ? (OUTPUTS_FR[name] ?? name) : name;
}
