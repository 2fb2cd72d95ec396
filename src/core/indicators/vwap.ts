/**
 * Volume-weighted average price of the session, which begins at 00:00 UTC.
 *
 * Formula: Σ(P × volume) ÷ Σ volume over the candles of the day, P = (high + low + close) ÷ 3; while
 * the day has no volume, the P of the latest candle. Unit: price. Range: within the day's lows and
 * highs. Warm-up: 1, though a first candle in mid-day begins a shorter session. Cost: constant; the
 * mean is moved by (P − VWAP) × volume ÷ Σ volume (West 1979), so a flat day gives exactly its price.
 * Source: TradingView `ta.vwap(hlc3)` with the daily anchor. technicalindicators and trading-signals
 * never begin a new session: they agree within one day. On 1d candles it is P.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, type Stateful, type StateReader, writeState } from "./indicator-state.ts";
import { typicalPrice } from "./typical-price.ts";

const SESSION_MS = 86_400_000;

export class Vwap implements Indicator {
  readonly warmup = 1;
  readonly values = new Float64Array(1).fill(Number.NaN);
  readonly #session = new Session();

  push(candle: Candle): void {
    this.values[0] = this.#session.push(candle);
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#session.peek(candle);
  }

  snapshot(): number[] {
    return writeState([this.#session], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#session], state, this.values);
  }
}

/** The running weighted mean of one day. */
class Session implements Stateful {
  /** The first instant after the session; 0 before the first candle. */
  #end = 0;
  #volume = 0;
  #mean = 0;

  push(candle: Candle): number {
    const mean = this.peek(candle);
    if (candle.openTime >= this.#end) {
      this.#end = (Math.floor(candle.openTime / SESSION_MS) + 1) * SESSION_MS;
      this.#volume = 0;
    }
    this.#volume += candle.volume;
    this.#mean = mean;
    return mean;
  }

  peek(candle: Candle): number {
    const price = typicalPrice(candle);
    const before = candle.openTime >= this.#end ? 0 : this.#volume;
    if (before === 0) return price;
    return this.#mean + (price - this.#mean) * (candle.volume / (before + candle.volume));
  }

  write(state: number[]): void {
    state.push(this.#end, this.#volume, this.#mean);
  }

  read(reader: StateReader): void {
    this.#end = reader.next();
    this.#volume = reader.next();
    this.#mean = reader.next();
  }
}

export const vwapDefinition: IndicatorDefinition = {
  id: "vwap",
  name: "Volume-weighted average price",
  category: "volume",
  parameters: [],
  outputs: [priceLine("value", "VWAP")],
  formula: "VWAP = Σ(P × volume) ÷ Σ volume since 00:00 UTC, P = (high + low + close) ÷ 3",
  meaning: "The mean price paid today: above it buyers of the day are in profit.",
  source:
    "TradingView ta.vwap(hlc3), daily anchor in UTC; most libraries never begin a new session",
  warmup: () => 1,
  create: () => new Vwap(),
};
