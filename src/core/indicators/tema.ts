/**
 * Triple exponential moving average of the close.
 *
 * Formula: TEMA = 3 × EMA − 3 × EMA of EMA + EMA of EMA of EMA, each seeded by the mean of its first
 * `period` inputs. Unit: price. Range: none, it overshoots. Warm-up: 3 × period − 2. Cost: constant.
 * Source: Patrick Mulloy 1994; TA-Lib `TEMA`. Libraries that start their EMA from the first close
 * (indicatorts, trading-signals, @ixjb94) agree once that start has faded.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import { EmaCascade } from "./ema-cascade.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";

export class Tema implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #cascade: EmaCascade;

  constructor(period: number) {
    this.#outputs = new Outputs(EmaCascade.warmup(period, 3), 1);
    this.#cascade = new EmaCascade(period, 3);
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
    return 3 * ((levels[0] ?? 0) - (levels[1] ?? 0)) + (levels[2] ?? 0);
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#cascade]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#cascade], state);
  }
}

export const temaDefinition: IndicatorDefinition = {
  id: "tema",
  name: "Triple exponential moving average",
  category: "trend",
  parameters: [period(20)],
  outputs: [priceLine("value", "TEMA")],
  formula: "TEMA = 3 × EMA − 3 × EMA(EMA) + EMA(EMA(EMA))",
  meaning: "An exponential average with nearly all of its lag taken out.",
  source: "TA-Lib TEMA; indicatorts and trading-signals start from the first close instead",
  warmup: ([period = 0]) => EmaCascade.warmup(period, 3),
  create: ([period = 0]) => new Tema(period),
};
