/**
 * TRIX: the one-candle rate of change of a triple exponential average of the close.
 *
 * Formula: TRIX = 100 × (T ÷ T₋₁ − 1), T = EMA of EMA of EMA, each seeded by the mean of its first
 * `period` inputs. Unit: percent. Range: none. Warm-up: 3 × period − 1. Cost: constant.
 * Source: Jack Hutson 1983; TA-Lib `TRIX`, technicalindicators, indicatorts (as a fraction). tulind,
 * @ixjb94 and trading-signals divide by T instead of T₋₁; TradingView takes the logarithm of the close
 * first and multiplies by 10,000.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import { EmaCascade } from "./ema-cascade.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";

export class Trix implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #cascade: EmaCascade;

  constructor(period: number) {
    this.#outputs = new Outputs(EmaCascade.warmup(period, 3) + 1, 1);
    this.#cascade = new EmaCascade(period, 3);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const before = this.#cascade.last;
    this.#cascade.push(candle.close);
    if (this.#outputs.advance()) this.values[0] = this.#changeFrom(before);
  }

  peek(candle: Candle, into: Float64Array): void {
    this.#cascade.peek(candle.close);
    into[0] = this.#outputs.nextIsReady ? this.#changeFrom(this.#cascade.last) : Number.NaN;
  }

  #changeFrom(before: number): number {
    const now = this.#cascade.levels[2] ?? 0;
    return (100 * (now - before)) / before;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#cascade]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#cascade], state);
  }
}

export const trixDefinition: IndicatorDefinition = {
  id: "trix",
  name: "TRIX",
  category: "momentum",
  parameters: [period(15)],
  outputs: [paneLine({ id: "value", name: "TRIX", unit: "percent" })],
  formula: "TRIX = 100 × (T ÷ T₋₁ − 1), T = EMA(EMA(EMA(close)))",
  meaning:
    "How fast a thrice smoothed price rises or falls; crossings of 0 mark turns of the trend.",
  source: "TA-Lib TRIX; trading-signals divides by T, TradingView takes logarithms × 10,000",
  warmup: ([period = 0]) => EmaCascade.warmup(period, 3) + 1,
  create: ([period = 0]) => new Trix(period),
};
