/** The indicator catalogue in French: names, meanings and formulas, by the ids of the core. */
import type { CatalogueEntry } from "./catalogue-text.ts";

export const CATALOGUE_FR: Readonly<Record<string, CatalogueEntry>> = {};

/** By the id of the parameter. */
export const PARAMETERS_FR: Readonly<Record<string, string>> = {};

/** By the English name of the output; names that are the same in both languages are left out. */
export const OUTPUTS_FR: Readonly<Record<string, string>> = {};
