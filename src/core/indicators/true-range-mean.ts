/** Wilder's average of the true range, as a part of other indicators; `atr` itself is this and no more. */
import type { Candle } from "../candle.ts";
import type { Stateful, StateReader } from "./indicator-state.ts";
import { PreviousCandle } from "./previous-candle.ts";
import { SmoothedMean } from "./smoothed-mean.ts";

/** Its first value comes with candle `period` + 1, since the first candle has no close before it. */
export class TrueRangeMean implements Stateful {
  readonly #previous = new PreviousCandle();
  readonly #mean: SmoothedMean;

  constructor(period: number) {
    this.#mean = SmoothedMean.wilder(period);
  }

  /** Takes a candle and gives the new mean; it means nothing before candle `period` + 1. */
  push(candle: Candle): number {
    if (this.#previous.isKnown) this.#mean.push(this.#previous.trueRange(candle));
    this.#previous.keep(candle);
    return this.#mean.mean;
  }

  /** What `push` would give; changes nothing. */
  peek(candle: Candle): number {
    return this.#mean.peek(this.#previous.trueRange(candle));
  }

  write(state: number[]): void {
    this.#previous.write(state);
    this.#mean.write(state);
  }

  read(reader: StateReader): void {
    this.#previous.read(reader);
    this.#mean.read(reader);
  }
}
