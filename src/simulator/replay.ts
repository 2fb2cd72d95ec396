/** A market of recorded one-minute candles: CSV files read once, higher timeframes added up from them. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { assert } from "../core/assert.ts";
import { candleFault } from "../core/candle.ts";
import type { Instrument } from "../core/instrument.ts";
import { MINUTE_MS, openTimeAt, timeframeMs } from "../core/timeframe.ts";
import { instrumentOf, unitOf } from "./listing.ts";
import type { Market, MarketCandle } from "./market.ts";

/** A file that cannot be replayed; the message names the file, and the line where there is one. */
export class ReplayFault extends Error {}

const HEADER = "open_time,open,high,low,close,volume";

/** Recorded candles kept in memory: 10 years of one symbol, 250 MB. */
const ROWS_MAX = 5_300_000;

const FILE_NAME = /^([A-Z0-9]{2,20})-1m-.+\.csv(\.gz)?$/;
const DECIMAL = /^\d{1,15}(\.\d{1,18})?$/;

/** The steps within a minute at which a recorded candle is shown while it forms. */
const PATH_STEPS = 30;

/**
 * Reads files named like `BTCUSDT-1m-2021-04.csv.gz`; several of one symbol follow each other in
 * time. Throws a `ReplayFault` for a file that is missing, misnamed or garbled.
 */
export function replayMarket(paths: readonly string[], symbols: readonly string[] | null): Market {
  const recordings = new Map<string, Recording[]>();
  for (const path of paths) {
    const recording = readRecording(path);
    recordings.set(recording.symbol, [...(recordings.get(recording.symbol) ?? []), recording]);
  }
  const wanted = symbols ?? [...recordings.keys()];
  if (wanted.length === 0) throw new ReplayFault("replay: no file was named");
  const books = new Map<string, RecordedBook>();
  for (const symbol of wanted) {
    const found = recordings.get(symbol);
    if (found === undefined) throw new ReplayFault(`replay: no file holds candles of ${symbol}`);
    books.set(symbol, new RecordedBook(symbol, found));
  }
  return marketOf(books);
}

function marketOf(books: ReadonlyMap<string, RecordedBook>): Market {
  const all = [...books.values()];
  const bookOf = (symbol: string) => {
    const book = books.get(symbol);
    assert(book !== undefined, `${symbol} is recorded`);
    return book;
  };
  return {
    instruments: all.map((book) => book.instrument),
    startTime: Math.min(...all.map((book) => book.firstTime)),
    endTime: Math.max(...all.map((book) => book.lastTime)) + MINUTE_MS,
    candle: (symbol, timeframe, openTime) =>
      bookOf(symbol).candleUntil(openTime, openTime + timeframeMs(timeframe)),
    formingCandle: (symbol, timeframe, time) =>
      bookOf(symbol).candleUntil(openTimeAt(timeframe, time), time),
  };
}

interface Recording {
  readonly path: string;
  readonly symbol: string;
  readonly rows: readonly Row[];
  readonly priceDecimals: number;
  readonly volumeDecimals: number;
}

interface Row {
  readonly openTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

function readRecording(path: string): Recording {
  const name = FILE_NAME.exec(basename(path));
  const symbol = name?.[1];
  if (symbol === undefined) {
    throw new ReplayFault(`replay: ${path}: the name is not like BTCUSDT-1m-2021-04.csv.gz`);
  }
  const rows: Row[] = [];
  let priceDecimals = 0;
  let volumeDecimals = 0;
  const lines = readText(path).split("\n");
  lines.forEach((line, index) => {
    const cells = line.trim();
    if (cells === "" || (index === 0 && cells === HEADER)) return;
    const row = parseRow(cells, rows.at(-1));
    if (typeof row === "string") throw new ReplayFault(`replay: ${path}:${index + 1}: ${row}`);
    const [, open = "", high = "", low = "", close = "", volume = ""] = cells.split(",");
    for (const price of [open, high, low, close]) {
      priceDecimals = Math.max(priceDecimals, decimalsOf(price));
    }
    volumeDecimals = Math.max(volumeDecimals, decimalsOf(volume));
    rows.push(row);
  });
  if (rows.length === 0) throw new ReplayFault(`replay: ${path}: holds no candles`);
  if (rows.length > ROWS_MAX) throw new ReplayFault(`replay: ${path}: over ${ROWS_MAX} candles`);
  return { path, symbol, rows, priceDecimals, volumeDecimals };
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ReplayFault(`replay: ${path}: cannot be read (${reason})`, { cause });
  }
}

/** One line as a candle, or what is wrong with it. */
function parseRow(line: string, previous: Row | undefined): Row | string {
  const cells = line.split(",");
  if (cells.length !== 6) return `has ${cells.length} columns, not the 6 of ${HEADER}`;
  const odd = cells.find((cell) => !DECIMAL.test(cell));
  if (odd !== undefined) return `"${odd}" is not a number`;
  const [openTime = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] = cells.map(Number);
  const row = { openTime, open, high, low, close, volume };
  const fault = candleFault("1m", row);
  if (fault !== null) return fault;
  if (previous !== undefined && openTime <= previous.openTime) {
    return `open time ${openTime} does not follow ${previous.openTime}`;
  }
  return row;
}

