/** Every indicator that Outcry knows, by the name that rules and addresses use. */

import { accumulationDistributionDefinition } from "./accumulation-distribution.ts";
import { adxDefinition } from "./adx.ts";
import { aroonDefinition } from "./aroon.ts";
import { atrDefinition } from "./atr.ts";
import { awesomeOscillatorDefinition } from "./awesome-oscillator.ts";
import { bollingerDefinition } from "./bollinger.ts";
import { cciDefinition } from "./cci.ts";
import { chaikinMoneyFlowDefinition } from "./chaikin-money-flow.ts";
import { changeDefinition } from "./change.ts";
import { cmoDefinition } from "./cmo.ts";
import type { IndicatorDefinition } from "./definition.ts";
import { demaDefinition } from "./dema.ts";
import { donchianDefinition } from "./donchian.ts";
import { dpoDefinition } from "./dpo.ts";
import { emaDefinition } from "./ema.ts";
import { heikinAshiDefinition } from "./heikin-ashi.ts";
import { hmaDefinition } from "./hma.ts";
import { ichimokuDefinition } from "./ichimoku.ts";
import { kamaDefinition } from "./kama.ts";
import { keltnerDefinition } from "./keltner.ts";
import { macdDefinition } from "./macd.ts";
import { momentumDefinition } from "./momentum.ts";
import { moneyFlowIndexDefinition } from "./money-flow-index.ts";
import { obvDefinition } from "./obv.ts";
import { parabolicSarDefinition } from "./parabolic-sar.ts";
import { pivotsDefinition } from "./pivots.ts";
import { ppoDefinition } from "./ppo.ts";
import { rocDefinition } from "./roc.ts";
import { rsiDefinition } from "./rsi.ts";
import { smaDefinition } from "./sma.ts";
import { stochasticDefinition } from "./stochastic.ts";
import { stochasticRsiDefinition } from "./stochastic-rsi.ts";
import { supertrendDefinition } from "./supertrend.ts";
import { temaDefinition } from "./tema.ts";
import { trixDefinition } from "./trix.ts";
import { ultimateOscillatorDefinition } from "./ultimate-oscillator.ts";
import { volumeRatioDefinition } from "./volume-ratio.ts";
import { volumeSmaDefinition } from "./volume-sma.ts";
import { vwapDefinition } from "./vwap.ts";
import { vwmaDefinition } from "./vwma.ts";
import { williamsRDefinition } from "./williams-r.ts";
import { wmaDefinition } from "./wma.ts";
import { zlemaDefinition } from "./zlema.ts";

/** In the order in which a chooser shows them within a category. */
export const INDICATORS: readonly IndicatorDefinition[] = [
  emaDefinition,
  smaDefinition,
  wmaDefinition,
  hmaDefinition,
  demaDefinition,
  temaDefinition,
  kamaDefinition,
  zlemaDefinition,
  adxDefinition,
  aroonDefinition,
  parabolicSarDefinition,
  supertrendDefinition,
  ichimokuDefinition,
  rsiDefinition,
  macdDefinition,
  ppoDefinition,
  stochasticDefinition,
  stochasticRsiDefinition,
  williamsRDefinition,
  cciDefinition,
  cmoDefinition,
  rocDefinition,
  momentumDefinition,
  trixDefinition,
  ultimateOscillatorDefinition,
  awesomeOscillatorDefinition,
  dpoDefinition,
  bollingerDefinition,
  atrDefinition,
  keltnerDefinition,
  donchianDefinition,
  volumeSmaDefinition,
  volumeRatioDefinition,
  vwapDefinition,
  vwmaDefinition,
  obvDefinition,
  accumulationDistributionDefinition,
  chaikinMoneyFlowDefinition,
  moneyFlowIndexDefinition,
  changeDefinition,
  heikinAshiDefinition,
  pivotsDefinition,
];

const BY_ID: ReadonlyMap<string, IndicatorDefinition> = new Map(
  INDICATORS.map((definition) => [definition.id, definition]),
);

/** The definition of that id, or null. */
export function findIndicator(id: string): IndicatorDefinition | null {
  return BY_ID.get(id) ?? null;
}
