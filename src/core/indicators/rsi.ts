/**
 * Relative strength index of the close.
 *
 * Formula: RSI = 100 × G ÷ (G + L), G and L being Wilder's averages (the first one the plain mean
 * of `period` changes, then 1 ÷ period of the new) of the rises and of the falls between closes.
 * Unit: number. Range: 0 to 100; 0 when nothing has moved at all, as TA-Lib has it (TradingView
 * says 100 there). Warm-up: `period` + 1. Cost: constant. Source: Wilder 1978; TA-Lib `RSI`, which also
 * says 0 when both averages have shrunk below 1e-14, whatever the price; here the ratio stays.
 * technicalindicators rounds to two decimals; others agree from their own seeding on.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { WilderMoves } from "./wilder-moves.ts";

export class Rsi implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(1).fill(Number.NaN);
  readonly #moves: WilderMoves;

  constructor(period: number) {
    this.warmup = period + 1;
    this.#moves = new WilderMoves(period);
  }

  push(candle: Candle): void {
    this.#moves.push(candle.close);
    this.values[0] = this.#moves.strength();
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#moves.peekStrength(candle.close);
  }

  snapshot(): number[] {
    return writeState([this.#moves], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#moves], state, this.values);
  }
}

export const rsiDefinition: IndicatorDefinition = {
  id: "rsi",
  name: "Relative strength index",
  category: "momentum",
  parameters: [period(14)],
  outputs: [paneLine({ id: "value", name: "RSI", unit: "number", min: 0, max: 100 })],
  formula: "RSI = 100 × average rise ÷ (average rise + average fall), Wilder's averages of changes",
  meaning: "How one-sided recent moves were: under 30 is called oversold, over 70 overbought.",
  source: "Wilder 1978, TA-Lib RSI (0 in a flat market); technicalindicators rounds to 2 decimals",
  warmup: ([period = 0]) => period + 1,
  create: ([period = 0]) => new Rsi(period),
};
