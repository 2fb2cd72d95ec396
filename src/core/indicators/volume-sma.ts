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
import { Outputs } from "./outputs.ts";
import { RollingMean } from "./rolling-mean.ts";

export class VolumeSma implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #mean: RollingMean;

  constructor(period: number) {
    this.#outputs = new Outputs(period, 1);
    this.#mean = new RollingMean(period);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const mean = this.#mean.push(candle.volume);
    if (this.#outputs.advance()) this.values[0] = mean;
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#outputs.nextIsReady ? this.#mean.peek(candle.volume) : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#mean]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#mean], state);
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
