/**
 * Simple moving average of the volume.
 *
 * Formula: the sum of the last `period` volumes ÷ `period`. Unit: volume (base asset). Range: ≥ 0.
 * Warm-up: `period`. Cost: constant, amortised. Source: TA-Lib `SMA` of the volume; no library
 * differs. A huge volume that has left the window leaves no trace.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { RollingMean } from "./rolling-mean.ts";

export class VolumeSma implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(1).fill(Number.NaN);
  readonly #mean: RollingMean;

  constructor(period: number) {
    this.warmup = period;
    this.#mean = new RollingMean(period);
  }

  push(candle: Candle): void {
    this.values[0] = this.#mean.push(candle.volume);
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#mean.peek(candle.volume);
  }

  snapshot(): number[] {
    return writeState([this.#mean], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#mean], state, this.values);
  }
}

export const volumeSmaDefinition: IndicatorDefinition = {
  id: "volume_sma",
  name: "Average volume",
  category: "volume",
  parameters: [period(20)],
  outputs: [
    {
      id: "value",
      name: "Average volume",
      unit: "volume",
      min: 0,
      max: null,
      placement: "volume",
      style: "line",
    },
  ],
  formula: "volume SMA = sum of the last `period` volumes ÷ period",
  meaning: "What usually trades in one candle.",
  source: "TA-Lib SMA of the volume; no library differs",
  warmup: ([period = 0]) => period,
  create: ([period = 0]) => new VolumeSma(period),
};
