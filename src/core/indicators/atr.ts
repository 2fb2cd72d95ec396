/**
 * Average true range.
 *
 * Formula: Wilder's average of the true range, which is max(high, close₋₁) − min(low, close₋₁): the
 * first value is the mean of `period` true ranges, then ATR = ATR₋₁ + (range − ATR₋₁) ÷ period.
 * Unit: price. Range: ≥ 0. Warm-up: `period` + 1 (the first candle has no close before it). Cost:
 * constant. Source: Wilder 1978; TA-Lib `ATR`. TradingView and trading-signals count the first
 * candle's high − low as a true range; indicatorts averages plainly and differs for good.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { TrueRangeMean } from "./true-range.ts";

export class Atr implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(1).fill(Number.NaN);
  readonly #mean: TrueRangeMean;

  constructor(period: number) {
    this.warmup = period + 1;
    this.#mean = new TrueRangeMean(period);
  }

  push(candle: Candle): void {
    this.values[0] = this.#mean.push(candle);
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#mean.peek(candle);
  }

  snapshot(): number[] {
    return writeState([this.#mean], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#mean], state, this.values);
  }
}

export const atrDefinition: IndicatorDefinition = {
  id: "atr",
  name: "Average true range",
  category: "volatility",
  parameters: [period(14)],
  outputs: [paneLine({ id: "value", name: "ATR", unit: "price", min: 0 })],
  formula: "ATR = Wilder's average of max(high, close₋₁) − min(low, close₋₁)",
  meaning: "How far the price moves in one candle, gaps included, whatever the direction.",
  source: "Wilder 1978, TA-Lib ATR; TradingView also counts the first candle's high − low",
  warmup: ([period = 0]) => period + 1,
  create: ([period = 0]) => new Atr(period),
};
