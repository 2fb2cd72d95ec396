/** Recorded candles of one symbol in flat columns, and the market minutes that they make. */
import { assert } from "../assert.ts";
import type { Candle, ClosedCandle } from "../candle.ts";
import type { MarketMinute } from "../market-minute.ts";
import { endTimeOf, isOpenTime, MINUTE_MS, TIMEFRAMES, type Timeframe } from "../timeframe.ts";

/** Open time, open, high, low, close, volume: 48 bytes a candle, where an object takes some 250. */
const COLUMNS = 6;

/** The candles of one timeframe, ascending. */
export class CandleColumns {
  readonly timeframe: Timeframe;
  readonly length: number;
  readonly #cells: Float64Array;

  constructor(timeframe: Timeframe, candles: readonly Candle[]) {
    this.timeframe = timeframe;
    this.length = candles.length;
    this.#cells = new Float64Array(candles.length * COLUMNS);
    let before = -1;
    candles.forEach((candle, i) => {
      const { openTime, open, high, low, close, volume } = candle;
      assert(openTime > before && isOpenTime(timeframe, openTime), "candles ascend on their grid");
      before = openTime;
      this.#cells.set([openTime, open, high, low, close, volume], i * COLUMNS);
    });
  }

  /** The open time at `index`; Infinity past the end. */
  openTimeAt(index: number): number {
    return this.#cells[index * COLUMNS] ?? Number.POSITIVE_INFINITY;
  }

  /** Writes the candle at `index` into `candle`. */
  read(index: number, candle: MutableCandle): void {
    const cell = index * COLUMNS;
    candle.openTime = this.#cells[cell] ?? Number.NaN;
    candle.open = this.#cells[cell + 1] ?? Number.NaN;
    candle.high = this.#cells[cell + 2] ?? Number.NaN;
    candle.low = this.#cells[cell + 3] ?? Number.NaN;
    candle.close = this.#cells[cell + 4] ?? Number.NaN;
    candle.volume = this.#cells[cell + 5] ?? Number.NaN;
  }
}

type MutableCandle = { -readonly [Key in keyof ClosedCandle]: ClosedCandle[Key] };

/**
 * Every minute from the first 1m candle to the last, holes included, with the candles that close at
 * its end. The minute and its candles are written anew each time: keep none of them. A backtest that
 * walks a million live objects instead waits for memory most of the time.
 */
export function* minutesOf(
  symbol: string,
  series: readonly CandleColumns[],
): Generator<MarketMinute, void, void> {
  const readers = TIMEFRAMES.flatMap((timeframe) => {
    const columns = series.find((each) => each.timeframe === timeframe);
    return columns === undefined ? [] : [new Reader(columns)];
  });
  const base = readers.find(({ timeframe }) => timeframe === "1m");
  if (base === undefined || base.length === 0) return;
  const lastTime = base.lastOpenTime;
  const candles: ClosedCandle[] = [];
  const minute = { kind: "closed" as const, symbol, openTime: base.nextEnd - MINUTE_MS, candles };
  while (minute.openTime <= lastTime) {
    const boundary = minute.openTime + MINUTE_MS;
    let count = 0;
    for (const reader of readers) {
      while (reader.nextEnd < boundary) reader.skip();
      if (reader.nextEnd !== boundary) continue;
      candles[count] = reader.take();
      count += 1;
    }
    // Cut only where it is longer: an array set to 0 gives its memory back, and asks for it again.
    if (candles.length > count) candles.length = count;
    yield minute;
    minute.openTime = boundary;
  }
}

/** A place in the columns of one timeframe. */
class Reader {
  readonly timeframe: Timeframe;
  readonly length: number;
  /** When the next candle closes; Infinity after the last. */
  nextEnd = 0;
  readonly #columns: CandleColumns;
  readonly #candle: MutableCandle;
  #index = -1;

  constructor(columns: CandleColumns) {
    const { timeframe } = columns;
    this.timeframe = timeframe;
    this.length = columns.length;
    this.#columns = columns;
    const none = { openTime: 0, open: 0, high: 0, low: 0, close: 0, volume: 0 };
    this.#candle = { ...none, timeframe, source: "rest", latenessMs: 0 };
    this.skip();
  }

  get lastOpenTime(): number {
    return this.#columns.openTimeAt(this.length - 1);
  }

  skip(): void {
    this.#index += 1;
    this.nextEnd = endTimeOf(this.timeframe, this.#columns.openTimeAt(this.#index));
  }

  take(): ClosedCandle {
    this.#columns.read(this.#index, this.#candle);
    this.skip();
    return this.#candle;
  }
}
