/**
 * Double exponential moving average of the close.
 *
 * Formula: DEMA = 2 × EMA − EMA of EMA, each seeded by the mean of its first `period` inputs. Unit: price.
 * Range: none, it overshoots. Warm-up: 2 × period − 1. Cost: constant.
 * Source: Patrick Mulloy 1994; TA-Lib `DEMA`. Libraries that start their EMA from the first close
 * (indicatorts, trading-signals, @ixjb94) agree once that start has faded.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import { EmaCascade } from "./ema-cascade.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";

export class Dema implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #cascade: EmaCascade;

  constructor(period: number) {
    this.#outputs = new Outputs(EmaCascade.warmup(period, 2), 1);
    this.#cascade = new EmaCascade(period, 2);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    this.#cascade.push(candle.close);
    if (this.#outputs.advance()) this.values[0] = this.#combined();
  }

  peek(candle: Candle, into: Float64Array): void {
    this.#cascade.peek(candle.close);
    into[0] = this.#outputs.nextIsReady ? this.#combined() : Number.NaN;
  }

  #combined(): number {
    const levels = this.#cascade.levels;
    return 2 * (levels[0] ?? 0) - (levels[1] ?? 0);
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#cascade]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#cascade], state);
  }
}

export const demaDefinition: IndicatorDefinition = {
  id: "dema",
  name: "Double exponential moving average",
  category: "trend",
  parameters: [period(20)],
  outputs: [priceLine("value", "DEMA")],
  formula: "DEMA = 2 × EMA − EMA(EMA)",
  meaning: "An exponential average with most of its lag taken out.",
  source: "TA-Lib DEMA; indicatorts and trading-signals start from the first close instead",
  warmup: ([period = 0]) => EmaCascade.warmup(period, 2),
  create: ([period = 0]) => new Dema(period),
};
