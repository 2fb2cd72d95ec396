/**
 * Volume weighted moving average of the close.
 *
 * Formula: VWMA = Σ (close × volume) ÷ Σ volume over `period` candles; the plain mean of the closes
 * where nothing was traded in all of them. Unit: price. Range: within the window's closes.
 * Warm-up: `period`. Cost: constant, amortised. Source: TradingView `ta.vwma`, tulind, indicatorts,
 * trading-signals, @ixjb94; all agree where something was traded, and have no value where nothing was.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingMean } from "./rolling-mean.ts";
import { RollingSum } from "./rolling-sum.ts";

export class Vwma implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #turnover: RollingSum;
  readonly #volume: RollingSum;
  readonly #closes: RollingMean;

  constructor(period: number) {
    this.#outputs = new Outputs(period, 1);
    this.#turnover = new RollingSum(period);
    this.#volume = new RollingSum(period);
    this.#closes = new RollingMean(period);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push({ close, volume }: Candle): void {
    const turnover = this.#turnover.push(close * volume);
    const traded = this.#volume.push(volume);
    const mean = this.#closes.push(close);
    if (this.#outputs.advance()) this.values[0] = traded > 0 ? turnover / traded : mean;
  }

  peek({ close, volume }: Candle, into: Float64Array): void {
    const turnover = this.#turnover.peek(close * volume);
    const traded = this.#volume.peek(volume);
    const value = traded > 0 ? turnover / traded : this.#closes.peek(close);
    into[0] = this.#outputs.nextIsReady ? value : Number.NaN;
  }

  snapshot(): number[] {
    return writeState(this.#parts());
  }

  restore(state: readonly number[]): void {
    readState(this.#parts(), state);
  }

  #parts() {
    return [this.#outputs, this.#turnover, this.#volume, this.#closes];
  }
}

export const vwmaDefinition: IndicatorDefinition = {
  id: "vwma",
  name: "Volume weighted moving average",
  category: "volume",
  parameters: [period(20)],
  outputs: [priceLine("value", "VWMA")],
  formula: "VWMA = Σ (close × volume) ÷ Σ volume",
  meaning: "The average price, candles with much volume weighing most.",
  source: "TradingView ta.vwma, tulind; the plain mean where nothing was traded",
  warmup: ([period = 0]) => period,
  create: ([period = 0]) => new Vwma(period),
};
