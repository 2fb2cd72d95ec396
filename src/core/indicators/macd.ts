/**
 * Moving average convergence/divergence of the close.
 *
 * Formula: line = EMA(fast) − EMA(slow); signal = EMA(signal) of the line; histogram = line −
 * signal. Unit: price. Range: any. Warm-up: slow + signal − 1. Cost: constant. Source: Appel;
 * TA-Lib `MACD`, whose fast EMA starts late, so that both EMAs have their first value at candle
 * `slow`: the fast one is seeded by the mean of the closes slow − fast + 1 … slow. TradingView
 * seeds each at its own start, others with the first close: the differences fade within some
 * hundred candles.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { SmoothedMean } from "./smoothed-mean.ts";

/** The three periods; `fast` < `slow`. */
export interface MacdPeriods {
  readonly fast: number;
  readonly slow: number;
  readonly signal: number;
}

export class Macd implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(3).fill(Number.NaN);
  readonly #fast: SmoothedMean;
  readonly #slow: SmoothedMean;
  readonly #signal: SmoothedMean;

  constructor({ fast, slow, signal }: MacdPeriods) {
    this.warmup = slow + signal - 1;
    this.#fast = SmoothedMean.exponential(fast, slow - fast);
    this.#slow = SmoothedMean.exponential(slow);
    this.#signal = SmoothedMean.exponential(signal);
  }

  push(candle: Candle): void {
    const line = this.#fast.push(candle.close) - this.#slow.push(candle.close);
    fill(this.values, line, this.#signal.push(line));
  }

  peek(candle: Candle, into: Float64Array): void {
    const line = this.#fast.peek(candle.close) - this.#slow.peek(candle.close);
    fill(into, line, this.#signal.peek(line));
  }

  snapshot(): number[] {
    return writeState([this.#fast, this.#slow, this.#signal], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#fast, this.#slow, this.#signal], state, this.values);
  }
}

function fill(into: Float64Array, line: number, signal: number): void {
  into[0] = Number.isNaN(signal) ? signal : line;
  into[1] = signal;
  into[2] = line - signal;
}

export const macdDefinition: IndicatorDefinition = {
  id: "macd",
  name: "Moving average convergence/divergence",
  category: "momentum",
  parameters: [period(12, "fast"), period(26, "slow"), period(9, "signal")],
  outputs: [
    paneLine({ id: "line", name: "MACD", unit: "price" }),
    paneLine({ id: "signal", name: "Signal", unit: "price" }),
    paneLine({ id: "histogram", name: "Histogram", unit: "price", style: "histogram" }),
  ],
  formula:
    "line = EMA(fast) − EMA(slow); signal = EMA(signal) of the line; histogram = line − signal",
  meaning: "Whether the faster trend pulls away from the slower one, and whether that gains force.",
  source:
    "Appel; TA-Lib MACD, whose fast EMA starts slow − fast candles late; TradingView's does not",
  warmup: ([, slow = 0, signal = 0]) => slow + signal - 1,
  create: ([fast = 0, slow = 0, signal = 0]) => new Macd({ fast, slow, signal }),
  conflict: ([fast = 0, slow = 0]) =>
    fast < slow ? null : "the fast period must be less than the slow one",
};
