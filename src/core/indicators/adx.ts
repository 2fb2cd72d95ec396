/**
 * Average directional index, with the positive and negative directional indicators.
 *
 * Formula: up = high − high₋₁, down = low₋₁ − low; +DM = up when up > down and up > 0, else 0; −DM
 * = down when down > up and down > 0, else 0. +DM, −DM and the true range are summed by Wilder: sum
 * = sum₋₁ − sum₋₁ ÷ period + new, the first period − 1 plainly added. +DI = 100 × +DM ÷ range, −DI
 * likewise; DX = 100 × |+DI − −DI| ÷ (+DI + −DI); ADX = Wilder's average of DX, first the mean of
 * `period` of them. Unit: number. Range: 0 to 100. Warm-up: 2 × `period`, for all three outputs.
 * Cost: constant. Source: Wilder 1978; TA-Lib `ADX`, `PLUS_DI`, `MINUS_DI`: without any movement DI
 * is 0, DX counts as 0 while warming, and afterwards ADX stays what it was. Libraries that add
 * `period` ranges before smoothing agree after some 10 × `period` candles.
 */
import type { Candle } from "../candle.ts";
import { type IndicatorDefinition, paneLine, period } from "./definition.ts";
import { DirectionalMoves } from "./directional-moves.ts";
import type { Indicator } from "./indicator.ts";
import { readState, writeState } from "./indicator-state.ts";
import { SmoothedMean } from "./smoothed-mean.ts";

export class Adx implements Indicator {
  readonly warmup: number;
  readonly values = new Float64Array(3).fill(Number.NaN);
  readonly #moves: DirectionalMoves;
  readonly #mean: SmoothedMean;
  /** What `peek` pushes in the place of the moves themselves. */
  readonly #copy: DirectionalMoves;

  constructor(period: number) {
    this.warmup = 2 * period;
    this.#moves = new DirectionalMoves(period);
    this.#copy = new DirectionalMoves(period);
    // The first candle has no move, and the `period` − 1 next ones have no sums yet.
    this.#mean = SmoothedMean.wilder(period, period);
  }

  push(candle: Candle): void {
    const moves = this.#moves;
    moves.push(candle);
    const index = moves.index();
    const mean = this.#mean;
    fill(this.values, index < 0 && mean.isReady ? mean.mean : mean.push(Math.max(index, 0)), moves);
  }

  peek(candle: Candle, into: Float64Array): void {
    const moves = this.#copy;
    moves.copy(this.#moves);
    moves.push(candle);
    const index = moves.index();
    const mean = this.#mean;
    fill(into, index < 0 && mean.isReady ? mean.mean : mean.peek(Math.max(index, 0)), moves);
  }

  snapshot(): number[] {
    return writeState([this.#moves, this.#mean], this.values);
  }

  restore(state: readonly number[]): void {
    readState([this.#moves, this.#mean], state, this.values);
  }
}

function fill(into: Float64Array, mean: number, moves: DirectionalMoves): void {
  const ready = !Number.isNaN(mean);
  into[0] = mean;
  into[1] = ready ? moves.plus() : mean;
  into[2] = ready ? moves.minus() : mean;
}

export const adxDefinition: IndicatorDefinition = {
  id: "adx",
  name: "Average directional index",
  category: "trend",
  parameters: [period(14)],
  outputs: [
    paneLine({ id: "value", name: "ADX", unit: "number", min: 0, max: 100 }),
    paneLine({ id: "plus_di", name: "+DI", unit: "number", min: 0, max: 100 }),
    paneLine({ id: "minus_di", name: "−DI", unit: "number", min: 0, max: 100 }),
  ],
  formula:
    "±DI = 100 × Wilder's sum of ±DM ÷ that of the true range; ADX = Wilder's average of 100 × |+DI − −DI| ÷ (+DI + −DI)",
  meaning:
    "How strong the trend is, whatever its direction: above 20 to 25 there is one. +DI above −DI: it goes up.",
  source: "Wilder 1978, TA-Lib ADX, PLUS_DI and MINUS_DI (0 without movement)",
  warmup: ([period = 0]) => 2 * period,
  create: ([period = 0]) => new Adx(period),
};
