/** Every indicator that Outcry knows, by the name that rules and addresses use. */
import type { IndicatorDefinition } from "./definition.ts";
import { demaDefinition } from "./dema.ts";
import { emaDefinition } from "./ema.ts";
import { hmaDefinition } from "./hma.ts";
import { kamaDefinition } from "./kama.ts";
import { temaDefinition } from "./tema.ts";
import { trixDefinition } from "./trix.ts";
import { wmaDefinition } from "./wma.ts";

/** In the order in which a chooser shows them within a category. */
export const INDICATORS: readonly IndicatorDefinition[] = [
  emaDefinition,
  wmaDefinition,
  hmaDefinition,
  demaDefinition,
  temaDefinition,
  kamaDefinition,
  trixDefinition,
];
