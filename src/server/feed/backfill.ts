/** Loads the history of one symbol at start, and says at which minute the live market begins. */
import type { Candle, ClosedCandle } from "../../core/candle.ts";
import {
  endTimeOf,
  openTimeAt,
  TIMEFRAMES,
  type Timeframe,
  timeframeMs,
} from "../../core/timeframe.ts";
import { CANDLE_ROWS_MAX, type Exchange } from "../exchange/exchange.ts";
import { HOLE_CONFIRMATION_MS } from "./market-clock.ts";
import { askPatiently, type PatienceParts, pause } from "./patience.ts";

export interface History {
  /** The exchange's clock when the loading began. */
  readonly time: number;
  /** Open time of the first minute that the market clock passes on. */
  readonly cursor: number;
  /** Candles that ended by the cursor, ascending; where one is missing the exchange has none. */
  readonly closed: Readonly<Record<Timeframe, readonly ClosedCandle[]>>;
  /** The candle that contains the cursor, as far as it had come. */
  readonly forming: Readonly<Record<Timeframe, Candle | null>>;
}

/** Closed candles that outlive the process. */
export interface CandleHistory {
  /** The newest candles kept, ascending, at most `limit`. */
  load(symbol: string, timeframe: Timeframe, limit: number): Promise<readonly ClosedCandle[]>;
  /** Takes candles to be kept; returns at once. */
  append(symbol: string, candles: readonly ClosedCandle[]): void;
}

export interface BackfillParts extends PatienceParts {
  readonly exchange: Exchange;
  readonly symbol: string;
  /** The minute to go on from; null begins at the minute that is forming now. */
  readonly resumeAt: number | null;
  /** What is known already, so that the exchange is asked only for what is missing. */
  readonly kept?: CandleHistory;
}

/** A candle so young may still be changed by trades on their way; the market clock looks again. */
export const SETTLING_MS = 3_000;

/** Rows among which the first live minute is looked for: a clock ten minutes behind is borne. */
const NEWEST_ROWS = 10;

/** The wait for the first candle of a market that has not begun. */
const NO_MARKET_PAUSE_MS = 1_000;

/**
 * At most one request a timeframe: 999 closed candles and the forming one, enough for ema(200) thrice
 * over; only the newest of them, or none, where the others are kept.
 */
export async function loadHistory(parts: BackfillParts): Promise<History> {
  const [time, newest] = await Promise.all([
    askPatiently("time", () => parts.exchange.time("repair"), parts),
    parts.resumeAt === null ? newestMinutes(parts) : null,
  ]);
  const cursor = newest === null ? (parts.resumeAt ?? 0) : firstLiveMinute(newest, time);
  const loaded = await Promise.all(
    TIMEFRAMES.map(async (timeframe) => ({
      timeframe,
      ...(await loadTimeframe(parts, timeframe, { cursor, time })),
    })),
  );
  const byTimeframe = (timeframe: Timeframe) =>
    loaded.find((entry) => entry.timeframe === timeframe) ?? EMPTY;
  return {
    time,
    cursor,
    closed: recordOf((timeframe) => byTimeframe(timeframe).closed),
    forming: recordOf((timeframe) => byTimeframe(timeframe).forming),
  };
}

interface Loaded {
  readonly closed: readonly ClosedCandle[];
  readonly forming: Candle | null;
}

const EMPTY: Loaded = { closed: [], forming: null };

/** Closed candles loaded a series. */
const CLOSED_WANTED = CANDLE_ROWS_MAX - 1;

async function loadTimeframe(
  parts: BackfillParts,
  timeframe: Timeframe,
  { cursor, time }: { readonly cursor: number; readonly time: number },
): Promise<Loaded> {
  const kept = await keptUpTo(parts, timeframe, cursor);
  const last = kept.at(-1);
  // The stream shows the forming candle within two seconds.
  if (last !== undefined && endTimeOf(timeframe, last.openTime) > cursor - timeframeMs(timeframe)) {
    return { closed: kept, forming: null };
  }
  const from = last === undefined ? null : endTimeOf(timeframe, last.openTime);
  const rows = await rowsUpTo(parts, timeframe, { from, cursor });
  const fresh = rows
    .filter(({ openTime }) => endTimeOf(timeframe, openTime) <= cursor)
    .map((row) => closedRow(row, timeframe, time));
  parts.kept?.append(parts.symbol, fresh);
  const newest = rows.at(-1);
  const isForming = newest !== undefined && endTimeOf(timeframe, newest.openTime) > cursor;
  return { closed: [...kept, ...fresh], forming: isForming ? newest : null };
}

