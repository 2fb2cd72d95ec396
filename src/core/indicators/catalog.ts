/** Every indicator that Outcry knows, by the name that rules and addresses use. */
import type { IndicatorDefinition } from "./definition.ts";
import { emaDefinition } from "./ema.ts";

/** In the order in which a chooser shows them within a category. */
export const INDICATORS: readonly IndicatorDefinition[] = [emaDefinition];
