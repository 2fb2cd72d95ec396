/**
 * Ichimoku Kinkō Hyō.
 *
 * Formula: M(n) = (highest high + lowest low of n candles) ÷ 2; conversion = M(conversion), base =
 * M(base), leading A = (conversion + base) ÷ 2, leading B = M(span). Cloud A and B are the leading
 * values of `displacement` − 1 candles ago: the cloud that a chart draws at this candle.
 * Displacement is a matter of drawing: every value is worked out from candles up to this one, none
 * looks ahead. A chart draws the leading values `displacement` − 1 candles to the right; the lagging
 * line is the close drawn that many to the left, so a rule compares close with an earlier close.
 * Unit: price. Range: within the highs and lows of the windows. Warm-up: the longest period +
 * displacement − 1, for all outputs. Cost: constant, amortised. Source: Goichi Hosoda; TradingView,
 * which counts the current candle as the first of the displacement, as here. technicalindicators and
 * trading-signals give the undisplaced values, equal to these; so is TA-Lib's `MIDPRICE`.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, period, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, type Stateful, type StateReader, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { RollingExtreme } from "./rolling-extreme.ts";
import { RollingWindow } from "./rolling-window.ts";

export interface IchimokuParameters {
  readonly conversion: number;
  readonly base: number;
  readonly span: number;
  readonly displacement: number;
}

export class Ichimoku implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #conversion: Middle;
  readonly #base: Middle;
  readonly #span: Middle;
  readonly #cloudA: Delay;
  readonly #cloudB: Delay;

  constructor(parameters: IchimokuParameters) {
    this.#outputs = new Outputs(ichimokuWarmup(parameters), 6);
    this.#conversion = new Middle(parameters.conversion);
    this.#base = new Middle(parameters.base);
    this.#span = new Middle(parameters.span);
    this.#cloudA = new Delay(parameters.displacement - 1);
    this.#cloudB = new Delay(parameters.displacement - 1);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const conversion = this.#conversion.push(candle);
    const base = this.#base.push(candle);
    const leadingA = (conversion + base) / 2;
    const leadingB = this.#span.push(candle);
    const cloudA = this.#cloudA.push(leadingA);
    const cloudB = this.#cloudB.push(leadingB);
    if (!this.#outputs.advance()) return;
    const values = this.values;
    values[0] = conversion;
    values[1] = base;
    values[2] = leadingA;
    values[3] = leadingB;
    values[4] = cloudA;
    values[5] = cloudB;
  }

  peek(candle: Candle, into: Float64Array): void {
    if (!this.#outputs.nextIsReady) {
      into.fill(Number.NaN);
      return;
    }
    const conversion = this.#conversion.peek(candle);
    const base = this.#base.peek(candle);
    const leadingA = (conversion + base) / 2;
    const leadingB = this.#span.peek(candle);
    into[0] = conversion;
    into[1] = base;
    into[2] = leadingA;
    into[3] = leadingB;
    into[4] = this.#cloudA.peek(leadingA);
    into[5] = this.#cloudB.peek(leadingB);
  }

  snapshot(): number[] {
    return writeState(this.#parts());
  }

  restore(state: readonly number[]): void {
    readState(this.#parts(), state);
  }

  #parts() {
    const lines = [this.#conversion, this.#base, this.#span];
    return [this.#outputs, ...lines, this.#cloudA, this.#cloudB];
  }
}

/** The middle between the highest high and the lowest low of the last `length` candles. */
class Middle implements Stateful {
  readonly #highest: RollingExtreme;
  readonly #lowest: RollingExtreme;

  constructor(length: number) {
    this.#highest = new RollingExtreme(length, "highest");
    this.#lowest = new RollingExtreme(length, "lowest");
  }

  push(candle: Candle): number {
    return (this.#highest.push(candle.high) + this.#lowest.push(candle.low)) / 2;
  }

  peek(candle: Candle): number {
    return (this.#highest.peek(candle.high) + this.#lowest.peek(candle.low)) / 2;
  }

  write(state: number[]): void {
    this.#highest.write(state);
    this.#lowest.write(state);
  }

  read(reader: StateReader): void {
    this.#highest.read(reader);
    this.#lowest.read(reader);
  }
}

/** Gives back each number `candles` pushes later; at once when that is 0. */
class Delay implements Stateful {
  readonly #candles: number;
  readonly #window: RollingWindow;

  constructor(candles: number) {
    this.#candles = candles;
    this.#window = new RollingWindow(Math.max(1, candles));
  }

  push(value: number): number {
    const leaving = this.#window.push(value);
    return this.#candles === 0 ? value : leaving;
  }

  peek(value: number): number {
    return this.#candles === 0 ? value : this.#window.oldest;
  }

  write(state: number[]): void {
    this.#window.write(state);
  }

  read(reader: StateReader): void {
    this.#window.read(reader);
  }
}

function ichimokuWarmup({ conversion, base, span, displacement }: IchimokuParameters): number {
  return Math.max(conversion, base, span) + displacement - 1;
}

function named(parameters: readonly number[]): IchimokuParameters {
  const [conversion = 0, base = 0, span = 0, displacement = 0] = parameters;
  return { conversion, base, span, displacement };
}

export const ichimokuDefinition: IndicatorDefinition = {
  id: "ichimoku",
  name: "Ichimoku cloud",
  category: "trend",
  parameters: [
    period(9, "conversion"),
    period(26, "base"),
    period(52, "span"),
    { ...period(26, "displacement"), name: "Displacement" },
  ],
  outputs: [
    priceLine("conversion", "Conversion line"),
    priceLine("base", "Base line"),
    priceLine("leading_a", "Leading span A"),
    priceLine("leading_b", "Leading span B"),
    priceLine("cloud_a", "Cloud A"),
    priceLine("cloud_b", "Cloud B"),
  ],
  formula:
    "lines = (highest high + lowest low) ÷ 2 of 9, 26, 52 candles; leading A = mean of the first two; cloud = leading values of displacement − 1 candles ago",
  meaning:
    "Trend and support at a glance: above the cloud is bullish. No value uses later candles; displacement is drawing.",
  source: "Hosoda; TradingView's displacement; lines equal TA-Lib MIDPRICE",
  warmup: (parameters) => ichimokuWarmup(named(parameters)),
  create: (parameters) => new Ichimoku(named(parameters)),
};
