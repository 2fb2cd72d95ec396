/**
 * Exponential moving average of the close.
 *
 * Formula: EMA = EMA₋₁ + 2 ÷ (period + 1) × (close − EMA₋₁); the first value is the mean of the
 * first `period` closes. Unit: price. Range: within the closes seen. Warm-up: `period`.
 * Cost: constant. Source: TA-Lib `EMA` (default compatibility), TradingView `ta.ema`.
 * Others (tulind, @ixjb94, trading-signals, indicatorts) start from the first close and agree with
 * this only after some 5 × `period` candles.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { SmoothedMean } from "./smoothed-mean.ts";

export class Ema implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(1).fill(Number.NaN);
  readonly #mean: SmoothedMean;

  constructor(period: number) {
    this.warmup = period;
    this.#mean = SmoothedMean.exponential(period);
  }

  push(candle: Candle): void {
    this.values[0] = this.#mean.push(candle.close);
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#mean.peek(candle.close);
  }

  snapshot(): number[] {
    return writeState([this.#mean], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#mean], state, this.values);
  }
}

export const emaDefinition: IndicatorDefinition = {
  id: "ema",
  name: "Exponential moving average",
  category: "trend",
  parameters: [period(20)],
  outputs: [priceLine("value", "EMA")],
  formula: "EMA = EMA₋₁ + 2 ÷ (period + 1) × (close − EMA₋₁), first the mean of `period` closes",
  meaning: "The trend of the price, recent candles weighing most.",
  source: "TA-Lib EMA; tulind, trading-signals and indicatorts start from the first close instead",
  warmup: ([period = 0]) => period,
  create: ([period = 0]) => new Ema(period),
};
