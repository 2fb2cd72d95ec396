/**
 * Donchian channels.
 *
 * Formula: upper = highest high, lower = lowest low of the last `period` candles, this one among them;
 * middle = their mean. Unit: price. Range: lower ≤ middle ≤ upper. Warm-up: `period`. Cost: constant,
 * amortised. Source: Richard Donchian; TradingView, trading-signals, TA-Lib's `MAX` of highs and
 * `MIN` of lows. Since the window holds this candle, a close never exceeds the channel: a breakout is
 * a close beyond the channel of the candle before. indicatorts takes closes instead of highs and lows.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingExtreme } from "./rolling-extreme.ts";

export class Donchian implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #highest: RollingExtreme;
  readonly #lowest: RollingExtreme;

  constructor(period: number) {
    this.#outputs = new Outputs(period, 3);
    this.#highest = new RollingExtreme(period, "highest");
    this.#lowest = new RollingExtreme(period, "lowest");
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const upper = this.#highest.push(candle.high);
    const lower = this.#lowest.push(candle.low);
    if (this.#outputs.advance()) fill(this.values, upper, lower);
  }

  peek(candle: Candle, into: Float64Array): void {
    if (!this.#outputs.nextIsReady) into.fill(Number.NaN);
    else fill(into, this.#highest.peek(candle.high), this.#lowest.peek(candle.low));
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#highest, this.#lowest]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#highest, this.#lowest], state);
  }
}

function fill(into: Float64Array, upper: number, lower: number): void {
  into[0] = upper;
  into[1] = (upper + lower) / 2;
  into[2] = lower;
}

export const donchianDefinition: IndicatorDefinition = {
  id: "donchian",
  name: "Donchian channels",
  category: "volatility",
  parameters: [period(20)],
  outputs: [
    priceLine("upper", "Upper"),
    priceLine("middle", "Middle"),
    priceLine("lower", "Lower"),
  ],
  formula: "upper = highest high, lower = lowest low of period candles; middle = their mean",
  meaning:
    "The recent range. It holds this candle, so a breakout is a close beyond the channel of the candle before.",
  source: "Donchian, TradingView, TA-Lib MAX and MIN; indicatorts takes closes",
  warmup: ([period = 0]) => period,
  create: ([period = 0]) => new Donchian(period),
};
