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
  readonly values = new Float64Array(2).fill(Number.NaN);
  readonly #highest: RollingExtreme;
  readonly #lowest: RollingExtreme;
  /** Null when %K is not smoothed. */
  readonly #smoothing: RollingMean | null;
  readonly #d: RollingMean;

  constructor({ k, d, smoothing }: StochasticPeriods) {
    this.warmup = k + smoothing + d - 2;
    this.#highest = new RollingExtreme(k, "highest");
    this.#lowest = new RollingExtreme(k, "lowest");
    this.#smoothing = smoothing === 1 ? null : new RollingMean(smoothing);
    this.#d = new RollingMean(d);
  }

  push(candle: Candle): void {
    const lowest = this.#lowest.push(candle.low);
    const raw = place(candle.close, lowest, this.#highest.push(candle.high));
    const k = this.#smoothing === null ? raw : this.#smoothing.push(raw);
    fill(this.values, k, this.#d.push(k));
  }

  peek(candle: Candle, into: Float64Array): void {
    const lowest = this.#lowest.peek(candle.low);
    const raw = place(candle.close, lowest, this.#highest.peek(candle.high));
    const k = this.#smoothing === null ? raw : this.#smoothing.peek(raw);
    fill(into, k, this.#d.peek(k));
  }

  snapshot(): number[] {
    return writeState(this.#parts(), this.values);
  }

  restore(state: readonly number[]): void {
    readState(this.#parts(), state, this.values);
  }

  #parts() {
    const parts = [this.#highest, this.#lowest, this.#d];
    return this.#smoothing === null ? parts : [...parts, this.#smoothing];
  }
}

/** Where the close lies between lowest and highest, 0 to 100. */
function place(close: number, lowest: number, highest: number): number {
  return highest === lowest ? 0 : 100 * ((close - lowest) / (highest - lowest));
}

function fill(into: Float64Array, k: number, d: number): void {
  into[0] = Number.isNaN(d) ? d : k;
  into[1] = d;
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
