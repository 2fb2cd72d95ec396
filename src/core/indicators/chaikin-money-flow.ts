/**
 * Chaikin money flow.
 *
 * Formula: CMF = Σ money flow volume ÷ Σ volume over `period` candles, the money flow volume being volume ×
 * ((close − low) − (high − close)) ÷ (high − low); 0 where nothing was traded. Unit: number. Range: −1
 * to 1. Warm-up: `period`. Cost: constant, amortised. Source: Marc Chaikin; TradingView,
 * trading-signals, @ixjb94 and indicatorts agree.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { moneyFlowVolume } from "./money-flow-volume.ts";
import { Outputs } from "./outputs.ts";
import { RollingSum } from "./rolling-sum.ts";

export class ChaikinMoneyFlow implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #flow: RollingSum;
  readonly #volume: RollingSum;

  constructor(period: number) {
    this.#outputs = new Outputs(period, 1);
    this.#flow = new RollingSum(period);
    this.#volume = new RollingSum(period);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const flow = this.#flow.push(moneyFlowVolume(candle));
    const volume = this.#volume.push(candle.volume);
    if (this.#outputs.advance()) this.values[0] = volume > 0 ? flow / volume : 0;
  }

  peek(candle: Candle, into: Float64Array): void {
    const flow = this.#flow.peek(moneyFlowVolume(candle));
    const volume = this.#volume.peek(candle.volume);
    const value = volume > 0 ? flow / volume : 0;
    into[0] = this.#outputs.nextIsReady ? value : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#flow, this.#volume]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#flow, this.#volume], state);
  }
}

export const chaikinMoneyFlowDefinition: IndicatorDefinition = {
  id: "cmf",
  name: "Chaikin money flow",
  category: "volume",
  parameters: [period(20)],
  outputs: [paneLine({ id: "value", name: "CMF", unit: "number", min: -1, max: 1 })],
  formula:
    "CMF = Σ (volume × ((close − low) − (high − close)) ÷ (high − low)) ÷ Σ volume over period candles",
  meaning: "Buying (above 0) or selling (below 0) pressure, by where candles with volume close.",
  source: "Chaikin, TradingView; 0 where nothing was traded",
  warmup: ([period = 0]) => period,
  create: ([period = 0]) => new ChaikinMoneyFlow(period),
};
