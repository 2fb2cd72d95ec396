/**
 * Detrended price oscillator of the close.
 *
 * Formula: DPO = close ⌊n ÷ 2⌋ + 1 candles ago − SMA(n). Unit: price. Range: any. Warm-up: n, at
 * least ⌊n ÷ 2⌋ + 2. Cost: constant, amortised. Source: StockCharts; tulind, trading-signals and, for
 * even periods, @ixjb94 agree. TradingView shifts the average instead: close − SMA(n) of ⌊n ÷ 2⌋ + 1
 * candles ago.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingMean } from "./rolling-mean.ts";
import { RollingWindow } from "./rolling-window.ts";

export class Dpo implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #mean: RollingMean;
  readonly #closes: RollingWindow;

  constructor(period: number) {
    this.#outputs = new Outputs(dpoWarmup(period), 1);
    this.#mean = new RollingMean(period);
    this.#closes = new RollingWindow(distanceOf(period));
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const value = this.#closes.push(candle.close) - this.#mean.push(candle.close);
    if (this.#outputs.advance()) this.values[0] = value;
  }

  peek(candle: Candle, into: Float64Array): void {
    const value = this.#closes.oldest - this.#mean.peek(candle.close);
    into[0] = this.#outputs.nextIsReady ? value : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#mean, this.#closes]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#mean, this.#closes], state);
  }
}

function distanceOf(period: number): number {
  return Math.floor(period / 2) + 1;
}

function dpoWarmup(period: number): number {
  return Math.max(period, distanceOf(period) + 1);
}

export const dpoDefinition: IndicatorDefinition = {
  id: "dpo",
  name: "Detrended price oscillator",
  category: "momentum",
  parameters: [period(20)],
  outputs: [paneLine({ id: "value", name: "DPO", unit: "price" })],
  formula: "DPO = close ⌊period ÷ 2⌋ + 1 candles ago − SMA(period)",
  meaning: "Cycles shorter than the period, with the trend taken out; it looks back, not ahead.",
  source: "StockCharts, tulind; TradingView shifts the average instead of the close",
  warmup: ([period = 0]) => dpoWarmup(period),
  create: ([period = 0]) => new Dpo(period),
};
