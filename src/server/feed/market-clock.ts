/** Turns the closed candles of one symbol, from six connections and REST, into contiguous minutes. */
import { assert } from "../../core/assert.ts";
import { type ClosedCandle, sameCandle } from "../../core/candle.ts";
import type { MarketMinute } from "../../core/market-minute.ts";
import {
  endTimeOf,
  isOpenTime,
  MINUTE_MS,
  openTimeAt,
  TIMEFRAMES,
  type Timeframe,
  timeframeMs,
  timeframesEndingAt,
} from "../../core/timeframe.ts";

/** What became of a closed candle that was offered. */
export type Acceptance =
  | "accepted"
  /** Already held, with the same numbers. */
  | "duplicate"
  /** Already held with other numbers: the first version stays. */
  | "revision"
  /** Its minute was passed on before. */
  | "past"
  /** So far ahead that it is not kept; REST brings it when its time comes. */
  | "ahead";

/** One answer of REST for one timeframe, ascending rows from `from` on. */
export interface Reading {
  readonly timeframe: Timeframe;
  readonly from: number;
  readonly rows: readonly ReadRow[];
  /** When it was read, by the wall clock. */
  readonly at: number;
}

export interface ReadRow {
  readonly candle: ClosedCandle;
  /** Whether the candle can be trusted to change no more. */
  readonly final: boolean;
}

export interface Slot {
  readonly timeframe: Timeframe;
  readonly openTime: number;
}

/** Two reads that lack a candle must lie this far apart before it is held not to exist. */
export const HOLE_CONFIRMATION_MS = 5_000;

/**
 * Closed candles kept ahead of the cursor for each timeframe: two days of minutes, which is more
 * than the longest outage that is promised (25 h) needs; some 300 kB a symbol at the very worst.
 */
export const AHEAD_MAX = 3_000;

/**
 * The state of one symbol. It knows no clock and no network: it is told of candles and readings,
 * and gives the next minute as soon as every candle that ends with it is there or known not to be.
 */
