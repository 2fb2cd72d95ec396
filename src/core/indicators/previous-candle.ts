/** What an indicator remembers of the closed candle before, and the moves from it to the next one. */
import type { Candle } from "../candle.ts";
import type { Stateful, StateReader } from "./indicator-state.ts";

export class PreviousCandle implements Stateful {
  #isKnown = false;
  #high = 0;
  #low = 0;
  #close = 0;

  /** False until the first `keep`; high, low and close mean nothing before. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get high(): number {
    return this.#high;
  }

  get low(): number {
    return this.#low;
  }

  get close(): number {
    return this.#close;
  }

  keep(candle: Candle): void {
    this.#isKnown = true;
    this.#high = candle.high;
    this.#low = candle.low;
    this.#close = candle.close;
  }

  /**
   * The true range: from the lowest to the highest price, the previous close among them. ≥ 0, in
   * price. Source: Wilder 1978; equals TA-Lib's greatest of three differences.
   */
  trueRange(candle: Candle): number {
    const close = this.#close;
    const high = candle.high > close ? candle.high : close;
    return high - (candle.low < close ? candle.low : close);
  }

  write(state: number[]): void {
    state.push(this.#isKnown ? 1 : 0, this.#high, this.#low, this.#close);
  }

  read(reader: StateReader): void {
    this.#isKnown = reader.next() === 1;
    this.#high = reader.next();
    this.#low = reader.next();
    this.#close = reader.next();
  }
}
