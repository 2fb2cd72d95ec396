/** The latest closed candles of one (symbol, timeframe): ascending, without doubles, bounded. */
import { assert } from "./assert.ts";
import type { CandleSource, ClosedCandle } from "./candle.ts";
import { isOpenTime, type Timeframe, timeframeMs } from "./timeframe.ts";

/** Columns a candle takes in memory: six numbers, lateness, source. */
const COLUMNS = 8;

/**
 * A ring of closed candles in one flat array: `capacity` × 64 bytes, whatever runs through it.
 * Consecutive candles are one timeframe apart, save where `append` is told of a hole.
 */
export class CandleSeries {
  readonly timeframe: Timeframe;
  readonly capacity: number;
  readonly #cells: Float64Array;
  #first = 0;
  #length = 0;

  constructor(timeframe: Timeframe, capacity: number) {
    assert(Number.isSafeInteger(capacity) && capacity > 0, "capacity is a positive integer");
    this.timeframe = timeframe;
    this.capacity = capacity;
    this.#cells = new Float64Array(capacity * COLUMNS);
  }

  get length(): number {
    return this.#length;
  }

  /** The open time that the next candle has when no hole lies between; null while empty. */
  get nextOpenTime(): number | null {
    if (this.#length === 0) return null;
    return this.openTimeAt(this.#length - 1) + timeframeMs(this.timeframe);
  }

  /**
   * Adds the next candle and drops the oldest one when full. It must follow the last one directly;
   * `afterHole` says that the candles between are known not to exist.
   */
  append(candle: ClosedCandle, gap: "contiguous" | "afterHole" = "contiguous"): void {
    assert(candle.timeframe === this.timeframe, "a series holds one timeframe");
    assert(isOpenTime(this.timeframe, candle.openTime), "candles stand on the timeframe's grid");
    const next = this.nextOpenTime;
    if (next !== null) {
      const follows = gap === "contiguous" ? candle.openTime === next : candle.openTime >= next;
      // Built only when it is needed: the text costs more than the append.
      if (!follows) assert(false, `candle ${candle.openTime} does not follow ${next} (${gap})`);
    }
    if (this.#length === this.capacity) {
      this.#first = (this.#first + 1) % this.capacity;
      this.#length -= 1;
    }
    const cell = ((this.#first + this.#length) % this.capacity) * COLUMNS;
    this.#cells.set(
      [
        candle.openTime,
        candle.open,
        candle.high,
        candle.low,
        candle.close,
        candle.volume,
        candle.latenessMs,
        candle.source === "stream" ? 0 : 1,
      ],
      cell,
    );
    this.#length += 1;
  }

  /** The candle at `index`, 0 the oldest kept. */
  at(index: number): ClosedCandle {
    assert(index >= 0 && index < this.#length, `index ${index} is within the series`);
    const cell = ((this.#first + index) % this.capacity) * COLUMNS;
    return {
      timeframe: this.timeframe,
      openTime: this.#number(cell),
      open: this.#number(cell + 1),
      high: this.#number(cell + 2),
      low: this.#number(cell + 3),
      close: this.#number(cell + 4),
      volume: this.#number(cell + 5),
      latenessMs: this.#number(cell + 6),
      source: SOURCES[this.#number(cell + 7)] ?? "rest",
    };
  }

  /** The newest candle, or null while empty. */
  last(): ClosedCandle | null {
    return this.#length === 0 ? null : this.at(this.#length - 1);
  }

  /** The open time at `index`, without building the candle. */
  openTimeAt(index: number): number {
    assert(index >= 0 && index < this.#length, `index ${index} is within the series`);
    return this.#number(((this.#first + index) % this.capacity) * COLUMNS);
  }

  /** The index of the first candle that opens at or after `time`; `length` when there is none. */
  indexFrom(time: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.openTimeAt(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The candles whose open time lies in [`from`, `to`], ascending, at most `limit` from the start. */
  between(from: number, to: number, limit: number): ClosedCandle[] {
    const found: ClosedCandle[] = [];
    for (let i = this.indexFrom(from); i < this.#length && found.length < limit; i += 1) {
      if (this.openTimeAt(i) > to) break;
      found.push(this.at(i));
    }
    return found;
  }

  /** The newest `count` candles, ascending. */
  tail(count: number): ClosedCandle[] {
    const found: ClosedCandle[] = [];
    for (let i = Math.max(0, this.#length - count); i < this.#length; i += 1)
      found.push(this.at(i));
    return found;
  }

  #number(cell: number): number {
    const value = this.#cells[cell];
    assert(value !== undefined, "cells lie within the ring");
    return value;
  }
}

const SOURCES: readonly CandleSource[] = ["stream", "rest"];
