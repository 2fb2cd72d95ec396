/**
 * Parabolic stop and reverse.
 *
 * Formula: SAR = SAR₋₁ + a × (E − SAR₋₁), never inside the range of the last two candles; E is the
 * furthest price of the move, a grows by `step` with each new E up to `maximum`. When the price
 * reaches SAR, it turns: SAR becomes E and a becomes `step`. The first candle gives the start: the
 * move is down when its low was undercut by more than its high was exceeded, else up. Unit: price.
 * Range: within the highs and lows seen. Warm-up: 2. Cost: constant. Source: Wilder 1978, who left
 * the start open; TA-Lib `SAR`. technicalindicators, tulind, @ixjb94 and TradingView start in other
 * ways and agree once all have turned together; indicatorts and trading-signals differ again and again.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, type IndicatorParameter, priceLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, type Stateful, type StateReader, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";

export class ParabolicSar implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs = new Outputs(SAR_WARMUP, 1);
  readonly #trail: Trail;
  /** Where `peek` tries a candle out. */
  readonly #trial: Trail;

  constructor(step: number, maximum: number) {
    this.#trail = new Trail(step, maximum);
    this.#trial = new Trail(step, maximum);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const stop = this.#trail.take(candle);
    if (this.#outputs.advance()) this.values[0] = stop;
  }

  peek(candle: Candle, into: Float64Array): void {
    this.#trial.copy(this.#trail);
    const stop = this.#trial.take(candle);
    into[0] = this.#outputs.nextIsReady ? stop : Number.NaN;
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#trail]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#trail], state);
  }
}

const SAR_WARMUP = 2;

/** The state of the stop. A falling move is a rising one with all prices negated, which is exact. */
class Trail implements Stateful {
  readonly #step: number;
  readonly #maximum: number;
  #candles = 0;
  /** 1 in a rising move, −1 in a falling one. */
  #side = 1;
  #acceleration: number;
  #extreme = 0;
  /** What the next candle is measured against. */
  #stop = 0;
  #high = 0;
  #low = 0;

  constructor(step: number, maximum: number) {
    this.#step = Math.min(step, maximum);
    this.#maximum = maximum;
    this.#acceleration = this.#step;
  }

  /** Takes a candle and gives its stop; the first candle has none. */
  take({ high, low }: Candle): number {
    if (this.#candles < SAR_WARMUP) {
      this.#candles += 1;
      if (this.#candles === SAR_WARMUP) this.#begin(high, low);
      this.#high = high;
      this.#low = low;
      if (this.#candles < SAR_WARMUP) return 0;
    }
    const touched = this.#side > 0 ? low <= this.#stop : high >= this.#stop;
    const stop = touched ? this.#turn(high, low) : this.#follow(high, low);
    this.#high = high;
    this.#low = low;
    return stop;
  }

  #begin(high: number, low: number): void {
    const fall = this.#low - low;
    this.#side = fall > 0 && high - this.#high < fall ? -1 : 1;
    this.#extreme = this.#side > 0 ? high : low;
    this.#stop = this.#side > 0 ? this.#low : this.#high;
  }

  #turn(high: number, low: number): number {
    const side = -this.#side;
    const stop = side * Math.min(side * this.#extreme, this.#bound(side, high, low));
    this.#side = side;
    this.#acceleration = this.#step;
    this.#extreme = side > 0 ? high : low;
    this.#advance(stop, high, low);
    return stop;
  }

  #follow(high: number, low: number): number {
    const stop = this.#stop;
    const furthest = this.#side > 0 ? high : low;
    if (this.#side * furthest > this.#side * this.#extreme) {
      this.#extreme = furthest;
      this.#acceleration = Math.min(this.#acceleration + this.#step, this.#maximum);
    }
    this.#advance(stop, high, low);
    return stop;
  }

  #advance(stop: number, high: number, low: number): void {
    const next = stop + this.#acceleration * (this.#extreme - stop);
    this.#stop = this.#side * Math.min(this.#side * next, this.#bound(this.#side, high, low));
  }

  /** How far the stop of `side` may come: to the nearer end of this candle and the one before. */
  #bound(side: number, high: number, low: number): number {
    return side > 0 ? Math.min(low, this.#low) : Math.min(-high, -this.#high);
  }

  copy(from: Trail): void {
    this.#candles = from.#candles;
    this.#side = from.#side;
    this.#acceleration = from.#acceleration;
    this.#extreme = from.#extreme;
    this.#stop = from.#stop;
    this.#high = from.#high;
    this.#low = from.#low;
  }

  write(state: number[]): void {
    state.push(this.#candles, this.#side, this.#acceleration);
    state.push(this.#extreme, this.#stop, this.#high, this.#low);
  }

  read(reader: StateReader): void {
    this.#candles = reader.next();
    this.#side = reader.next();
    this.#acceleration = reader.next();
    this.#extreme = reader.next();
    this.#stop = reader.next();
    this.#high = reader.next();
    this.#low = reader.next();
  }
}

/** Accelerations: 0.001 hardly moves, 1 follows at once. */
function acceleration(id: string, name: string, byDefault: number): IndicatorParameter {
  return { id, name, kind: "decimal", default: byDefault, min: 0.001, max: 1 };
}

export const parabolicSarDefinition: IndicatorDefinition = {
  id: "sar",
  name: "Parabolic SAR",
  category: "trend",
  parameters: [acceleration("step", "Step", 0.02), acceleration("maximum", "Maximum", 0.2)],
  outputs: [{ ...priceLine("value", "SAR"), style: "dots" }],
  formula:
    "SAR = SAR₋₁ + a × (E − SAR₋₁), E the furthest price of the move, a growing by `step` with each new E up to `maximum`",
  meaning:
    "A stop that follows the move ever more closely; the trend turns where the price meets it.",
  source: "Wilder 1978, TA-Lib SAR; libraries that start otherwise agree after a common turn",
  warmup: () => SAR_WARMUP,
  create: ([step = 0, maximum = 0]) => new ParabolicSar(step, maximum),
};
