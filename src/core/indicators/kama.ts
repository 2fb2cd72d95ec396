/**
 * Kaufman's adaptive moving average of the close.
 *
 * Formula: KAMA = KAMA₋₁ + c² × (close − KAMA₋₁) with c = ER × (2 ÷ (fast + 1) − 2 ÷ (slow + 1)) + 2 ÷ (slow + 1)
 * and ER = |close − close₋ₙ| ÷ Σₙ |close − close₋₁|, which is 1 where nothing moved. The average starts
 * at the close before the first value. Unit: price. Range: within the closes seen. Warm-up: period + 1.
 * Cost: constant, amortised. Source: Perry Kaufman; TA-Lib `KAMA`, which fixes fast 2 and slow 30;
 * trading-signals and @ixjb94 agree, giving the start itself as one value more.
 * TA-Lib keeps rounding noise in its sum once a market stands still and then takes ER for 0 or 1 by chance.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, type Stateful, type StateReader, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingSum } from "./rolling-sum.ts";
import { RollingWindow } from "./rolling-window.ts";

export interface KamaParameters {
  readonly period: number;
  readonly fast: number;
  readonly slow: number;
}

export class Kama implements Indicator, Stateful {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #closes: RollingWindow;
  readonly #path: RollingSum;
  readonly #slowWeight: number;
  readonly #weightSpan: number;
  #previous = 0;
  #average = 0;

  constructor({ period, fast, slow }: KamaParameters) {
    this.#outputs = new Outputs(period + 1, 1);
    this.#closes = new RollingWindow(period);
    this.#path = new RollingSum(period);
    this.#slowWeight = 2 / (slow + 1);
    this.#weightSpan = 2 / (fast + 1) - this.#slowWeight;
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const { close } = candle;
    const path = this.#path.push(this.#stepTo(close));
    const change = Math.abs(close - this.#closes.push(close));
    const isReady = this.#outputs.advance();
    this.#average = isReady ? this.#next(close, change, path) : close;
    this.#previous = close;
    if (isReady) this.values[0] = this.#average;
  }

  peek(candle: Candle, into: Float64Array): void {
    const { close } = candle;
    const path = this.#path.peek(this.#stepTo(close));
    const change = Math.abs(close - this.#closes.oldest);
    into[0] = this.#outputs.nextIsReady ? this.#next(close, change, path) : Number.NaN;
  }

  /** The first candle has no step; its 0 has left the sum when the first value is due. */
  #stepTo(close: number): number {
    return this.#previous === 0 ? 0 : Math.abs(close - this.#previous);
  }

  #next(close: number, change: number, path: number): number {
    const efficiency = change >= path ? 1 : change / path;
    const weight = efficiency * this.#weightSpan + this.#slowWeight;
    return this.#average + weight * weight * (close - this.#average);
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#closes, this.#path, this]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#closes, this.#path, this], state);
  }

  write(state: number[]): void {
    state.push(this.#previous, this.#average);
  }

  read(reader: StateReader): void {
    this.#previous = reader.next();
    this.#average = reader.next();
  }
}

export const kamaDefinition: IndicatorDefinition = {
  id: "kama",
  name: "Kaufman's adaptive moving average",
  category: "trend",
  parameters: [period(10, "period", 2), period(2, "fast"), period(30, "slow")],
  outputs: [priceLine("value", "KAMA")],
  formula:
    "KAMA = KAMA₋₁ + c² × (close − KAMA₋₁), c between 2 ÷ (slow + 1) and 2 ÷ (fast + 1) by |net move| ÷ Σ |moves|",
  meaning: "Follows the price closely in a trend and hardly moves in a range.",
  source: "TA-Lib KAMA (fast 2, slow 30), started at the close before the first value",
  warmup: ([period = 0]) => period + 1,
  create: ([period = 0, fast = 0, slow = 0]) => new Kama({ period, fast, slow }),
  conflict: ([, fast = 0, slow = 0]) =>
    fast < slow ? null : "the fast period must be shorter than the slow one",
};
