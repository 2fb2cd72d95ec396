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
import { readState, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { PreviousCandle } from "./previous-candle.ts";

export class Obv implements Indicator {
  readonly warmup = 1;
  readonly values: Float64Array;
  readonly #outputs = new Outputs(1, 1);
  readonly #previous = new PreviousCandle();
  readonly #sum = new CompensatedSum();

  constructor() {
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    this.values[0] = this.#sum.push(flow(candle, this.#previous));
    this.#previous.keep(candle);
    this.#outputs.advance();
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#sum.peek(flow(candle, this.#previous));
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#previous, this.#sum]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#previous, this.#sum], state);
  }
}

/** Before the first candle the previous close is 0, so that its volume counts as bought. */
function flow(candle: Candle, previous: PreviousCandle): number {
  if (candle.close > previous.close) return candle.volume;
  return candle.close < previous.close ? -candle.volume : 0;
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
