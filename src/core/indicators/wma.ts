/**
 * Weighted moving average of the close.
 *
 * Formula: WMA = (n × close + (n − 1) × close₋₁ + … + 1 × close₋ₙ₊₁) ÷ (n (n + 1) ÷ 2). Unit: price.
 * Range: within the window's closes. Warm-up: `period`. Cost: constant, amortised.
 * Source: TA-Lib `WMA`, TradingView `ta.wma`; no library differs.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingWeightedMean } from "./rolling-weighted-mean.ts";

export class Wma implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #mean: RollingWeightedMean;

  constructor(period: number) {
    this.#outputs = new Outputs(period, 1);
    this.#mean = new RollingWeightedMean(period);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const mean = this.#mean.push(candle.close);
    if (this.#outputs.advance()) this.values[0] = mean;
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#outputs.nextIsReady ? this.#mean.peek(candle.close) : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#mean]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#mean], state);
  }
}

export const wmaDefinition: IndicatorDefinition = {
  id: "wma",
  name: "Weighted moving average",
  category: "trend",
  parameters: [period(20)],
  outputs: [priceLine("value", "WMA")],
  formula: "WMA = Σ weight × close ÷ Σ weight, weights 1 (oldest) … period (newest)",
  meaning: "The trend of the price; a candle's weight falls in equal steps with its age.",
  source: "TA-Lib WMA; all libraries agree",
  warmup: ([period = 0]) => period,
  create: ([period = 0]) => new Wma(period),
};
