/**
 * On-balance volume.
 *
 * Formula: starts with the first candle's volume, then adds the volume of a candle that closes
 * higher than the one before and subtracts that of one that closes lower. Unit: volume (base
 * asset). Range: any; only its changes mean something, since its level depends on where the series
 * began. Warm-up: 1. Cost: constant; the sum keeps its rounding errors apart, so nothing drifts.
 * Source: Granville 1963; TA-Lib `OBV`. Libraries that start from 0 differ by a constant.
 */
import type { Candle } from "../candle.ts";
import { CompensatedSum } from "./compensated-sum.ts";
import { type IndicatorDefinition, paneLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, type Stateful, type StateReader, writeState } from "./indicator-state.ts";

export class Obv implements Indicator {
  readonly warmup = 1;
  readonly values = new Float64Array(1).fill(Number.NaN);
  readonly #flow = new Flow();

  push(candle: Candle): void {
    this.values[0] = this.#flow.push(candle);
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#flow.peek(candle);
  }

  snapshot(): number[] {
    return writeState([this.#flow], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#flow], state, this.values);
  }
}

/** The sum of volumes, each signed by its candle's move. */
class Flow implements Stateful {
  readonly #sum = new CompensatedSum();
  /** The last close; 0 before the first candle, so that its volume counts as bought. */
  #close = 0;

  push(candle: Candle): number {
    const sum = this.#sum.push(Math.sign(candle.close - this.#close) * candle.volume);
    this.#close = candle.close;
    return sum;
  }

  peek(candle: Candle): number {
    return this.#sum.peek(Math.sign(candle.close - this.#close) * candle.volume);
  }

  write(state: number[]): void {
    state.push(this.#close);
    this.#sum.write(state);
  }

  read(reader: StateReader): void {
    this.#close = reader.next();
    this.#sum.read(reader);
  }
}

export const obvDefinition: IndicatorDefinition = {
  id: "obv",
  name: "On-balance volume",
  category: "volume",
  parameters: [],
  outputs: [paneLine({ id: "value", name: "OBV", unit: "volume" })],
  formula: "OBV = OBV₋₁ + volume when the close rises, − volume when it falls",
  meaning: "Whether volume goes with rises or with falls; compare its direction with the price's.",
  source: "Granville 1963, TA-Lib OBV (starts with the first volume; others start from 0)",
  warmup: () => 1,
  create: () => new Obv(),
};
