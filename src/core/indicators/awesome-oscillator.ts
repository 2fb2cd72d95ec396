/**
 * Awesome oscillator.
 *
 * Formula: AO = SMA(fast) − SMA(slow) of (high + low) ÷ 2. Unit: price. Range: any. Warm-up: `slow`. Cost:
 * constant, amortised. Source: Bill Williams (5 and 34 candles); TradingView, technicalindicators,
 * tulind, trading-signals, indicatorts agree; so do TA-Lib's `SMA`s of the median price.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingMean } from "./rolling-mean.ts";

export class AwesomeOscillator implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #fast: RollingMean;
  readonly #slow: RollingMean;

  constructor(fast: number, slow: number) {
    this.#outputs = new Outputs(slow, 1);
    this.#fast = new RollingMean(fast);
    this.#slow = new RollingMean(slow);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push({ high, low }: Candle): void {
    const median = (high + low) / 2;
    const value = this.#fast.push(median) - this.#slow.push(median);
    if (this.#outputs.advance()) this.values[0] = value;
  }

  peek({ high, low }: Candle, into: Float64Array): void {
    const median = (high + low) / 2;
    const value = this.#fast.peek(median) - this.#slow.peek(median);
    into[0] = this.#outputs.nextIsReady ? value : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#fast, this.#slow]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#fast, this.#slow], state);
  }
}

export const awesomeOscillatorDefinition: IndicatorDefinition = {
  id: "awesome",
  name: "Awesome oscillator",
  category: "momentum",
  parameters: [period(5, "fast"), period(34, "slow")],
  outputs: [
    paneLine({ id: "value", name: "Awesome oscillator", unit: "price", style: "histogram" }),
  ],
  formula: "AO = SMA(fast) − SMA(slow) of (high + low) ÷ 2",
  meaning: "Whether the market of the last few candles is stronger than that of the last many.",
  source: "Bill Williams; all libraries agree",
  warmup: ([, slow = 0]) => slow,
  create: ([fast = 0, slow = 0]) => new AwesomeOscillator(fast, slow),
  conflict: ([fast = 0, slow = 0]) =>
    fast < slow ? null : "the fast period must be less than the slow one",
};
