/**
 * Commodity channel index.
 *
 * Formula: P = (high + low + close) ÷ 3; CCI = (P − mean of P) ÷ (0.015 × mean of |P − mean of P|)
 * over the last `period` candles, and 0 when they are all alike. Unit: number. Range: any, mostly
 * −200 to 200. Warm-up: `period`. Cost: `period` steps a candle, since every deviation changes with
 * the mean. Source: Lambert 1980; TA-Lib `CCI`, TradingView. In a flat market TA-Lib may give
 * ±66.67 or ±100 from rounding noise, this 0; indicatorts smooths otherwise and differs for good.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { RollingMean } from "./rolling-mean.ts";
import { RollingWindow } from "./rolling-window.ts";
import { typicalPrice } from "./typical-price.ts";

/** Lambert's constant: some three quarters of all values then lie between −100 and 100. */
const SCALE = 0.015;

export class Cci implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(1).fill(Number.NaN);
  readonly #mean: RollingMean;
  readonly #window: RollingWindow;
  readonly #share: number = 0;

  constructor(period: number) {
    this.warmup = period;
    this.#mean = new RollingMean(period);
    this.#window = new RollingWindow(period);
    this.#share = SCALE / period;
  }

  push(candle: Candle): void {
    const price = typicalPrice(candle);
    const mean = this.#mean.push(price);
    this.#window.push(price);
    const deviation = this.#window.absoluteDeviation(mean);
    this.values[0] = deviation === 0 ? 0 : (price - mean) / (this.#share * deviation);
  }

  peek(candle: Candle, into: Float64Array): void {
    const price = typicalPrice(candle);
    const mean = this.#mean.peek(price);
    const deviation = this.#window.peekAbsoluteDeviation(price, mean);
    into[0] = deviation === 0 ? 0 : (price - mean) / (this.#share * deviation);
  }

  snapshot(): number[] {
    return writeState([this.#mean, this.#window], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#mean, this.#window], state, this.values);
  }
}

export const cciDefinition: IndicatorDefinition = {
  id: "cci",
  name: "Commodity channel index",
  category: "momentum",
  parameters: [period(20)],
  outputs: [paneLine({ id: "value", name: "CCI", unit: "number" })],
  formula:
    "P = (high + low + close) ÷ 3; CCI = (P − SMA of P) ÷ (0.015 × mean absolute deviation of P)",
  meaning:
    "How far the price is from its mean, in units of its usual distance: beyond ±100 is far.",
  source: "Lambert 1980, TA-Lib CCI (this gives 0 in a flat market, TA-Lib rounding noise)",
  warmup: ([period = 0]) => period,
  create: ([period = 0]) => new Cci(period),
};
