/**
 * Williams %R: how far the close lies below the top of the recent range.
 *
 * Formula: %R = −100 × (H − close) ÷ (H − L), H and L being the highest high and lowest low of the last
 * `period` candles; 0 when they are equal. Unit: number. Range: −100 to 0. Warm-up: `period`. Cost:
 * constant, amortised. Source: Larry Williams; TA-Lib `WILLR`; all libraries agree where H > L.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingExtreme } from "./rolling-extreme.ts";

export class WilliamsR implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #highest: RollingExtreme;
  readonly #lowest: RollingExtreme;

  constructor(period: number) {
    this.#outputs = new Outputs(period, 1);
    this.#highest = new RollingExtreme(period, "highest");
    this.#lowest = new RollingExtreme(period, "lowest");
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push({ high, low, close }: Candle): void {
    const value = place(close, this.#highest.push(high), this.#lowest.push(low));
    if (this.#outputs.advance()) this.values[0] = value;
  }

  peek({ high, low, close }: Candle, into: Float64Array): void {
    const value = place(close, this.#highest.peek(high), this.#lowest.peek(low));
    into[0] = this.#outputs.nextIsReady ? value : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#highest, this.#lowest]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#highest, this.#lowest], state);
  }
}

function place(close: number, highest: number, lowest: number): number {
  const range = highest - lowest;
  return range > 0 ? 100 * ((close - highest) / range) : 0;
}

export const williamsRDefinition: IndicatorDefinition = {
  id: "williams_r",
  name: "Williams %R",
  category: "momentum",
  parameters: [period(14)],
  outputs: [paneLine({ id: "value", name: "%R", unit: "number", min: -100, max: 0 })],
  formula: "%R = −100 × (highest high − close) ÷ (highest high − lowest low)",
  meaning: "Where the close lies in the recent range: above −20 is overbought, below −80 oversold.",
  source: "Williams, TA-Lib WILLR",
  warmup: ([period = 0]) => period,
  create: ([period = 0]) => new WilliamsR(period),
};
