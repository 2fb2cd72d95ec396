/**
 * Stochastic oscillator.
 *
 * Formula: raw = 100 × (close − L) ÷ (H − L), H and L being the highest high and lowest low of the
 * last `k` candles, and 0 when they are equal; %K = SMA(smoothing) of raw; %D = SMA(d) of %K.
 * The default (14, 3, 1) is the fast stochastic 14/3; (14, 3, 3) is the slow one.
 * Unit: number. Range: 0 to 100. Warm-up: k + smoothing + d − 2, for both outputs. Cost: constant,
 * amortised. Source: Lane; TA-Lib `STOCH(k, smoothing, d)` with simple averages, and `STOCHF` when
 * smoothing is 1 (TA-Lib exceeds 100 by rounding, this does not); TradingView has no value when H = L.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingExtreme } from "./rolling-extreme.ts";
import { RollingMean } from "./rolling-mean.ts";

/** The window of highs and lows, the average of %K that is %D, and the one inside %K. */
export interface StochasticPeriods {
  readonly k: number;
  readonly d: number;
  readonly smoothing: number;
}

export class Stochastic implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #highest: RollingExtreme;
  readonly #lowest: RollingExtreme;
  readonly #k: RollingMean;
  readonly #d: RollingMean;

  constructor({ k, d, smoothing }: StochasticPeriods) {
    this.#outputs = new Outputs(k + smoothing + d - 2, 2);
    this.#highest = new RollingExtreme(k, "highest");
    this.#lowest = new RollingExtreme(k, "lowest");
    this.#k = new RollingMean(smoothing);
    this.#d = new RollingMean(d);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const lowest = this.#lowest.push(candle.low);
    const range = this.#highest.push(candle.high) - lowest;
    const k = this.#k.push(range > 0 ? 100 * ((candle.close - lowest) / range) : 0);
    const d = this.#d.push(k);
    if (!this.#outputs.advance()) return;
    this.values[0] = k;
    this.values[1] = d;
  }

  peek(candle: Candle, into: Float64Array): void {
    const lowest = this.#lowest.peek(candle.low);
    const range = this.#highest.peek(candle.high) - lowest;
    const k = this.#k.peek(range > 0 ? 100 * ((candle.close - lowest) / range) : 0);
    into[0] = this.#outputs.nextIsReady ? k : Number.NaN;
    into[1] = this.#outputs.nextIsReady ? this.#d.peek(k) : Number.NaN;
  }

  snapshot(): number[] {
    return writeState(this.#parts());
  }

  restore(state: readonly number[]): void {
    readState(this.#parts(), state);
  }

  #parts() {
    return [this.#outputs, this.#highest, this.#lowest, this.#k, this.#d];
  }
}

export const stochasticDefinition: IndicatorDefinition = {
  id: "stochastic",
  name: "Stochastic oscillator",
  category: "momentum",
  parameters: [period(14, "k"), period(3, "d"), period(1, "smoothing")],
  outputs: [
    paneLine({ id: "k", name: "%K", unit: "number", min: 0, max: 100 }),
    paneLine({ id: "d", name: "%D", unit: "number", min: 0, max: 100 }),
  ],
  formula:
    "%K = SMA(smoothing) of 100 × (close − lowest low) ÷ (highest high − lowest low) over k candles; %D = SMA(d) of %K",
  meaning: "Where the close lies in the recent range: 0 at its bottom, 100 at its top.",
  source: "Lane; TA-Lib STOCHF when smoothing is 1, else STOCH (0 when the range is empty)",
  warmup: ([k = 0, d = 0, smoothing = 0]) => k + smoothing + d - 2,
  create: ([k = 0, d = 0, smoothing = 0]) => new Stochastic({ k, d, smoothing }),
};
