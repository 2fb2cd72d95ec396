/**
 * The volume against its own average.
 *
 * Formula: volume ÷ SMA(period) of the volume, the candle itself included; 0 when nothing traded in
 * the whole window. Unit: number (1 is usual). Range: 0 to `period`. Warm-up: `period`. Cost:
 * constant, amortised. Source: TradingView's relative volume without a time-of-day profile; TA-Lib
 * has none (checked against its `SMA` of the volume).
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { RollingMean } from "./rolling-mean.ts";

export class VolumeRatio implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(1).fill(Number.NaN);
  readonly #mean: RollingMean;

  constructor(period: number) {
    this.warmup = period;
    this.#mean = new RollingMean(period);
  }

  push(candle: Candle): void {
    const mean = this.#mean.push(candle.volume);
    this.values[0] = mean === 0 ? 0 : candle.volume / mean;
  }

  peek(candle: Candle, into: Float64Array): void {
    const mean = this.#mean.peek(candle.volume);
    into[0] = mean === 0 ? 0 : candle.volume / mean;
  }

  snapshot(): number[] {
    return writeState([this.#mean], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#mean], state, this.values);
  }
}

export const volumeRatioDefinition: IndicatorDefinition = {
  id: "volume_ratio",
  name: "Volume ratio",
  category: "volume",
  parameters: [period(20)],
  outputs: [paneLine({ id: "value", name: "Volume ratio", unit: "number", min: 0 })],
  formula: "volume ratio = volume ÷ SMA(period) of the volume",
  meaning: "How busy the candle was: 2 is twice the usual volume, 0.5 half of it.",
  source: "relative volume as on TradingView, without its time-of-day profile",
  warmup: ([period = 0]) => period,
  create: ([period = 0]) => new VolumeRatio(period),
};