export class MarketClock {
  readonly symbol: string;
  #cursor: number | null = null;
  readonly #ledgers: Readonly<Record<Timeframe, Ledger>> = {
    "1m": newLedger(),
    "5m": newLedger(),
    "15m": newLedger(),
    "1h": newLedger(),
    "4h": newLedger(),
    "1d": newLedger(),
  };

  constructor(symbol: string) {
    this.symbol = symbol;
  }

  /** The open time of the next minute to be passed on; null before `begin`. */
  get cursor(): number | null {
    return this.#cursor;
  }

  /** Says which minute is the first one; candles that ended before it are forgotten. */
  begin(openTime: number): void {
    assert(this.#cursor === null, "a clock begins once");
    assert(isOpenTime("1m", openTime), "a clock begins at a minute");
    this.#cursor = openTime;
    for (const timeframe of TIMEFRAMES) {
      const { held } = this.#ledgers[timeframe];
      for (const open of [...held.keys()]) {
        if (endTimeOf(timeframe, open) <= openTime) held.delete(open);
      }
    }
  }

  /** Offers a candle that the exchange calls closed. */
  accept(candle: ClosedCandle): Acceptance {
    const { timeframe, openTime } = candle;
    const { held, absent, holes } = this.#ledgers[timeframe];
    if (this.#cursor !== null && endTimeOf(timeframe, openTime) <= this.#cursor) return "past";
    const known = held.get(openTime);
    if (known !== undefined) return sameCandle(known, candle) ? "duplicate" : "revision";
    const farthest = (this.#cursor ?? openTime) + AHEAD_MAX * timeframeMs(timeframe);
    if (openTime >= farthest || held.size >= AHEAD_MAX) return "ahead";
    held.set(openTime, candle);
    absent.delete(openTime);
    holes.delete(openTime);
    return "accepted";
  }

  /**
   * Takes what REST shows. Final rows fill what is missing; a slot that is empty although a later
   * row exists is noted, and is a hole once a second reading long enough after says the same.
   */
  read(reading: Reading): { readonly repaired: number; readonly holes: number } {
    const { timeframe, from, rows, at } = reading;
    const { held, absent, holes } = this.#ledgers[timeframe];
    const found = { repaired: 0, holes: 0 };
    const shown = new Set<number>();
    for (const { candle, final } of rows) {
      shown.add(candle.openTime);
      absent.delete(candle.openTime);
      if (!final || held.has(candle.openTime)) continue;
      if (this.accept(candle) === "accepted") found.repaired += 1;
    }
    const newest = rows.at(-1)?.candle.openTime ?? from;
    for (let open = from; open < newest; open += timeframeMs(timeframe)) {
      if (shown.has(open) || held.has(open) || holes.has(open) || this.#isPast(timeframe, open)) {
        continue;
      }
      const since = absent.get(open);
      if (since === undefined || since > at) absent.set(open, at);
      else if (at - since >= HOLE_CONFIRMATION_MS) {
        absent.delete(open);
        holes.add(open);
        found.holes += 1;
      }
    }
    return found;
  }

  /** The next minute, when everything that ends with it is known; moves the cursor past it. */
  take(): MarketMinute | null {
    if (this.#cursor === null) return null;
    const boundary = this.#cursor + MINUTE_MS;
    const candles: ClosedCandle[] = [];
    for (const timeframe of timeframesEndingAt(boundary)) {
      const openTime = boundary - timeframeMs(timeframe);
      const candle = this.#ledgers[timeframe].held.get(openTime);
      if (candle !== undefined) candles.push(candle);
      else if (!this.#ledgers[timeframe].holes.has(openTime)) return null;
    }
    for (const timeframe of timeframesEndingAt(boundary)) {
      const { held, absent, holes } = this.#ledgers[timeframe];
      const openTime = boundary - timeframeMs(timeframe);
      held.delete(openTime);
      absent.delete(openTime);
      holes.delete(openTime);
    }
    const openTime = this.#cursor;
    this.#cursor = boundary;
    return { kind: "closed", symbol: this.symbol, openTime, candles };
  }

  /** For each timeframe, the first candle that ended by `time` and is neither held nor a hole. */
  missing(time: number): Slot[] {
    const slots: Slot[] = [];
    if (this.#cursor === null) return slots;
    for (const timeframe of TIMEFRAMES) {
      const { held, holes } = this.#ledgers[timeframe];
      let openTime = openTimeAt(timeframe, this.#cursor);
      while (held.has(openTime) || holes.has(openTime)) openTime += timeframeMs(timeframe);
      if (endTimeOf(timeframe, openTime) <= time) slots.push({ timeframe, openTime });
    }
    return slots;
  }

  /**
   * When a further reading could turn all that the next minute lacks into holes; null while REST
   * has not yet shown a later candle for some of it.
   */
  holesConfirmableAt(): number | null {
    if (this.#cursor === null) return null;
    const boundary = this.#cursor + MINUTE_MS;
    let latest: number | null = null;
    for (const timeframe of timeframesEndingAt(boundary)) {
      const { held, absent, holes } = this.#ledgers[timeframe];
      const openTime = boundary - timeframeMs(timeframe);
      if (held.has(openTime) || holes.has(openTime)) continue;
      const since = absent.get(openTime);
      if (since === undefined) return null;
      latest = Math.max(latest ?? 0, since + HOLE_CONFIRMATION_MS);
    }
    return latest;
  }

  #isPast(timeframe: Timeframe, openTime: number): boolean {
    return this.#cursor !== null && endTimeOf(timeframe, openTime) <= this.#cursor;
  }
}

/** What is known of one timeframe from the cursor on, by open time. */
interface Ledger {
  readonly held: Map<number, ClosedCandle>;
  /** When REST first lacked the candle although it showed a later one. */
  readonly absent: Map<number, number>;
  readonly holes: Set<number>;
}

function newLedger(): Ledger {
  return { held: new Map(), absent: new Map(), holes: new Set() };
}
