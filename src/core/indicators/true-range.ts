/** The true range of a candle, and Wilder's average of it. */
import type { Candle } from "../candle.ts";
import type { Stateful, StateReader } from "./indicator-state.ts";
import { SmoothedMean } from "./smoothed-mean.ts";

/**
 * From the lowest to the highest price, the close before among them. ≥ 0, in price. Source: Wilder
 * 1978; equals TA-Lib's greatest of three differences.
 */
export function trueRange(candle: Candle, closeBefore: number): number {
  return Math.max(candle.high, closeBefore) - Math.min(candle.low, closeBefore);
}

/** Its first value comes with candle `period` + 1, since the first candle has no close before it. */
export class TrueRangeMean implements Stateful {
  readonly #mean: SmoothedMean;
  /** The last close; NaN before the first one. */
  #close = Number.NaN;

  constructor(period: number) {
    this.#mean = SmoothedMean.wilder(period);
  }

  /** Takes a candle and gives the new mean; NaN before candle `period` + 1. */
  push(candle: Candle): number {
    const range = trueRange(candle, this.#close);
    this.#close = candle.close;
    return this.#mean.push(range);
  }

  /** What `push` would give; changes nothing. */
  peek(candle: Candle): number {
    return this.#mean.peek(trueRange(candle, this.#close));
  }

  write(state: number[]): void {
    state.push(this.#close);
    this.#mean.write(state);
  }

  read(reader: StateReader): void {
    this.#close = reader.next();
    this.#mean.read(reader);
  }
}
