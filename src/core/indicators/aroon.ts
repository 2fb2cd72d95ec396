/**
 * Aroon: how long ago the highest high and the lowest low were.
 *
 * Formula: up = 100 × (n − candles since the highest high) ÷ n over the last n + 1 candles, of equal
 * highs the latest; down likewise with lows; oscillator = up − down. Unit: percent. Range: 0 to 100,
 * oscillator −100 to 100. Warm-up: n + 1. Cost: constant while the extreme stays in the window, n
 * comparisons when it leaves. Source: Tushar Chande 1995; TA-Lib `AROON` and `AROONOSC`, TradingView,
 * trading-signals, @ixjb94. indicatorts counts since the window's
 * extreme last changed and differs for good.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingExtremeAge } from "./rolling-extreme-age.ts";

export class Aroon implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #period: number;
  readonly #outputs: Outputs;
  readonly #highest: RollingExtremeAge;
  readonly #lowest: RollingExtremeAge;

  constructor(period: number) {
    this.#period = period;
    this.#outputs = new Outputs(period + 1, 3);
    this.#highest = new RollingExtremeAge(period + 1, "highest");
    this.#lowest = new RollingExtremeAge(period + 1, "lowest");
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const sinceHigh = this.#highest.push(candle.high);
    const sinceLow = this.#lowest.push(candle.low);
    if (this.#outputs.advance()) this.#fill(this.values, sinceHigh, sinceLow);
  }

  peek(candle: Candle, into: Float64Array): void {
    if (!this.#outputs.nextIsReady) into.fill(Number.NaN);
    else this.#fill(into, this.#highest.peek(candle.high), this.#lowest.peek(candle.low));
  }

  #fill(into: Float64Array, sinceHigh: number, sinceLow: number): void {
    into[0] = (100 * (this.#period - sinceHigh)) / this.#period;
    into[1] = (100 * (this.#period - sinceLow)) / this.#period;
    into[2] = (100 * (sinceLow - sinceHigh)) / this.#period;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#highest, this.#lowest]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#highest, this.#lowest], state);
  }
}

export const aroonDefinition: IndicatorDefinition = {
  id: "aroon",
  name: "Aroon",
  category: "trend",
  parameters: [period(14)],
  outputs: [
    paneLine({ id: "up", name: "Aroon up", unit: "percent", min: 0, max: 100 }),
    paneLine({ id: "down", name: "Aroon down", unit: "percent", min: 0, max: 100 }),
    paneLine({ id: "oscillator", name: "Oscillator", unit: "percent", min: -100, max: 100 }),
  ],
  formula:
    "up = 100 × (period − candles since the highest high) ÷ period; down with lows; oscillator = up − down",
  meaning: "Whether new highs or new lows are the more recent: 100 is now, 0 is long ago.",
  source: "Chande 1995, TA-Lib AROON; indicatorts counts since the extreme last changed",
  warmup: ([period = 0]) => period + 1,
  create: ([period = 0]) => new Aroon(period),
};
