/**
 * Ultimate oscillator.
 *
 * Formula: 100 × (4 × A(short) + 2 × A(middle) + A(long)) ÷ 7, A(n) = Σ (close − T) ÷ Σ true range over n
 * candles, T the lower of the low and the close before; A is 0 where nothing moved. Unit: number.
 * Range: 0 to 100. Warm-up: long + 1. Cost: constant, amortised. Source: Larry Williams 1985; TA-Lib
 * `ULTOSC`, TradingView, tulind, trading-signals (which gives 50 where nothing moved).
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, type Stateful, type StateReader, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { PreviousCandle } from "./previous-candle.ts";
import { RollingSum } from "./rolling-sum.ts";

/** `short` ≤ `middle` ≤ `long`. */
export interface UltimatePeriods {
  readonly short: number;
  readonly middle: number;
  readonly long: number;
}

export class UltimateOscillator implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #previous = new PreviousCandle();
  readonly #short: BuyingShare;
  readonly #middle: BuyingShare;
  readonly #long: BuyingShare;

  constructor({ short, middle, long }: UltimatePeriods) {
    this.#outputs = new Outputs(long + 1, 1);
    this.#short = new BuyingShare(short);
    this.#middle = new BuyingShare(middle);
    this.#long = new BuyingShare(long);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const range = this.#previous.trueRange(candle);
    const bought = candle.close - Math.min(candle.low, this.#previous.close);
    if (this.#previous.isKnown) {
      const short = this.#short.push(bought, range);
      const middle = this.#middle.push(bought, range);
      const long = this.#long.push(bought, range);
      if (this.#outputs.advance()) this.values[0] = blend(short, middle, long);
    } else {
      this.#outputs.advance();
    }
    this.#previous.keep(candle);
  }

  peek(candle: Candle, into: Float64Array): void {
    const range = this.#previous.trueRange(candle);
    const bought = candle.close - Math.min(candle.low, this.#previous.close);
    const short = this.#short.peek(bought, range);
    const middle = this.#middle.peek(bought, range);
    const long = this.#long.peek(bought, range);
    into[0] = this.#outputs.nextIsReady ? blend(short, middle, long) : Number.NaN;
  }

  snapshot(): number[] {
    return writeState(this.#parts());
  }

  restore(state: readonly number[]): void {
    readState(this.#parts(), state);
  }

  #parts() {
    return [this.#outputs, this.#previous, this.#short, this.#middle, this.#long];
  }
}

function blend(short: number, middle: number, long: number): number {
  return 100 * ((4 * short + 2 * middle + long) / 7);
}

/** What share of the true range of the last `length` candles their closes gained from the low side. */
class BuyingShare implements Stateful {
  readonly #bought: RollingSum;
  readonly #range: RollingSum;

  constructor(length: number) {
    this.#bought = new RollingSum(length);
    this.#range = new RollingSum(length);
  }

  push(bought: number, range: number): number {
    return share(this.#bought.push(bought), this.#range.push(range));
  }

  peek(bought: number, range: number): number {
    return share(this.#bought.peek(bought), this.#range.peek(range));
  }

  write(state: number[]): void {
    this.#bought.write(state);
    this.#range.write(state);
  }

  read(reader: StateReader): void {
    this.#bought.read(reader);
    this.#range.read(reader);
  }
}

function share(bought: number, range: number): number {
  return range > 0 ? bought / range : 0;
}

export const ultimateOscillatorDefinition: IndicatorDefinition = {
  id: "ultimate",
  name: "Ultimate oscillator",
  category: "momentum",
  parameters: [period(7, "short"), period(14, "middle"), period(28, "long")],
  outputs: [
    paneLine({ id: "value", name: "Ultimate oscillator", unit: "number", min: 0, max: 100 }),
  ],
  formula:
    "100 × (4 A(short) + 2 A(middle) + A(long)) ÷ 7, A = Σ (close − lower of low and close₋₁) ÷ Σ true range",
  meaning: "Buying pressure over three spans at once: under 30 is oversold, over 70 overbought.",
  source: "Williams 1985, TA-Lib ULTOSC",
  warmup: ([, , long = 0]) => long + 1,
  create: ([short = 0, middle = 0, long = 0]) => new UltimateOscillator({ short, middle, long }),
  conflict: ([short = 0, middle = 0, long = 0]) =>
    short <= middle && middle <= long ? null : "the periods must go from short to long",
};
