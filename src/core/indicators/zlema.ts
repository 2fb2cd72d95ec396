/**
 * Zero-lag exponential moving average of the close.
 *
 * Formula: EMA(n) of (2 × close − close ⌊(n − 1) ÷ 2⌋ candles ago), seeded by the mean of its first n inputs.
 * Unit: price. Range: none, it overshoots. Warm-up: n + ⌊(n − 1) ÷ 2⌋. Cost: constant.
 * Source: John Ehlers and Ric Way. trading-signals, tulind and @ixjb94 compute the same inputs but
 * start the average from the first one; they agree once that start has faded.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingWindow } from "./rolling-window.ts";
import { SmoothedMean } from "./smoothed-mean.ts";

export class Zlema implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #lag: number;
  /** The last `lag` closes, at least one. */
  readonly #closes: RollingWindow;
  readonly #mean: SmoothedMean;

  constructor(period: number) {
    this.#lag = lagOf(period);
    this.#outputs = new Outputs(period + this.#lag, 1);
    this.#closes = new RollingWindow(Math.max(1, this.#lag));
    this.#mean = SmoothedMean.exponential(period, this.#lag);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const mean = this.#mean.push(this.#ahead(candle.close));
    this.#closes.push(candle.close);
    if (this.#outputs.advance()) this.values[0] = mean;
  }

  peek(candle: Candle, into: Float64Array): void {
    const mean = this.#mean.peek(this.#ahead(candle.close));
    into[0] = this.#outputs.nextIsReady ? mean : Number.NaN;
  }

  #ahead(close: number): number {
    return this.#lag === 0 ? close : close + (close - this.#closes.oldest);
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#closes, this.#mean]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#closes, this.#mean], state);
  }
}

function lagOf(period: number): number {
  return Math.floor((period - 1) / 2);
}

export const zlemaDefinition: IndicatorDefinition = {
  id: "zlema",
  name: "Zero-lag exponential moving average",
  category: "trend",
  parameters: [period(20)],
  outputs: [priceLine("value", "ZLEMA")],
  formula: "ZLEMA = EMA of (2 × close − close ⌊(period − 1) ÷ 2⌋ candles ago)",
  meaning: "An exponential average of prices carried ahead by their own recent move.",
  source: "Ehlers and Way; trading-signals and tulind start from the first input instead",
  warmup: ([period = 0]) => period + lagOf(period),
  create: ([period = 0]) => new Zlema(period),
};
