/**
 * Supertrend: a stop line on one side of the price, turned where a close passes it.
 *
 * Formula: bands (high + low) ÷ 2 ± multiplier × ATR(period); the lower one only rises until a close
 * falls below it, the upper one only falls until a close rises above it. The line is the lower band
 * in an uptrend and the upper one in a downtrend; the trend turns when a close passes its line.
 * It starts as a downtrend, as in TradingView. Units: line in price; direction 1 up, −1 down.
 * Warm-up: period + 1. Cost: constant. Source: Olivier Seban; the rules of TradingView's
 * `ta.supertrend` (whose direction has the opposite sign), with Outcry's ATR: TA-Lib's, while
 * TradingView and trading-signals count the first candle's high − low and agree once that has faded.
 */
import type { Candle } from "../candle.ts";
import { factor, type IndicatorDefinition, paneLine, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, type Stateful, type StateReader, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { TrueRangeMean } from "./true-range.ts";

export class Supertrend implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #multiplier: number;
  readonly #outputs: Outputs;
  readonly #range: TrueRangeMean;
  readonly #bands = new Bands();
  /** Where `peek` tries a candle out. */
  readonly #trial = new Bands();

  constructor(period: number, multiplier: number) {
    this.#multiplier = multiplier;
    this.#outputs = new Outputs(period + 1, 2);
    this.#range = new TrueRangeMean(period);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const distance = this.#multiplier * this.#range.push(candle);
    if (this.#outputs.advance()) fill(this.values, this.#bands, candle, distance);
  }

  peek(candle: Candle, into: Float64Array): void {
    if (!this.#outputs.nextIsReady) {
      into.fill(Number.NaN);
      return;
    }
    this.#trial.copy(this.#bands);
    fill(into, this.#trial, candle, this.#multiplier * this.#range.peek(candle));
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#range, this.#bands]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#range, this.#bands], state);
  }
}

function fill(into: Float64Array, bands: Bands, candle: Candle, distance: number): void {
  bands.take(candle, distance);
  into[0] = bands.line;
  into[1] = bands.direction;
}

/** Both bands, and which of them is the line. */
class Bands implements Stateful {
  #isKnown = false;
  #isUp = false;
  #upper = 0;
  #lower = 0;
  #close = 0;

  get line(): number {
    return this.#isUp ? this.#lower : this.#upper;
  }

  get direction(): number {
    return this.#isUp ? 1 : -1;
  }

  take({ high, low, close }: Candle, distance: number): void {
    const upper = (high + low) / 2 + distance;
    const lower = (high + low) / 2 - distance;
    if (!this.#isKnown || upper < this.#upper || this.#close > this.#upper) this.#upper = upper;
    if (!this.#isKnown || lower > this.#lower || this.#close < this.#lower) this.#lower = lower;
    if (this.#isKnown) this.#isUp = this.#isUp ? close >= this.#lower : close > this.#upper;
    this.#isKnown = true;
    this.#close = close;
  }

  copy(from: Bands): void {
    this.#isKnown = from.#isKnown;
    this.#isUp = from.#isUp;
    this.#upper = from.#upper;
    this.#lower = from.#lower;
    this.#close = from.#close;
  }

  write(state: number[]): void {
    state.push(this.#isKnown ? 1 : 0, this.#isUp ? 1 : 0);
    state.push(this.#upper, this.#lower, this.#close);
  }

  read(reader: StateReader): void {
    this.#isKnown = reader.next() === 1;
    this.#isUp = reader.next() === 1;
    this.#upper = reader.next();
    this.#lower = reader.next();
    this.#close = reader.next();
  }
}

export const supertrendDefinition: IndicatorDefinition = {
  id: "supertrend",
  name: "Supertrend",
  category: "trend",
  parameters: [period(10), factor(3, "multiplier", "Multiplier")],
  outputs: [
    priceLine("line", "Supertrend"),
    paneLine({ id: "direction", name: "Direction", unit: "number", min: -1, max: 1 }),
  ],
  formula:
    "(high + low) ÷ 2 ± multiplier × ATR, each band moving towards the price only, until a close passes it",
  meaning: "A stop line under an uptrend and over a downtrend; direction is 1 up, −1 down.",
  source: "TradingView ta.supertrend (its direction has the other sign), with TA-Lib's ATR",
  warmup: ([period = 0]) => period + 1,
  create: ([period = 0, multiplier = 0]) => new Supertrend(period, multiplier),
};
