/**
 * Simple moving average of the close.
 *
 * Formula: the sum of the last `period` closes ÷ `period`. Unit: price. Range: within those closes.
 * Warm-up: `period`. Cost: constant, amortised. Source: TA-Lib `SMA`, TradingView `ta.sma`; all
 * libraries agree. A window of equal closes gives exactly that close, and nothing drifts.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { RollingMean } from "./rolling-mean.ts";

export class Sma implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(1).fill(Number.NaN);
  readonly #mean: RollingMean;

  constructor(period: number) {
    this.warmup = period;
    this.#mean = new RollingMean(period);
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

export const smaDefinition: IndicatorDefinition = {
  id: "sma",
  name: "Simple moving average",
  category: "trend",
  parameters: [period(20)],
  outputs: [priceLine("value", "SMA")],
  formula: "SMA = sum of the last `period` closes ÷ period",
  meaning: "The mean price of the last candles: above it the market rises, below it falls.",
  source: "TA-Lib SMA; no library differs",
  warmup: ([period = 0]) => period,
  create: ([period = 0]) => new Sma(period),
};
