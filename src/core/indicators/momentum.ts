/**
 * Momentum of the close.
 *
 * Formula: MOM = close − close₋ₙ. Unit: price. Range: any. Warm-up: period + 1. Cost: constant.
 * Source: TA-Lib `MOM`, TradingView `ta.mom`; no library differs.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingWindow } from "./rolling-window.ts";

export class Momentum implements Indicator {
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
    if (this.#outputs.advance()) this.values[0] = candle.close - before;
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#outputs.nextIsReady ? candle.close - this.#closes.oldest : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#closes]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#closes], state);
  }
}

export const momentumDefinition: IndicatorDefinition = {
  id: "momentum",
  name: "Momentum",
  category: "momentum",
  parameters: [period(10)],
  outputs: [paneLine({ id: "value", name: "Momentum", unit: "price" })],
  formula: "momentum = close − close `period` candles before",
  meaning: "By how much the price is higher or lower than `period` candles ago.",
  source: "TA-Lib MOM",
  warmup: ([period = 0]) => period + 1,
  create: ([period = 0]) => new Momentum(period),
};