/** Decimals that a number needs: "58720.45000000" has two. Eight is the exchange's most. */
function decimalsOf(text: string): number {
  const point = text.indexOf(".");
  if (point < 0) return 0;
  let end = text.length;
  while (text.charCodeAt(end - 1) === ZERO) end -= 1;
  return Math.min(8, end - point - 1);
}

const ZERO = "0".charCodeAt(0);

/** The minutes of one symbol. */
class RecordedBook {
  readonly instrument: Instrument;
  readonly #rows: readonly Row[];
  /** Volumes are added up as whole numbers of the smallest recorded step, so that sums are exact. */
  readonly #steps: number;

  constructor(symbol: string, recordings: readonly Recording[]) {
    this.#rows = inSequence(recordings);
    const priceDecimals = Math.max(...recordings.map((recording) => recording.priceDecimals));
    const volumeDecimals = Math.max(...recordings.map((recording) => recording.volumeDecimals));
    this.instrument = instrumentOf(symbol, unitOf(priceDecimals), unitOf(volumeDecimals));
    this.#steps = 10 ** volumeDecimals;
  }

  get firstTime(): number {
    return this.#rows[0]?.openTime ?? 0;
  }

  get lastTime(): number {
    return this.#rows.at(-1)?.openTime ?? 0;
  }

  /** What is known at `until` of the candle that opens at `openTime`; null when no minute exists. */
  candleUntil(openTime: number, until: number): MarketCandle | null {
    const first = this.#indexFrom(openTime);
    const rows: Row[] = [];
    for (let i = first; i < this.#rows.length; i += 1) {
      const row = this.#rows[i];
      if (row === undefined || row.openTime >= until) break;
      const isWhole = row.openTime + MINUTE_MS <= until;
      rows.push(isWhole ? row : this.#formingRow(row, until - row.openTime));
    }
    return this.#joined(openTime, first, rows);
  }

  #joined(openTime: number, index: number, rows: readonly Row[]): MarketCandle | null {
    const [opening] = rows;
    const closing = rows.at(-1);
    if (opening === undefined || closing === undefined) return null;
    let [high, low, steps, quoteVolume] = [opening.high, opening.low, 0, 0];
    for (const row of rows) {
      high = Math.max(high, row.high);
      low = Math.min(low, row.low);
      steps += Math.round(row.volume * this.#steps);
      quoteVolume += (row.volume * (row.open + row.high + row.low + row.close)) / 4;
    }
    const volume = steps / this.#steps;
    const trades = rows.reduce((sum, row) => sum + (row.volume > 0 ? TRADES_A_MINUTE : 0), 0);
    const takerVolume = Math.floor(steps / 2) / this.#steps;
    const { open } = opening;
    const { close } = closing;
    const firstTradeId = index * TRADES_A_MINUTE;
    return {
      openTime,
      open,
      high,
      low,
      close,
      volume,
      quoteVolume,
      takerVolume,
      trades,
      firstTradeId,
    };
  }

  /** A recorded minute as it may have stood after `elapsed` ms: open → one extreme → other → close. */
  #formingRow(row: Row, elapsed: number): Row {
    const { open, high, low, close } = row;
    const knots = close >= open ? [open, low, high, close] : [open, high, low, close];
    const done = Math.floor((elapsed / MINUTE_MS) * PATH_STEPS) / PATH_STEPS;
    const leg = Math.min(2, Math.floor(done * 3));
    const [from = open, to = close] = [knots[leg], knots[leg + 1]];
    const tick = 10 ** decimalsOfTick(this.instrument);
    const price = Math.round((from + (to - from) * (done * 3 - leg)) * tick) / tick;
    const seen = [...knots.slice(0, leg + 1), price];
    return {
      openTime: row.openTime,
      open,
      high: Math.max(...seen),
      low: Math.min(...seen),
      close: price,
      volume: Math.floor(row.volume * done * this.#steps) / this.#steps,
    };
  }

  #indexFrom(time: number): number {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#rows[middle]?.openTime ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Recorded files say nothing of trades; every minute with volume is given so many. */
const TRADES_A_MINUTE = 100;

function decimalsOfTick(instrument: Instrument): number {
  return (100_000_000n / instrument.tickSize).toString().length - 1;
}

/** The rows of several files of one symbol, one after the other. */
function inSequence(recordings: readonly Recording[]): readonly Row[] {
  const sorted = [...recordings].sort(
    (a, b) => (a.rows[0]?.openTime ?? 0) - (b.rows[0]?.openTime ?? 0),
  );
  const rows: Row[] = [];
  for (const recording of sorted) {
    const [last, first] = [rows.at(-1), recording.rows[0]];
    if (last !== undefined && first !== undefined && first.openTime <= last.openTime) {
      throw new ReplayFault(`replay: ${recording.path}:2: overlaps another file of its symbol`);
    }
    for (const row of recording.rows) rows.push(row);
  }
  return rows;
}
