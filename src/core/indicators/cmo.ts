/**
 * Chande momentum oscillator of the close.
 *
 * Formula: CMO = 100 × (G − L) ÷ (G + L), G and L being Wilder's averages of rises and falls; 0 where
 * nothing moved. So it is 2 × RSI − 100. Unit: number. Range: −100 to 100. Warm-up: period + 1.
 * Cost: constant. Source: TA-Lib `CMO`. Chande 1994, TradingView, tulind and trading-signals add the
 * last `period` rises and falls plainly instead: they share the first value and differ for good.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { WilderMoves } from "./wilder-moves.ts";

export class Cmo implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #moves: WilderMoves;

  constructor(period: number) {
    this.#outputs = new Outputs(period + 1, 1);
    this.#moves = new WilderMoves(period);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    this.#moves.push(candle.close);
    if (this.#outputs.advance()) this.values[0] = this.#moves.balance();
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#moves.peekBalance(candle.close);
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#moves]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#moves], state);
  }
}

export const cmoDefinition: IndicatorDefinition = {
  id: "cmo",
  name: "Chande momentum oscillator",
  category: "momentum",
  parameters: [period(14)],
  outputs: [paneLine({ id: "value", name: "CMO", unit: "number", min: -100, max: 100 })],
  formula: "CMO = 100 × (G − L) ÷ (G + L), Wilder's averages of rises and falls",
  meaning: "How one-sided recent moves were, around 0; beyond ±50 is called extreme.",
  source: "TA-Lib CMO; Chande and TradingView add plainly instead of smoothing",
  warmup: ([period = 0]) => period + 1,
  create: ([period = 0]) => new Cmo(period),
};
