/** Indicator series for viewers: each worked out once for everyone, and carried on with every close. */
import type { ClosedCandle } from "../../core/candle.ts";
import type { CandleSeries } from "../../core/candle-series.ts";
import type { Indicator } from "../../core/indicators/indicator.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import type { IndicatorValuesAnswer } from "../../protocol/market.ts";
import type { MarketData } from "../feed/feed.ts";
import type { IndicatorReference } from "./indicator-reference.ts";

export { type IndicatorReference, parseReference } from "./indicator-reference.ts";

/** Which open times are asked for, both included. */
export interface ValuesRange {
  readonly from: number;
  readonly to: number;
}

export interface Place {
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** What is needed of the market. */
export type CandleFlow = Pick<MarketData, "series" | "subscribe">;

/**
 * Series kept at once. One holds as many rows as its candle series, up to 50 kB for each output;
 * 500 are 30 charts with 16 indicators each.
 */
export const INDICATOR_SERIES_MAX = 500;

export class IndicatorSeries {
  readonly #data: CandleFlow;
  readonly #seriesMax: number;
  /** By symbol, timeframe and text; the least recently asked for stands first. */
  readonly #tracks = new Map<string, Track>();
  readonly #unsubscribe: () => void;

  constructor(data: CandleFlow, seriesMax = INDICATOR_SERIES_MAX) {
    this.#data = data;
    this.#seriesMax = seriesMax;
    this.#unsubscribe = data.subscribe({
      onForming() {},
      onMinute: (minute) => {
        for (const candle of minute.candles) this.#push(minute.symbol, candle);
      },
      onStatus() {},
    });
  }

  /** Series kept now. */
  get size(): number {
    return this.#tracks.size;
  }

  /** Whether this series is kept; asking does not keep it. */
  has(place: Place, reference: IndicatorReference): boolean {
    return this.#tracks.has(keyOf(place, reference));
  }

  values(place: Place, reference: IndicatorReference, range: ValuesRange): IndicatorValuesAnswer {
    const track = this.#track(place, reference);
    return {
      symbol: place.symbol,
      timeframe: place.timeframe,
      indicator: reference.text,
      outputs: reference.definition.outputs.map((output) => output.id),
      values: track.rows(range),
      state: track.state(range.to),
    };
  }

  close(): void {
    this.#unsubscribe();
    this.#tracks.clear();
  }

  #track(place: Place, reference: IndicatorReference): Track {
    const key = keyOf(place, reference);
    const known = this.#tracks.get(key);
    this.#tracks.delete(key);
    const track = known ?? this.#create(place, reference);
    this.#tracks.set(key, track);
    if (this.#tracks.size > this.#seriesMax) {
      for (const oldest of this.#tracks.keys()) {
        this.#tracks.delete(oldest);
        break;
      }
    }
    return track;
  }

  #create({ symbol, timeframe }: Place, reference: IndicatorReference): Track {
    const indicator = reference.definition.create(reference.parameters);
    return new Track(symbol, indicator, this.#data.series(symbol, timeframe));
  }

  #push(symbol: string, candle: ClosedCandle): void {
    for (const track of this.#tracks.values()) track.push(symbol, candle);
  }
}

function keyOf({ symbol, timeframe }: Place, reference: IndicatorReference): string {
  return `${symbol} ${timeframe} ${reference.text}`;
}

/** One running indicator and the rows it has given: open time, then one number an output. */
class Track {
  readonly #symbol: string;
  readonly #timeframe: Timeframe;
  readonly #indicator: Indicator;
  readonly #width: number;
  readonly #capacity: number;
  readonly #cells: Float64Array;
  #first = 0;
  #length = 0;
  #lastOpenTime: number | null = null;

  constructor(symbol: string, indicator: Indicator, series: CandleSeries) {
    this.#symbol = symbol;
    this.#timeframe = series.timeframe;
    this.#indicator = indicator;
    this.#width = 1 + indicator.values.length;
    this.#capacity = series.capacity;
    this.#cells = new Float64Array(this.#capacity * this.#width);
    for (let i = 0; i < series.length; i += 1) this.push(symbol, series.at(i));
  }

  /** Takes a candle of its own series that it has not seen; others change nothing. */
  push(symbol: string, candle: ClosedCandle): void {
    if (symbol !== this.#symbol || candle.timeframe !== this.#timeframe) return;
    if (this.#lastOpenTime !== null && candle.openTime <= this.#lastOpenTime) return;
    this.#indicator.push(candle);
    this.#lastOpenTime = candle.openTime;
    if (this.#length === this.#capacity) {
      this.#first = (this.#first + 1) % this.#capacity;
      this.#length -= 1;
    }
    const cell = ((this.#first + this.#length) % this.#capacity) * this.#width;
    this.#cells[cell] = candle.openTime;
    this.#cells.set(this.#indicator.values, cell + 1);
    this.#length += 1;
  }

  rows({ from, to }: ValuesRange): IndicatorValuesAnswer["values"] {
    const rows: IndicatorValuesAnswer["values"] = [];
    for (let i = 0; i < this.#length; i += 1) {
      const cell = ((this.#first + i) % this.#capacity) * this.#width;
      const [openTime = 0, ...values] = this.#cells.subarray(cell, cell + this.#width);
      if (openTime < from || openTime > to) continue;
      rows.push([openTime, ...values.map((value) => (Number.isFinite(value) ? value : null))]);
    }
    return rows;
  }

  /** The state after the last candle, for a range that reaches it. */
  state(to: number): IndicatorValuesAnswer["state"] {
    if (this.#lastOpenTime === null || to < this.#lastOpenTime) return null;
    return { openTime: this.#lastOpenTime, snapshot: this.#indicator.snapshot() };
  }
}
