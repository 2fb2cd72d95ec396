/**
 * Bollinger bands around the mean of the close, with their width and the place of the close in them.
 *
 * Formula: middle = SMA(period); deviation = √(mean of (close − middle)²), divisor `period`;
 * upper, lower = middle ± deviations × deviation; width = 100 × (upper − lower) ÷ middle;
 * %B = (close − lower) ÷ (upper − lower), and 0.5 when the bands touch.
 * Units: price, price, price, percent, number (0 at the lower band, 1 at the upper one).
 * Range: upper ≥ middle ≥ lower; width ≥ 0; %B any. Warm-up: `period`. Cost: constant, amortised.
 * Source: Bollinger 2001; TA-Lib `BBANDS`, TradingView. TA-Lib subtracts the square of the mean
 * from the mean of squares and so loses up to 0.4 % of the deviation at prices near 3e-5, and all
 * of it in a flat market; this does not. Libraries with divisor `period` − 1 differ for good.
 */
import type { Candle } from "../candle.ts";
import { factor, type IndicatorDefinition, paneLine, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { RollingVariance } from "./rolling-variance.ts";

export class Bollinger implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(5).fill(Number.NaN);
  readonly #deviations: number = 0;
  readonly #closes: RollingVariance;

  constructor(period: number, deviations: number) {
    this.warmup = period;
    this.#deviations = deviations;
    this.#closes = new RollingVariance(period);
  }

  push(candle: Candle): void {
    this.#closes.push(candle.close);
    this.#fill(this.values, candle.close);
  }

  peek(candle: Candle, into: Float64Array): void {
    this.#closes.peek(candle.close);
    this.#fill(into, candle.close);
  }

  #fill(into: Float64Array, close: number): void {
    const middle = this.#closes.mean;
    const reach = this.#deviations * Math.sqrt(this.#closes.variance);
    into[0] = middle + reach;
    into[1] = middle;
    into[2] = middle - reach;
    into[3] = (200 * reach) / middle;
    into[4] = reach === 0 ? 0.5 : 0.5 + (0.5 * (close - middle)) / reach;
  }

  snapshot(): number[] {
    return writeState([this.#closes], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#closes], state, this.values);
  }
}

export const bollingerDefinition: IndicatorDefinition = {
  id: "bollinger",
  name: "Bollinger bands",
  category: "volatility",
  parameters: [period(20), factor(2, "deviations", "Standard deviations")],
  outputs: [
    priceLine("upper", "Upper band"),
    priceLine("middle", "Middle band"),
    priceLine("lower", "Lower band"),
    paneLine({ id: "width", name: "Width", unit: "percent", min: 0 }),
    paneLine({ id: "percent_b", name: "%B", unit: "number" }),
  ],
  formula:
    "middle = SMA; upper, lower = middle ± deviations × standard deviation; width = 100 × (upper − lower) ÷ middle; %B = (close − lower) ÷ (upper − lower)",
  meaning:
    "How far the price usually strays from its mean: narrow bands are a calm market, a close outside them an unusual one.",
  source:
    "Bollinger 2001, TA-Lib BBANDS (population deviation); TA-Lib itself is up to 0.4 % off at tiny prices",
  warmup: ([period = 0]) => period,
  create: ([period = 0, deviations = 0]) => new Bollinger(period, deviations),
};
