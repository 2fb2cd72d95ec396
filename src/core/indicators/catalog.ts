/** Every indicator that Outcry knows, by the name that rules and addresses use. */

import { adxDefinition } from "./adx.ts";
import { atrDefinition } from "./atr.ts";
import { bollingerDefinition } from "./bollinger.ts";
import { cciDefinition } from "./cci.ts";
import { changeDefinition } from "./change.ts";
import type { IndicatorDefinition } from "./definition.ts";
import { demaDefinition } from "./dema.ts";
import { emaDefinition } from "./ema.ts";
import { hmaDefinition } from "./hma.ts";
import { kamaDefinition } from "./kama.ts";
import { macdDefinition } from "./macd.ts";
import { obvDefinition } from "./obv.ts";
import { rsiDefinition } from "./rsi.ts";
import { smaDefinition } from "./sma.ts";
import { stochasticDefinition } from "./stochastic.ts";
import { temaDefinition } from "./tema.ts";
import { trixDefinition } from "./trix.ts";
import { volumeRatioDefinition } from "./volume-ratio.ts";
import { volumeSmaDefinition } from "./volume-sma.ts";
import { vwapDefinition } from "./vwap.ts";
import { wmaDefinition } from "./wma.ts";

/** In the order in which a chooser shows them within a category. */
export const INDICATORS: readonly IndicatorDefinition[] = [
  emaDefinition,
  smaDefinition,
  wmaDefinition,
  hmaDefinition,
  demaDefinition,
  temaDefinition,
  kamaDefinition,
  trixDefinition,
  rsiDefinition,
  macdDefinition,
  bollingerDefinition,
  atrDefinition,
  stochasticDefinition,
  adxDefinition,
  cciDefinition,
  obvDefinition,
  vwapDefinition,
  volumeSmaDefinition,
  volumeRatioDefinition,
  changeDefinition,
];
