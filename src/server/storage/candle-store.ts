/** Closed candles on the disk: written in batches off the hot path, read at start. */
import { sql } from "kysely";
import { type ClosedCandle, sameCandle } from "../../core/candle.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import type { Clock, Timer } from "../clock.ts";
import { faultOf, type StorageFault } from "./fault.ts";
import type { Tx } from "./tables.ts";
import type { TenantDoors } from "./tenant.ts";

export interface CandleStore {
  /** The newest stored candles of a series, ascending, at most `limit`. */
  load(symbol: string, timeframe: Timeframe, limit: number): Promise<readonly ClosedCandle[]>;
  /** Takes candles to be stored soon; returns at once and never throws for the database's sake. */
  append(symbol: string, candles: readonly ClosedCandle[]): void;
  /** Stores what waits. Rejects with a `StorageFault` where the database does not take it. */
  flush(): Promise<void>;
  readonly counts: CandleCounts;
  /** Stores what waits, as far as the database takes it, and ends. */
  close(): Promise<void>;
}

export interface CandleCounts {
  readonly stored: number;
  /** Candles that came again with other numbers; the first version stays. */
  readonly revised: number;
  /** Candles that were let go because the database took none for too long. */
  readonly dropped: number;
  readonly waiting: number;
}

export interface CandleStoreOptions {
  readonly doors: Pick<TenantDoors, "withEngine">;
  readonly clock: Clock;
  /** A batch could not be stored; it waits for the next try. */
  readonly onFault: (fault: StorageFault) => void;
}

/** Candles of all symbols close together: one batch a boundary, and few enough seconds to lose. */
const FLUSH_AFTER_MS = 500;
const RETRY_AFTER_MS = 5_000;

/** One statement's worth: some 200 kB of parameters. */
const BATCH_MAX = 2_000;

/** Six timeframes of a hundred symbols with a thousand candles each is the most that a start brings. */
const WAITING_MAX = 600_000;

export function openCandleStore(options: CandleStoreOptions): CandleStore {
  return new BatchingStore(options);
}

interface Waiting {
  readonly symbol: string;
  readonly candle: ClosedCandle;
}

class BatchingStore implements CandleStore {
  readonly #options: CandleStoreOptions;
  #waiting: Waiting[] = [];
  #timer: Timer | null = null;
  #flushing: Promise<void> | null = null;
  #isClosed = false;
  #stored = 0;
  #revised = 0;
  #dropped = 0;

  constructor(options: CandleStoreOptions) {
    this.#options = options;
  }

  get counts(): CandleCounts {
    return {
      stored: this.#stored,
      revised: this.#revised,
      dropped: this.#dropped,
      waiting: this.#waiting.length,
    };
  }

  load(symbol: string, timeframe: Timeframe, limit: number): Promise<readonly ClosedCandle[]> {
    return this.#options.doors.withEngine(async (tx) => {
      const rows = await tx
        .selectFrom("candles")
        .selectAll()
        .where("symbol", "=", symbol)
        .where("timeframe", "=", timeframe)
        .orderBy("open_time", "desc")
        .limit(limit)
        .execute();
      return rows.reverse().map(({ open_time, lateness_ms, symbol: _, ...row }) => ({
        ...row,
        openTime: open_time,
        latenessMs: lateness_ms,
      }));
    });
  }

  append(symbol: string, candles: readonly ClosedCandle[]): void {
    for (const candle of candles) this.#waiting.push({ symbol, candle });
    const excess = this.#waiting.length - WAITING_MAX;
    if (excess > 0) {
      // The oldest go: the exchange still has them, and the next start asks for what is missing.
      this.#waiting.splice(0, excess);
      this.#dropped += excess;
    }
    this.#schedule(FLUSH_AFTER_MS);
  }

  flush(): Promise<void> {
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    try {
      await this.flush();
    } catch (error) {
      this.#report(error);
    }
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== null || this.#isClosed) return;
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = null;
      this.flush().catch((error) => {
        this.#report(error);
        this.#schedule(RETRY_AFTER_MS);
      });
    });
  }

  #report(error: unknown): void {
    const fault = faultOf(error);
    if (fault === null) throw error;
    this.#options.onFault(fault);
  }

  async #flushAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = nextBatch(this.#waiting);
      await this.#storeBatch(batch);
      // Candles may have been appended, or the oldest dropped, while the database worked.
      const done = new Set(batch);
      this.#waiting = this.#waiting.filter((waiting) => !done.has(waiting));
    }
  }

  async #storeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const { stored, revised } = await this.#options.doors.withEngine((tx) => store(tx, batch));
      this.#stored += stored;
      this.#revised += revised;
    } catch (error) {
      const fault = faultOf(error);
      if (fault?.reaction !== "refuse") throw error;
      // What the database will never take must not keep everything after it waiting.
      this.#dropped += batch.length;
      this.#options.onFault(fault);
    }
  }
}

/** The oldest that wait, up to the second version of a candle: that one is compared with the first. */
function nextBatch(waiting: readonly Waiting[]): readonly Waiting[] {
  const seen = new Map<string, ClosedCandle>();
  const batch: Waiting[] = [];
  for (const each of waiting.slice(0, BATCH_MAX)) {
    const { symbol, candle } = each;
    const key = `${symbol} ${candle.timeframe} ${candle.openTime}`;
    const earlier = seen.get(key);
    if (earlier !== undefined && !sameCandle(earlier, candle)) break;
    seen.set(key, candle);
    batch.push(each);
  }
  return batch;
}

async function store(
  tx: Tx,
  batch: readonly Waiting[],
): Promise<{ stored: number; revised: number }> {
  const column = <Value>(value: (candle: ClosedCandle) => Value) =>
    batch.map(({ candle }) => value(candle));
  const { rows } = await sql<{ stored: number; revised: number }>`
    WITH incoming AS (
      SELECT * FROM unnest(
        ${batch.map(({ symbol }) => symbol)}::text[], ${column((c) => c.timeframe)}::text[],
        ${column((c) => c.openTime)}::bigint[],
        ${column((c) => c.open)}::float8[], ${column((c) => c.high)}::float8[],
        ${column((c) => c.low)}::float8[], ${column((c) => c.close)}::float8[],
        ${column((c) => c.volume)}::float8[], ${column((c) => c.source)}::text[],
        ${column((c) => c.latenessMs)}::float8[]
      ) AS i (symbol, timeframe, open_time, open, high, low, close, volume, source, lateness_ms)
    ), stored AS (
      INSERT INTO candles SELECT * FROM incoming ON CONFLICT DO NOTHING RETURNING 1
    ), revised AS (
      INSERT INTO candle_revisions
      SELECT i.symbol, i.timeframe, i.open_time, i.open, i.high, i.low, i.close, i.volume, i.source
      FROM incoming i JOIN candles c USING (symbol, timeframe, open_time)
      WHERE (i.open, i.high, i.low, i.close, i.volume) <> (c.open, c.high, c.low, c.close, c.volume)
      ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM stored) AS stored, (SELECT count(*) FROM revised) AS revised
  `.execute(tx);
  return rows[0] ?? { stored: 0, revised: 0 };
}
