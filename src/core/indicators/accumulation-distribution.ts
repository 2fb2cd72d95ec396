/**
 * Accumulation/distribution line.
 *
 * Formula: AD = AD₋₁ + volume × ((close − low) − (high − close)) ÷ (high − low), adding nothing when high
 * and low are equal; it starts from 0. Unit: volume (base asset). Range: any; only its changes mean
 * something, since its level depends on where the series began. Warm-up: 1. Cost: constant; the sum
 * keeps its rounding errors apart, so nothing drifts. Source: Marc Chaikin; TA-Lib `AD`; all
 * libraries agree (technicalindicators rounds to whole numbers).
 */
import type { Candle } from "../candle.ts";
import { CompensatedSum } from "./compensated-sum.ts";
import { type IndicatorDefinition, paneLine } from "./definition.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { moneyFlowVolume } from "./money-flow-volume.ts";
import { Outputs } from "./outputs.ts";

export class AccumulationDistribution implements Indicator {
  readonly warmup = 1;
  readonly values: Float64Array;
  readonly #outputs = new Outputs(1, 1);
  readonly #sum = new CompensatedSum();

  constructor() {
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    this.values[0] = this.#sum.push(moneyFlowVolume(candle));
    this.#outputs.advance();
  }

  peek(candle: Candle, into: Float64Array): void {
    into[0] = this.#sum.peek(moneyFlowVolume(candle));
  }

  snapshot(): number[] {
    return writeState([this.#outputs, this.#sum]);
  }

  restore(state: readonly number[]): void {
    readState([this.#outputs, this.#sum], state);
  }
}

export const accumulationDistributionDefinition: IndicatorDefinition = {
  id: "ad",
  name: "Accumulation/distribution",
  category: "volume",
  parameters: [],
  outputs: [paneLine({ id: "value", name: "A/D", unit: "volume" })],
  formula: "AD = AD₋₁ + volume × ((close − low) − (high − close)) ÷ (high − low)",
  meaning: "Whether volume comes with closes near the high or near the low; compare directions.",
  source: "Chaikin, TA-Lib AD",
  warmup: () => 1,
  create: () => new AccumulationDistribution(),
};
