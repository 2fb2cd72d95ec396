/**
 * Money flow index.
 *
 * Formula: P = (high + low + close) ÷ 3; MFI = 100 × U ÷ (U + D), U being Σ P × volume over those of the last
 * `period` candles whose P rose and D over those whose P fell; 0 where neither is there. Unit: number.
 * Range: 0 to 100. Warm-up: period + 1. Cost: constant, amortised. Source: Quong and Soudack 1989;
 * TA-Lib `MFI`, which also gives 0 while U + D < 1 in quote units; TradingView, @ixjb94 and
 * trading-signals (50 where neither is there) agree; technicalindicators rounds to two decimals,
 * indicatorts differs for good.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, type Stateful, type StateReader, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingSum } from "./rolling-sum.ts";
import { typicalPrice } from "./typical-price.ts";

export class MoneyFlowIndex implements Indicator, Stateful {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #rising: RollingSum;
  readonly #falling: RollingSum;
  /** The typical price before; 0 before the first candle, whose flow has left when the first value is due. */
  #price = 0;

  constructor(period: number) {
    this.#outputs = new Outputs(period + 1, 1);
    this.#rising = new RollingSum(period);
    this.#falling = new RollingSum(period);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const price = typicalPrice(candle);
    const flow = price * candle.volume;
    const rising = this.#rising.push(price > this.#price ? flow : 0);
    const falling = this.#falling.push(price < this.#price ? flow : 0);
    this.#price = price;
    if (this.#outputs.advance()) this.values[0] = share(rising, falling);
  }

  peek(candle: Candle, into: Float64Array): void {
    const price = typicalPrice(candle);
    const flow = price * candle.volume;
    const rising = this.#rising.peek(price > this.#price ? flow : 0);
    const falling = this.#falling.peek(price < this.#price ? flow : 0);
    into[0] = this.#outputs.nextIsReady ? share(rising, falling) : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#rising, this.#falling, this]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#rising, this.#falling, this], state);
  }

  write(state: number[]): void {
    state.push(this.#price);
  }

  read(reader: StateReader): void {
    this.#price = reader.next();
  }
}

function share(rising: number, falling: number): number {
  const flow = rising + falling;
  return flow > 0 ? 100 * (rising / flow) : 0;
}

export const moneyFlowIndexDefinition: IndicatorDefinition = {
  id: "mfi",
  name: "Money flow index",
  category: "volume",
  parameters: [period(14)],
  outputs: [paneLine({ id: "value", name: "MFI", unit: "number", min: 0, max: 100 })],
  formula:
    "MFI = 100 × U ÷ (U + D), sums of P × volume over candles whose P = (high + low + close) ÷ 3 rose or fell",
  meaning: "An RSI that weighs moves by what was traded: under 20 is oversold, over 80 overbought.",
  source: "Quong and Soudack 1989, TA-Lib MFI (0 where nothing moved or was traded)",
  warmup: ([period = 0]) => period + 1,
  create: ([period = 0]) => new MoneyFlowIndex(period),
};
