/**
 * Rate of change of the close: the price change in percent, by its name among momentum indicators.
 *
 * Formula: ROC = 100 × (close − close₋ₙ) ÷ close₋ₙ. Unit: percent. Range: above −100. Warm-up: period + 1.
 * Cost: constant. Source: TA-Lib `ROC`, TradingView `ta.roc`, technicalindicators; trading-signals and
 * @ixjb94 give a fraction.
 */
import { Change } from "./change.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";

export const rocDefinition: IndicatorDefinition = {
  id: "roc",
  name: "Rate of change",
  category: "momentum",
  parameters: [period(10)],
  outputs: [paneLine({ id: "value", name: "ROC", unit: "percent", min: -100 })],
  formula: "ROC = 100 × (close − close `period` candles before) ÷ that close",
  meaning: "The speed of the price: above 0 it is higher than `period` candles ago.",
  source: "TA-Lib ROC; trading-signals gives a fraction",
  warmup: ([period = 0]) => period + 1,
  create: ([period = 0]) => new Change(period),
};
