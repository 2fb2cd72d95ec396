/** Closed candles of one symbol on all timeframes, with the indicators over them, by index. */
import { assert } from "../assert.ts";
import type { Candle } from "../candle.ts";
import type { IndicatorSpec } from "../indicators/indicator-text.ts";
import { printIndicator } from "../indicators/indicator-text.ts";
import { type Timeframe, timeframeMs } from "../timeframe.ts";

/** Ascending closed candles; the first one of each timeframe is the origin of its indicators. */
export type CandlesByTimeframe = Readonly<Record<Timeframe, readonly Candle[]>>;

/**
 * Answers what was known at each close. Indicators are computed once, from the origin, when first
 * asked for; memory is one column an output.
 */
export class History {
  readonly #candles: CandlesByTimeframe;
  readonly #columns = new Map<string, readonly Float64Array[]>();

  constructor(candles: CandlesByTimeframe) {
    this.#candles = candles;
  }

  length(timeframe: Timeframe): number {
    return this.#candles[timeframe].length;
  }

  /** The candle at `index`, or null outside the history. */
  candle(timeframe: Timeframe, index: number): Candle | null {
    return this.#candles[timeframe][index] ?? null;
  }

  /** An indicator's output after the candle at `index`; NaN while warming or outside the history. */
  output(
    series: { timeframe: Timeframe; spec: IndicatorSpec; output: number },
    index: number,
  ): number {
    return this.#columnsOf(series.timeframe, series.spec)[series.output]?.[index] ?? Number.NaN;
  }

  /** The newest candle of `timeframe` that had closed by `time`; −1 when there was none. */
  indexClosedBy(timeframe: Timeframe, time: number): number {
    const candles = this.#candles[timeframe];
    const lastOpenTime = time - timeframeMs(timeframe);
    let low = 0;
    let high = candles.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((candles[middle]?.openTime ?? 0) <= lastOpenTime) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #columnsOf(timeframe: Timeframe, spec: IndicatorSpec): readonly Float64Array[] {
    const key = `${timeframe} ${printIndicator(spec)}`;
    const known = this.#columns.get(key);
    if (known !== undefined) return known;
    const candles = this.#candles[timeframe];
    const columns = spec.definition.outputs.map(() => new Float64Array(candles.length));
    const indicator = spec.definition.create(spec.parameters);
    candles.forEach((candle, index) => {
      assert(candle.openTime > (candles[index - 1]?.openTime ?? -1), "candles ascend");
      indicator.push(candle);
      columns.forEach((column, output) => {
        column[index] = indicator.values[output] ?? Number.NaN;
      });
    });
    this.#columns.set(key, columns);
    return columns;
  }
}
