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
import type { Indicator } from "./indicator.ts";
import { readState, type Stateful, type StateReader, writeState } from "./indicator-state.ts";
import { Outputs } from "./outputs.ts";
import { PreviousCandle } from "./previous-candle.ts";
import { SmoothedMean, VANISHED } from "./smoothed-mean.ts";

export class Adx implements Indicator {
  readonly warmup: number;
  readonly values: Float64Array;
  readonly #outputs: Outputs;
  readonly #previous = new PreviousCandle();
  readonly #up: WilderSum;
  readonly #down: WilderSum;
  readonly #range: WilderSum;
  readonly #mean: SmoothedMean;

  constructor(period: number) {
    this.#outputs = new Outputs(2 * period, 3);
    this.#up = new WilderSum(period);
    this.#down = new WilderSum(period);
    this.#range = new WilderSum(period);
    this.#mean = SmoothedMean.wilder(period, period - 1);
    this.warmup = this.#outputs.warmup;
    this.values = this.#outputs.values;
  }

  push(candle: Candle): void {
    const previous = this.#previous;
    const ready = this.#outputs.advance();
    if (previous.isKnown) {
      const up = this.#up.push(rise(candle, previous));
      const down = this.#down.push(fall(candle, previous));
      const range = this.#range.push(previous.trueRange(candle));
      const dx = directionalIndex(up, down, range);
      if (dx >= 0) this.#mean.push(dx);
      else if (!this.#mean.isReady) this.#mean.push(0);
      if (ready) {
        this.values[0] = this.#mean.mean;
        this.values[1] = share(up, range);
        this.values[2] = share(down, range);
      }
    }
    previous.keep(candle);
  }

  peek(candle: Candle, into: Float64Array): void {
    into.fill(Number.NaN);
    if (!this.#outputs.nextIsReady) return;
    const previous = this.#previous;
    const up = this.#up.peek(rise(candle, previous));
    const down = this.#down.peek(fall(candle, previous));
    const range = this.#range.peek(previous.trueRange(candle));
    const dx = directionalIndex(up, down, range);
    const stays = dx < 0 && this.#mean.isReady;
    into[0] = stays ? this.#mean.mean : this.#mean.peek(dx < 0 ? 0 : dx);
    into[1] = share(up, range);
    into[2] = share(down, range);
  }

  snapshot(): number[] {
    return writeState(this.#parts());
  }

  restore(state: readonly number[]): void {
    readState(this.#parts(), state);
  }

  #parts() {
    return [this.#outputs, this.#previous, this.#up, this.#down, this.#range, this.#mean];
  }
}

function rise(candle: Candle, previous: PreviousCandle): number {
  const up = candle.high - previous.high;
  return up > 0 && up > previous.low - candle.low ? up : 0;
}

function fall(candle: Candle, previous: PreviousCandle): number {
  const down = previous.low - candle.low;
  return down > 0 && down > candle.high - previous.high ? down : 0;
}

/** DX, or −1 when nothing has moved. */
function directionalIndex(up: number, down: number, range: number): number {
  const moves = up + down;
  if (range < VANISHED || moves < VANISHED) return -1;
  return 100 * (Math.abs(up - down) / moves);
}

function share(moves: number, range: number): number {
  return range < VANISHED ? 0 : 100 * (moves / range);
}

/** Wilder's running sum: `period` − 1 numbers are added, from then on each makes room for the next. */
class WilderSum implements Stateful {
  readonly #period: number;
  #missing: number;
  #sum = 0;

  constructor(period: number) {
    this.#period = period;
    this.#missing = period - 1;
  }

  push(value: number): number {
    this.#sum = this.peek(value);
    if (this.#missing > 0) this.#missing -= 1;
    return this.#sum;
  }

  peek(value: number): number {
    const kept = this.#missing > 0 ? this.#sum : this.#sum - this.#sum / this.#period;
    return kept + value;
  }

  write(state: number[]): void {
    state.push(this.#missing, this.#sum);
  }

  read(reader: StateReader): void {
    this.#missing = reader.next();
    this.#sum = reader.next();
  }
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
