/** The values of an indicator, which stay NaN until it has warmed up. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * Counts the candles of the warm-up and remembers the last outputs, so that a restored indicator
 * shows them before its next candle.
 */
export class Outputs implements Stateful {
  readonly warmup: number;
  readonly values: Float64Array;
  #missing: number;

  constructor(warmup: number, count: number) {
    this.warmup = warmup;
    this.values = new Float64Array(count).fill(Number.NaN);
    this.#missing = warmup;
  }

  /** Counts one closed candle; says whether the values of this candle are the first ones or later. */
  advance(): boolean {
    if (this.#missing === 0) return true;
    this.#missing -= 1;
    return this.#missing === 0;
  }

  /** Whether the next candle gives values: what `peek` asks. */
  get nextIsReady(): boolean {
    return this.#missing <= 1;
  }

  write(state: number[]): void {
    state.push(this.#missing);
    for (const value of this.values) state.push(this.#missing === 0 ? value : 0);
  }

  read(reader: StateReader): void {
    this.#missing = reader.next();
    for (let i = 0; i < this.values.length; i += 1) {
      const value = reader.next();
      this.values[i] = this.#missing === 0 ? value : Number.NaN;
    }
  }
}
