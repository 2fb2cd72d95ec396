/**
 * Classic pivot levels of a candle, for the one that follows.
 *
 * Formula: pivot P = (high + low + close) ÷ 3; R1 = 2P − low, S1 = 2P − high; R2 = P + (high − low),
 * S2 = P − (high − low); R3 = high + 2 × (P − low), S3 = low − 2 × (high − P). Unit: price. Range: S3 ≤ S2 ≤ S1
 * ≤ P ≤ R1 ≤ R2 ≤ R3. Warm-up: 1. Cost: constant. On daily candles these are the daily pivots: a
 * rule on another timeframe reads the last closed day's with `@1d`, and they hold until the next
 * UTC midnight. Source: floor traders' levels; TradingView's "traditional" ones to R3.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { typicalPrice } from "./typical-price.ts";

export class Pivots implements Indicator {
  readonly warmup = 1;
  readonly values: Float64Array;
  readonly #outputs = new Outputs(1, 7);

  constructor() {
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    this.peek(candle, this.values);
    this.#outputs.advance();
  }

  peek(candle: Candle, into: Float64Array): void {
    const { high, low } = candle;
    const pivot = typicalPrice(candle);
    const range = high - low;
    into[0] = pivot;
    into[1] = pivot + (pivot - low);
    into[2] = pivot + range;
    into[3] = high + 2 * (pivot - low);
    into[4] = pivot - (high - pivot);
    into[5] = pivot - range;
    into[6] = low - 2 * (high - pivot);
  }

  snapshot(): number[] {
    return writeState([this.#outputs]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs], state);
  }
}

export const pivotsDefinition: IndicatorDefinition = {
  id: "pivots",
  name: "Pivot levels",
  category: "price",
  parameters: [],
  outputs: [
    priceLine("pivot", "Pivot"),
    priceLine("r1", "R1"),
    priceLine("r2", "R2"),
    priceLine("r3", "R3"),
    priceLine("s1", "S1"),
    priceLine("s2", "S2"),
    priceLine("s3", "S3"),
  ],
  formula:
    "P = (high + low + close) ÷ 3; R1 = 2P − low, S1 = 2P − high; R2, S2 = P ± (high − low); R3 = high + 2 (P − low), S3 = low − 2 (high − P)",
  meaning: "Levels that the closed candle sets for the next one; those of 1d are the daily pivots.",
  source: "Floor traders' classic levels, TradingView's traditional ones",
  warmup: () => 1,
  create: () => new Pivots(),
};
