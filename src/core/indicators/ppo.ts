/**
 * Percentage price oscillator of the close.
 *
 * Formula: line = 100 × (EMA(fast) − EMA(slow)) ÷ EMA(slow); signal = EMA(signal) of the line;
 * histogram = line − signal. Unit: percent. Range: any. Warm-up: slow + signal − 1. Cost: constant.
 * Source: Appel; TA-Lib `PPO` with exponential averages, each seeded by its own first closes (in
 * TA-Lib's MACD the fast one starts late). TA-Lib's own default is simple averages; TradingView,
 * StockCharts and every other library take exponential ones, so does Outcry. Libraries that start
 * from the first close agree once that start has faded.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { SmoothedMean } from "./smoothed-mean.ts";

/** The three periods; `fast` < `slow`. */
export interface PpoPeriods {
  readonly fast: number;
  readonly slow: number;
  readonly signal: number;
}

export class Ppo implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #fast: SmoothedMean;
  readonly #slow: SmoothedMean;
  readonly #signal: SmoothedMean;

  constructor({ fast, slow, signal }: PpoPeriods) {
    this.#outputs = new Outputs(slow + signal - 1, 3);
    this.#fast = SmoothedMean.exponential(fast);
    this.#slow = SmoothedMean.exponential(slow);
    this.#signal = SmoothedMean.exponential(signal, slow - 1);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const slow = this.#slow.push(candle.close);
    const line = 100 * ((this.#fast.push(candle.close) - slow) / slow);
    const signal = this.#signal.push(line);
    if (this.#outputs.advance()) fill(this.values, line, signal);
  }

  peek(candle: Candle, into: Float64Array): void {
    const slow = this.#slow.peek(candle.close);
    const line = 100 * ((this.#fast.peek(candle.close) - slow) / slow);
    if (this.#outputs.nextIsReady) fill(into, line, this.#signal.peek(line));
    else into.fill(Number.NaN);
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#fast, this.#slow, this.#signal]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#fast, this.#slow, this.#signal], state);
  }
}

function fill(into: Float64Array, line: number, signal: number): void {
  into[0] = line;
  into[1] = signal;
  into[2] = line - signal;
}

export const ppoDefinition: IndicatorDefinition = {
  id: "ppo",
  name: "Percentage price oscillator",
  category: "momentum",
  parameters: [period(12, "fast"), period(26, "slow"), period(9, "signal")],
  outputs: [
    paneLine({ id: "line", name: "PPO", unit: "percent" }),
    paneLine({ id: "signal", name: "Signal", unit: "percent" }),
    paneLine({ id: "histogram", name: "Histogram", unit: "percent", style: "histogram" }),
  ],
  formula:
    "line = 100 × (EMA(fast) − EMA(slow)) ÷ EMA(slow); signal = EMA(signal) of the line; histogram = line − signal",
  meaning: "MACD in percent of the price, so that instruments can be compared.",
  source: "TA-Lib PPO with exponential averages (TA-Lib's default is simple ones)",
  warmup: ([, slow = 0, signal = 0]) => slow + signal - 1,
  create: ([fast = 0, slow = 0, signal = 0]) => new Ppo({ fast, slow, signal }),
  conflict: ([fast = 0, slow = 0]) =>
    fast < slow ? null : "the fast period must be less than the slow one",
};
