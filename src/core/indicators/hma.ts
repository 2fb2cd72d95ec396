/**
 * Hull moving average of the close.
 *
 * Formula: HMA = WMA(⌊√n⌋) of (2 × WMA(⌊n ÷ 2⌋) − WMA(n)). Unit: price. Range: none, it overshoots.
 * Warm-up: n + ⌊√n⌋ − 1. Cost: constant, amortised. Source: Alan Hull; both lengths are cut to whole
 * numbers as in TradingView `ta.hma`, tulind, @ixjb94 and trading-signals (some sites round them).
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingWeightedMean } from "./rolling-weighted-mean.ts";

export class Hma implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #half: RollingWeightedMean;
  readonly #whole: RollingWeightedMean;
  readonly #smooth: RollingWeightedMean;

  constructor(period: number) {
    this.#outputs = new Outputs(hullWarmup(period), 1);
    this.#half = new RollingWeightedMean(Math.floor(period / 2));
    this.#whole = new RollingWeightedMean(period);
    this.#smooth = new RollingWeightedMean(Math.floor(Math.sqrt(period)));
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const lead = 2 * this.#half.push(candle.close) - this.#whole.push(candle.close);
    if (!this.#whole.isReady) {
      this.#outputs.advance();
      return;
    }
    const mean = this.#smooth.push(lead);
    if (this.#outputs.advance()) this.values[0] = mean;
  }

  peek(candle: Candle, into: Float64Array): void {
    const lead = 2 * this.#half.peek(candle.close) - this.#whole.peek(candle.close);
    into[0] = this.#outputs.nextIsReady ? this.#smooth.peek(lead) : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#half, this.#whole, this.#smooth]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#half, this.#whole, this.#smooth], state);
  }
}

function hullWarmup(period: number): number {
  return period + Math.floor(Math.sqrt(period)) - 1;
}

export const hmaDefinition: IndicatorDefinition = {
  id: "hma",
  name: "Hull moving average",
  category: "trend",
  parameters: [period(20, "period", 2)],
  outputs: [priceLine("value", "HMA")],
  formula: "HMA = WMA(⌊√period⌋) of (2 × WMA(⌊period ÷ 2⌋) − WMA(period))",
  meaning: "A fast and smooth trend line; it may overshoot at turns.",
  source: "Alan Hull; lengths cut to whole numbers as TradingView ta.hma and tulind do",
  warmup: ([period = 0]) => hullWarmup(period),
  create: ([period = 0]) => new Hma(period),
};
