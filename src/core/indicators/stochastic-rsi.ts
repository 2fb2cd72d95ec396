/**
 * Stochastic RSI of the close.
 *
 * Formula: raw = 100 × (RSI − L) ÷ (H − L), H and L being the highest and lowest RSI(period) of the last
 * `k` candles, and 0 when they are equal; %K = SMA(smoothing) of raw; %D = SMA(d) of %K. Unit: number.
 * Range: 0 to 100. Warm-up: period + k + smoothing + d − 2, for both outputs. Cost: constant,
 * amortised. Source: Chande and Kroll 1994; TA-Lib `STOCHRSI` when smoothing is 1, as by default;
 * TradingView's is (14, 14, 3, 3). trading-signals and @ixjb94 agree on raw, as a fraction;
 * technicalindicators rounds its RSI to two decimals first.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingExtreme } from "./rolling-extreme.ts";
import { RollingMean } from "./rolling-mean.ts";
import { WilderMoves } from "./wilder-moves.ts";

/** RSI's period, the window of RSI values, the average of %K that is %D, the one inside %K. */
export interface StochasticRsiPeriods {
  readonly period: number;
  readonly k: number;
  readonly d: number;
  readonly smoothing: number;
}

export class StochasticRsi implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #moves: WilderMoves;
  readonly #highest: RollingExtreme;
  readonly #lowest: RollingExtreme;
  readonly #k: RollingMean;
  readonly #d: RollingMean;

  constructor({ period, k, d, smoothing }: StochasticRsiPeriods) {
    this.#outputs = new Outputs(period + k + smoothing + d - 2, 2);
    this.#moves = new WilderMoves(period);
    this.#highest = new RollingExtreme(k, "highest");
    this.#lowest = new RollingExtreme(k, "lowest");
    this.#k = new RollingMean(smoothing);
    this.#d = new RollingMean(d);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    this.#moves.push(candle.close);
    const rsi = this.#moves.strength();
    const lowest = this.#lowest.push(rsi);
    const range = this.#highest.push(rsi) - lowest;
    const k = this.#k.push(range > 0 ? 100 * ((rsi - lowest) / range) : 0);
    const d = this.#d.push(k);
    if (!this.#outputs.advance()) return;
    this.values[0] = k;
    this.values[1] = d;
  }

  peek(candle: Candle, into: Float64Array): void {
    const rsi = this.#moves.peekStrength(candle.close);
    const lowest = this.#lowest.peek(rsi);
    const range = this.#highest.peek(rsi) - lowest;
    const k = this.#k.peek(range > 0 ? 100 * ((rsi - lowest) / range) : 0);
    into[0] = this.#outputs.nextIsReady ? k : Number.NaN;
    into[1] = this.#outputs.nextIsReady ? this.#d.peek(k) : Number.NaN;
  }

  snapshot(): number[] {
    return writeState(this.#parts());
  }

  restore(state: readonly number[]): void {
    readState(this.#parts(), state);
  }

  #parts() {
    return [this.#outputs, this.#moves, this.#highest, this.#lowest, this.#k, this.#d];
  }
}

export const stochasticRsiDefinition: IndicatorDefinition = {
  id: "stochrsi",
  name: "Stochastic RSI",
  category: "momentum",
  parameters: [period(14), period(14, "k"), period(3, "d"), period(1, "smoothing")],
  outputs: [
    paneLine({ id: "k", name: "%K", unit: "number", min: 0, max: 100 }),
    paneLine({ id: "d", name: "%D", unit: "number", min: 0, max: 100 }),
  ],
  formula:
    "%K = SMA(smoothing) of 100 × (RSI − lowest RSI) ÷ (highest RSI − lowest RSI) over k candles; %D = SMA(d) of %K",
  meaning: "Where RSI lies in its own recent range: quicker and noisier than RSI.",
  source: "TA-Lib STOCHRSI when smoothing is 1; TradingView's is (14, 14, 3, 3)",
  warmup: ([period = 0, k = 0, d = 0, smoothing = 0]) => period + k + smoothing + d - 2,
  create: ([period = 0, k = 0, d = 0, smoothing = 0]) =>
    new StochasticRsi({ period, k, d, smoothing }),
};
