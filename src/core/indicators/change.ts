/**
 * Price change in percent.
 *
 * Formula: 100 × (close − close `period` candles before) ÷ that close. Unit: percent. Range: above
 * −100. Warm-up: `period` + 1. Cost: constant. Source: TA-Lib `ROC` (which differs by rounding);
 * exchanges' "change". With 1, the change against the candle before.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingWindow } from "./rolling-window.ts";

export class Change implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #closes: RollingWindow;

  constructor(period: number) {
    this.#outputs = new Outputs(period + 1, 1);
    this.#closes = new RollingWindow(period);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const before = this.#closes.push(candle.close);
    if (this.#outputs.advance()) this.values[0] = (100 * (candle.close - before)) / before;
  }

  peek(candle: Candle, into: Float64Array): void {
    const before = this.#closes.oldest;
    into[0] = this.#outputs.nextIsReady ? (100 * (candle.close - before)) / before : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#closes]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#closes], state);
  }
}

export const changeDefinition: IndicatorDefinition = {
  id: "change",
  name: "Price change",
  category: "price",
  parameters: [period(1)],
  outputs: [paneLine({ id: "value", name: "Change", unit: "percent", min: -100 })],
  formula: "change = 100 × (close − close `period` candles before) ÷ that close",
  meaning: "By how much the price moved since that candle.",
  source: "TA-Lib ROC",
  warmup: ([period = 0]) => period + 1,
  create: ([period = 0]) => new Change(period),
};