/**
 * The candles kept, where they are worth going on from: without a gap, which would have to be told
 * from a hole of the exchange, and near enough for one request to reach the cursor.
 */
async function keptUpTo(
  { kept, symbol }: BackfillParts,
  timeframe: Timeframe,
  cursor: number,
): Promise<readonly ClosedCandle[]> {
  const lengthMs = timeframeMs(timeframe);
  const candles = (await kept?.load(symbol, timeframe, CLOSED_WANTED)) ?? [];
  const ended = candles.filter(({ openTime }) => openTime + lengthMs <= cursor);
  const [first] = ended;
  const last = ended.at(-1);
  if (first === undefined || last === undefined) return [];
  const hasGap = last.openTime - first.openTime !== (ended.length - 1) * lengthMs;
  const missing = Math.floor((cursor - last.openTime) / lengthMs) - 1;
  const isFar = missing >= CLOSED_WANTED;
  const isShort = ended.length + missing < CLOSED_WANTED;
  return hasGap || isFar || isShort ? [] : ended.slice(missing - CLOSED_WANTED + ended.length);
}

/** A REST row as a closed candle; `time` is the exchange's clock when it was asked. */
export function closedRow(row: Candle, timeframe: Timeframe, time: number): ClosedCandle {
  const latenessMs = Math.max(0, time - endTimeOf(timeframe, row.openTime));
  return { ...row, timeframe, source: "rest", latenessMs };
}

/** One value for each timeframe. */
export function recordOf<T>(value: (timeframe: Timeframe) => T): Record<Timeframe, T> {
  return {
    "1m": value("1m"),
    "5m": value("5m"),
    "15m": value("15m"),
    "1h": value("1h"),
    "4h": value("4h"),
    "1d": value("1d"),
  };
}

/** The newest rows of the 1m timeframe, at least one; waits for a market that has not begun. */
async function newestMinutes(parts: BackfillParts): Promise<readonly [Candle, ...Candle[]]> {
  const { exchange, symbol } = parts;
  for (;;) {
    const [first, ...others] = await askPatiently(
      `${symbol} newest minutes`,
      () => exchange.candles({ symbol, timeframe: "1m", limit: NEWEST_ROWS }, "repair"),
      parts,
    );
    if (first !== undefined) return [first, ...others];
    await pause(parts.clock, NO_MARKET_PAUSE_MS, parts.signal);
  }
}

/**
 * The newest minute that REST shows, which may be forming, is left to the market clock; so is one
 * that ended a moment ago. Only rows before it are taken as closed, whatever any clock says.
 */
function firstLiveMinute(newest: readonly [Candle, ...Candle[]], time: number): number {
  const [first] = newest;
  const last = newest.at(-1) ?? first;
  const settled = openTimeAt("1m", time - SETTLING_MS);
  return Math.max(first.openTime, Math.min(last.openTime, settled));
}

interface RowSpan {
  /** Open time of the first row wanted; null for as many as an answer holds. */
  readonly from: number | null;
  readonly cursor: number;
}

/** The newest rows that open at or before the cursor. Where rows are missing, a second look decides. */
async function rowsUpTo(
  parts: BackfillParts,
  timeframe: Timeframe,
  { from, cursor }: RowSpan,
): Promise<readonly Candle[]> {
  const { exchange, symbol, clock, signal, log } = parts;
  const span = from === null ? { to: cursor } : { from, to: cursor };
  const read = () =>
    askPatiently(
      `${symbol} ${timeframe} history`,
      () => exchange.candles({ symbol, timeframe, ...span, limit: CANDLE_ROWS_MAX }, "repair"),
      parts,
    );
  const rows = await read();
  if (lacking(rows, timeframe, { from, cursor }) === 0) return rows;
  await pause(clock, HOLE_CONFIRMATION_MS, signal);
  const known = new Map([...rows, ...(await read())].map((row) => [row.openTime, row]));
  const merged = [...known.values()].sort((a, b) => a.openTime - b.openTime);
  const holes = lacking(merged, timeframe, { from, cursor });
  if (holes > 0) log.warn({ symbol, timeframe, holes }, "history has holes on the exchange itself");
  return merged;
}

/** How many candles that ended by the cursor are missing after the first one wanted. */
function lacking(rows: readonly Candle[], timeframe: Timeframe, { from, cursor }: RowSpan): number {
  const first = from ?? rows[0]?.openTime;
  if (first === undefined) return 0;
  const lengthMs = timeframeMs(timeframe);
  const due = Math.floor((cursor - first) / lengthMs);
  const ended = rows.filter(({ openTime }) => openTime + lengthMs <= cursor).length;
  return Math.max(0, due - ended);
}
