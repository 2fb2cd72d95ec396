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
import { RollingWindow } from "./rolling-window.ts";

export class Change implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(1).fill(Number.NaN);
  readonly #closes: RollingWindow;

  constructor(period: number) {
    this.warmup = period + 1;
    this.#closes = new RollingWindow(period);
  }

  push(candle: Candle): void {
    const before = this.#closes.push(candle.close);
    this.values[0] = (100 * (candle.close - before)) / before;
  }

  peek(candle: Candle, into: Float64Array): void {
    const before = this.#closes.oldest;
    into[0] = (100 * (candle.close - before)) / before;
  }

  snapshot(): number[] {
    return writeState([this.#closes], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#closes], state, this.values);
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
