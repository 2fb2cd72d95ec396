/**
 * Heikin-Ashi candles.
 *
 * Formula: close = (open + high + low + close) ÷ 4 of the candle; open = mean of the Heikin-Ashi open and
 * close before, first that of the candle's own open and close; high and low = the extremes of the
 * candle's and of these two. Unit: price. Range: low ≤ open, close ≤ high. Warm-up: 1, though the
 * first open fades over some ten candles. Cost: constant. Source: TradingView; trading libraries
 * agree (technicalindicators). These are not prices at which anything was traded.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";

export class HeikinAshi implements Indicator {
  readonly warmup = 1;
  /** Also the memory: the next open is the mean of this open and close; NaN before the first candle. */
  readonly values: Float64Array;
  readonly #outputs = new Outputs(1, 4);

  constructor() {
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    this.peek(candle, this.values);
    this.#outputs.advance();
  }

  peek(candle: Candle, into: Float64Array): void {
    const before = ((this.values[0] ?? 0) + (this.values[3] ?? 0)) / 2;
    const open = Number.isNaN(before) ? (candle.open + candle.close) / 2 : before;
    const close = (candle.open + candle.high + candle.low + candle.close) / 4;
    into[0] = open;
    into[1] = Math.max(candle.high, open, close);
    into[2] = Math.min(candle.low, open, close);
    into[3] = close;
  }

  snapshot(): number[] {
    return writeState([this.#outputs]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs], state);
  }
}

export const heikinAshiDefinition: IndicatorDefinition = {
  id: "heikin_ashi",
  name: "Heikin-Ashi",
  category: "price",
  parameters: [],
  outputs: [
    priceLine("open", "Open"),
    priceLine("high", "High"),
    priceLine("low", "Low"),
    priceLine("close", "Close"),
  ],
  formula: "close = mean of the four prices; open = mean of the Heikin-Ashi open and close before",
  meaning:
    "Smoothed candles: a run of one colour is a trend. They are not prices that could be traded.",
  source: "TradingView, technicalindicators",
  warmup: () => 1,
  create: () => new HeikinAshi(),
};
