/**
 * Keltner channels.
 *
 * Formula: middle = EMA(period) of the close; upper, lower = middle ± multiplier × ATR(range). Unit: price.
 * Range: lower ≤ middle ≤ upper. Warm-up: the longer of `period` and `range` + 1. Cost: constant.
 * Source: Linda Raschke's form of Chester Keltner's channel, as TradingView and StockCharts draw it
 * (20, 2, 10), with the EMA and ATR of TA-Lib. technicalindicators agrees, trading-signals once its
 * other start has faded; @ixjb94 and indicatorts average the range otherwise and differ for good.
 */
import type { Candle } from "../candle.ts";
import { factor, type IndicatorDefinition, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { SmoothedMean } from "./smoothed-mean.ts";
import { TrueRangeMean } from "./true-range.ts";

export interface KeltnerParameters {
  readonly period: number;
  readonly multiplier: number;
  readonly range: number;
}

export class Keltner implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #multiplier: number;
  readonly #outputs: Outputs;
  readonly #middle: SmoothedMean;
  readonly #range: TrueRangeMean;

  constructor({ period, multiplier, range }: KeltnerParameters) {
    this.#multiplier = multiplier;
    this.#outputs = new Outputs(Math.max(period, range + 1), 3);
    this.#middle = SmoothedMean.exponential(period);
    this.#range = new TrueRangeMean(range);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const middle = this.#middle.push(candle.close);
    const distance = this.#multiplier * this.#range.push(candle);
    if (this.#outputs.advance()) fill(this.values, middle, distance);
  }

  peek(candle: Candle, into: Float64Array): void {
    const middle = this.#middle.peek(candle.close);
    if (!this.#outputs.nextIsReady) into.fill(Number.NaN);
    else fill(into, middle, this.#multiplier * this.#range.peek(candle));
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#middle, this.#range]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#middle, this.#range], state);
  }
}

function fill(into: Float64Array, middle: number, distance: number): void {
  into[0] = middle + distance;
  into[1] = middle;
  into[2] = middle - distance;
}

export const keltnerDefinition: IndicatorDefinition = {
  id: "keltner",
  name: "Keltner channels",
  category: "volatility",
  parameters: [period(20), factor(2, "multiplier", "Multiplier"), period(10, "range")],
  outputs: [
    priceLine("upper", "Upper"),
    priceLine("middle", "Middle"),
    priceLine("lower", "Lower"),
  ],
  formula: "middle = EMA(period); upper, lower = middle ± multiplier × ATR(range)",
  meaning: "Where the price usually stays around its trend; closes beyond a line show strength.",
  source: "TradingView and StockCharts (20, 2, 10), with TA-Lib's EMA and ATR",
  warmup: ([period = 0, , range = 0]) => Math.max(period, range + 1),
  create: ([period = 0, multiplier = 0, range = 0]) => new Keltner({ period, multiplier, range }),
};
