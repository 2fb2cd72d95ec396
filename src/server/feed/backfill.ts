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

export interface BackfillParts extends PatienceParts {
  readonly exchange: Exchange;
  readonly symbol: string;
  /** The minute to go on from; null begins at the minute that is forming now. */
  readonly resumeAt: number | null;
}

/** A candle so young may still be changed by trades on their way; the market clock looks again. */
export const SETTLING_MS = 3_000;

/** The wait for the first candle of a market that has not begun. */
const NO_MARKET_PAUSE_MS = 1_000;

/** One request a timeframe: 999 closed candles and the forming one, enough for ema(200) thrice over. */
export async function loadHistory(parts: BackfillParts): Promise<History> {
  const time = await askPatiently("time", () => parts.exchange.time("repair"), parts);
  const cursor = parts.resumeAt ?? (await firstLiveMinute(parts, time));
  const loaded = await Promise.all(
    TIMEFRAMES.map(async (timeframe) => {
      const rows = await rowsUpTo(parts, timeframe, cursor);
      const closed = rows
        .filter(({ openTime }) => endTimeOf(timeframe, openTime) <= cursor)
        .map((row) => closedRow(row, timeframe, time));
      const last = rows.at(-1);
      const isForming = last !== undefined && endTimeOf(timeframe, last.openTime) > cursor;
      return { timeframe, closed, forming: isForming ? last : null };
    }),
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

const EMPTY: { readonly closed: readonly ClosedCandle[]; readonly forming: Candle | null } = {
  closed: [],
  forming: null,
};

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

/**
 * The newest minute that REST shows, which may be forming, is left to the market clock; so is one
 * that ended a moment ago. Only rows before it are taken as closed, whatever any clock says.
 */
async function firstLiveMinute(parts: BackfillParts, time: number): Promise<number> {
  const { exchange, symbol } = parts;
  for (;;) {
    const rows = await askPatiently(
      `${symbol} newest minutes`,
      () => exchange.candles({ symbol, timeframe: "1m", limit: 10 }, "repair"),
      parts,
    );
    const [first] = rows;
    const newest = rows.at(-1);
    if (first !== undefined && newest !== undefined) {
      const settled = openTimeAt("1m", time - SETTLING_MS);
      return Math.max(first.openTime, Math.min(newest.openTime, settled));
    }
    await pause(parts.clock, NO_MARKET_PAUSE_MS, parts.signal);
  }
}

/** The newest rows that open at or before `cursor`. Where rows are missing, a second look decides. */
async function rowsUpTo(
  parts: BackfillParts,
  timeframe: Timeframe,
  cursor: number,
): Promise<readonly Candle[]> {
  const { exchange, symbol, clock, signal, log } = parts;
  const read = () =>
    askPatiently(
      `${symbol} ${timeframe} history`,
      () => exchange.candles({ symbol, timeframe, to: cursor, limit: CANDLE_ROWS_MAX }, "repair"),
      parts,
    );
  const rows = await read();
  if (lacking(rows, timeframe, cursor) === 0) return rows;
  await pause(clock, HOLE_CONFIRMATION_MS, signal);
  const known = new Map([...rows, ...(await read())].map((row) => [row.openTime, row]));
  const merged = [...known.values()].sort((a, b) => a.openTime - b.openTime);
  const holes = lacking(merged, timeframe, cursor);
  if (holes > 0) log.warn({ symbol, timeframe, holes }, "history has holes on the exchange itself");
  return merged;
}

/** How many candles that ended by `cursor` are missing after the first row. */
function lacking(rows: readonly Candle[], timeframe: Timeframe, cursor: number): number {
  const [first] = rows;
  if (first === undefined) return 0;
  const lengthMs = timeframeMs(timeframe);
  const due = Math.floor((cursor - first.openTime) / lengthMs);
  const ended = rows.filter(({ openTime }) => openTime + lengthMs <= cursor).length;
  return Math.max(0, due - ended);
}
