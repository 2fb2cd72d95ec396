/** Watches the age of data, series by series, and tells a quiet market from a silent connection. */
import { TIMEFRAMES, type Timeframe } from "../../core/timeframe.ts";

/**
 * A trade changes all six candles of its symbol, and each stream sends its change within 2 s
 * (`web-socket-streams.md`, update speed). So when another timeframe of the symbol shows a trade
 * this long after our last frame, a frame of ours is owed; with less, both may speak of one trade.
 */
const SAME_TRADE_MS = 3_500;

/** How long an owed frame may take: the update speed of 2 s and a slow network. */
const OWED_MS = 3_500;

/** A symbol without a frame on any connection for so long is asked about by REST. */
const QUIET_MS = 20_000;

export class Freshness {
  readonly #bySymbol = new Map<string, ReadonlyMap<Timeframe, SeriesAge>>();

  constructor(symbols: Iterable<string>) {
    for (const symbol of symbols) {
      const ages = TIMEFRAMES.map((timeframe): [Timeframe, SeriesAge] => [timeframe, newAge()]);
      this.#bySymbol.set(symbol, new Map(ages));
    }
  }

  /** A connection opened: its series owe nothing yet. */
  opened(timeframe: Timeframe, at: number): void {
    for (const ages of this.#bySymbol.values()) {
      const age = ages.get(timeframe);
      if (age === undefined) continue;
      age.baseAt = at;
      age.owedSince = null;
    }
  }

  /** A frame of the series came; `news` says whether it shows a trade or only that time passes. */
  seen(symbol: string, timeframe: Timeframe, at: number, news: "trade" | "time"): void {
    const ages = this.#bySymbol.get(symbol);
    const own = ages?.get(timeframe);
    if (ages === undefined || own === undefined) return;
    own.lastAt = at;
    own.baseAt = at;
    own.owedSince = null;
    if (news === "trade") this.traded(symbol, at);
  }

  /** A trade of the symbol is known: series that have been silent for long owe a frame. */
  traded(symbol: string, at: number): void {
    for (const age of this.#bySymbol.get(symbol)?.values() ?? []) {
      if (age.owedSince === null && at - age.baseAt >= SAME_TRADE_MS) age.owedSince = at;
    }
  }

  /** The symbols whose frames on this timeframe are owed for too long. */
  overdue(timeframe: Timeframe, at: number): string[] {
    const found: string[] = [];
    for (const [symbol, ages] of this.#bySymbol) {
      const since = ages.get(timeframe)?.owedSince ?? null;
      if (since !== null && at - since >= OWED_MS) found.push(symbol);
    }
    return found;
  }

  /** The symbols that no connection has spoken of for long, though nothing shows a trade. */
  quiet(at: number): string[] {
    const found: string[] = [];
    for (const [symbol, ages] of this.#bySymbol) {
      const all = [...ages.values()];
      const newest = Math.max(...all.map(({ baseAt }) => baseAt));
      if (at - newest >= QUIET_MS && all.some((age) => age.owedSince === null)) found.push(symbol);
    }
    return found;
  }

  /** Milliseconds since the newest frame of the series; null before the first one. */
  ageMs(symbol: string, timeframe: Timeframe, at: number): number | null {
    const lastAt = this.#bySymbol.get(symbol)?.get(timeframe)?.lastAt ?? null;
    return lastAt === null ? null : Math.max(0, at - lastAt);
  }

  /** The age of the quietest symbol of a timeframe; null while one has had no frame. */
  oldestAgeMs(timeframe: Timeframe, at: number): number | null {
    let oldest = 0;
    for (const symbol of this.#bySymbol.keys()) {
      const age = this.ageMs(symbol, timeframe, at);
      if (age === null) return null;
      oldest = Math.max(oldest, age);
    }
    return oldest;
  }

  /**
   * The wall clock was set, or the process stood still: what was owed before is owed from now, so
   * that frames which wait in the sockets are read before anyone judges.
   */
  clockLeapt(at: number): void {
    for (const ages of this.#bySymbol.values()) {
      for (const age of ages.values()) {
        if (age.lastAt !== null) age.lastAt = Math.min(age.lastAt, at);
        age.baseAt = Math.min(age.baseAt, at);
        if (age.owedSince !== null) age.owedSince = at;
      }
    }
  }
}

/** Times by the wall clock. */
interface SeriesAge {
  /** Of the newest frame. */
  lastAt: number | null;
  /** Of the newest frame or the opening of the connection, whichever is later. */
  baseAt: number;
  /** Since when a frame is owed. */
  owedSince: number | null;
}

function newAge(): SeriesAge {
  return { lastAt: null, baseAt: Number.NEGATIVE_INFINITY, owedSince: null };
}
