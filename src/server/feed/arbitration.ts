/** Asks REST for what the streams did not deliver of one symbol, until its clock can go on. */
import { type Candle, sameCandle } from "../../core/candle.ts";
import { endTimeOf, MINUTE_MS, type Timeframe, timeframeMs } from "../../core/timeframe.ts";
import type { Clock } from "../clock.ts";
import {
  CANDLE_ROWS_MAX,
  describeRefusal,
  type Exchange,
  type Refusal,
} from "../exchange/exchange.ts";
import type { Log } from "../log.ts";
import { closedRow, SETTLING_MS } from "./backfill.ts";
import type { ExchangeTime } from "./exchange-time.ts";
import type { FeedCounters } from "./feed-figures.ts";
import type { MarketClock, ReadRow, Slot } from "./market-clock.ts";
import { pauseAfter } from "./patience.ts";
import type { Random } from "./random.ts";

export interface ArbitrationParts {
  readonly market: MarketClock;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: Random;
  readonly exchangeTime: ExchangeTime;
  readonly counters: FeedCounters;
  readonly log: Log;
  /** Called when the market clock has learnt something: it passes on what is complete. */
  readonly onLearnt: () => void;
  readonly onRepaired: (timeframe: Timeframe, count: number) => void;
}

/** How long the streams may take for the last close of a minute; they need 2 s at the worst. */
export const CLOSE_DEADLINE_MS = 4_000;

/** After a connection came back, the frames that tell how long it was away come within this time. */
const HURRY_MS = 5_000;

/** A candle without a later one ended long ago when it is this, by the exchange's clock. */
const LONG_ENDED_MS = 60_000;

/** It must also have stood unchanged for so long, by the wall clock. */
const LONE_SETTLING_MS = 10_000;

/** Waits between readings that bring nothing new, by the wall clock. */
const READ_PAUSE_MS = 1_000;
const READ_PAUSE_MAX_MS = 60_000;

/** What is left to wait after a reading beyond the instant that was waited for. */
const TIMER_MARGIN_MS = 20;

export class Arbitration {
  readonly #parts: ArbitrationParts;
  #dueCursor: number | null = null;
  #dueSince: number | null = null;
  #hurryUntil = Number.NEGATIVE_INFINITY;
  #isRunning = false;
  #isStopped = false;
  #awaitsLater = false;
  #wake: (() => void) | null = null;
  /** Rows that had ended but might still change, as last read. */
  readonly #unsettled = new Map<string, { readonly row: Candle; readonly look: Look }>();

  constructor(parts: ArbitrationParts) {
    this.#parts = parts;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Looks whether the deadline of the next minute has passed; called at every beat. */
  consider(now: number): void {
    const cursor = this.#parts.market.cursor;
    if (cursor !== this.#dueCursor) {
      this.#dueCursor = cursor;
      this.#dueSince = null;
    }
    if (!this.#isDue()) this.#dueSince = null;
    else if (this.#dueSince === null || this.#dueSince > now) this.#dueSince = now;
    else if (now - this.#dueSince >= CLOSE_DEADLINE_MS || now < this.#hurryUntil) this.#start();
  }

  /** A connection is back: what is due and missing was missed, so nothing is waited for. */
  hurry(now: number): void {
    this.#hurryUntil = now + HURRY_MS;
    if (this.#isRunning) this.#wake?.();
    else if (this.#isDue()) this.#start();
  }

  /** A candle that opened at `openTime` exists: that may be the later one that REST lacked. */
  laterCandle(openTime: number): void {
    const { cursor } = this.#parts.market;
    if (!this.#awaitsLater || cursor === null || openTime <= cursor) return;
    this.#awaitsLater = false;
    this.#wake?.();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake?.();
  }

  #isDue(): boolean {
    const { market, exchangeTime } = this.#parts;
    return (
      market.cursor !== null &&
      exchangeTime.now !== null &&
      market.cursor + MINUTE_MS <= exchangeTime.now
    );
  }

  #start(): void {
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    this.#parts.counters.gaps += 1;
    void this.#run().finally(() => {
      this.#isRunning = false;
      this.#awaitsLater = false;
    });
  }

  async #run(): Promise<void> {
    const { market, random, log } = this.#parts;
    const { symbol, cursor: from } = market;
    log.info({ symbol, from }, "a candle is missing: the exchange is asked");
    let attempt = 0;
    while (this.#isDue() && !this.#isStopped) {
      const before = market.cursor;
      const outcome = await this.#read();
      if (this.#isStopped) break;
      const hasMoved = market.cursor !== before;
      attempt = hasMoved ? 0 : attempt + 1;
      if (outcome === "more" && hasMoved) continue;
      if (outcome === "done" && hasMoved) break;
      if (outcome === "done" || outcome === "more") {
        await this.#pause(this.#nextReading(attempt - 1));
      } else {
        log.warn({ symbol, refusal: describeRefusal(outcome) }, "a repair was refused");
        await this.#pause(pauseAfter(outcome, attempt, random));
      }
    }
    log.info({ symbol, from, to: market.cursor }, "minutes caught up");
  }

  /** The wait before the next reading: until holes can be confirmed, or longer each time. */
  #nextReading(attempt: number): number {
    const { market, clock, random } = this.#parts;
    const confirmableAt = market.holesConfirmableAt();
    if (confirmableAt !== null) {
      return Math.max(0, confirmableAt - clock.now()) + TIMER_MARGIN_MS;
    }
    this.#awaitsLater = true;
    const backoff = Math.min(READ_PAUSE_MAX_MS, READ_PAUSE_MS * 2 ** Math.min(attempt, 10));
    return backoff * (0.75 + random() / 2);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        timer.cancel();
        this.#wake = null;
        resolve();
      };
      const timer = this.#parts.clock.after(ms, wake);
      this.#wake = wake;
      if (this.#isStopped) wake();
    });
  }

  /** Reads every timeframe that lacks something once; `more` says that a page was full. */
  async #read(): Promise<"done" | "more" | Refusal> {
    const { market, exchange, exchangeTime, clock } = this.#parts;
    // The time is asked before the candles: what had ended by then has ended in the answer.
    const time = await exchange.time("repair");
    if (time.kind !== "ok") return time;
    exchangeTime.observe(time.value);
    const ended = exchangeTime.cautious(time.value, clock.now());
    let isMore = false;
    // One page of minutes at a time, and of the others no more than goes with it.
    const page = (market.cursor ?? 0) + CANDLE_ROWS_MAX * MINUTE_MS;
    const reach = Math.min(exchangeTime.now ?? ended, page);
    for (const slot of market.missing(reach)) {
      const rows = await this.#readSlot(slot, { ended, reach });
      if (typeof rows !== "number") return rows;
      isMore ||= rows === CANDLE_ROWS_MAX;
      if (this.#isStopped) return "done";
    }
    return isMore ? "more" : "done";
  }

  /** Reads from one missing candle on; returns how many rows there were. */
  async #readSlot(
    { timeframe, openTime }: Slot,
    { ended, reach }: { readonly ended: number; readonly reach: number },
  ): Promise<number | Refusal> {
    const { market, exchange, clock, counters } = this.#parts;
    const { symbol } = market;
    const slots = Math.ceil(Math.max(0, reach - openTime) / timeframeMs(timeframe));
    const limit = Math.min(CANDLE_ROWS_MAX, slots + 2);
    const query = { symbol, timeframe, from: openTime, limit };
    const answer = await exchange.candles(query, "repair");
    if (answer.kind !== "ok") return answer;
    const at = clock.now();
    const rows = answer.value.map((row, index): ReadRow => {
      const hasLater = index < answer.value.length - 1;
      const final = this.#isFinal(row, timeframe, { ended, hasLater, at });
      return { candle: closedRow(row, timeframe, ended), final };
    });
    const { repaired, holes } = market.read({ timeframe, from: openTime, rows, at });
    counters.repaired += repaired;
    counters.closes += repaired;
    counters.holes += holes;
    if (repaired > 0) this.#parts.onRepaired(timeframe, repaired);
    if (repaired > 0 || holes > 0) this.#parts.onLearnt();
    return answer.value.length;
  }

  /**
   * A row is final when a later candle exists and it has settled; without a later one, when it
   * ended long ago, or the exchange's clock stands still behind its end, and it does not change. A
   * clock of the exchange that runs ahead cannot make a forming candle final by this.
   */
  #isFinal(row: Candle, timeframe: Timeframe, look: Look): boolean {
    const endedMs = look.ended - endTimeOf(timeframe, row.openTime);
    if (look.hasLater && endedMs >= SETTLING_MS) return true;
    if (!look.hasLater && endedMs < 0) return false;
    const key = `${timeframe} ${row.openTime}`;
    const before = this.#unsettled.get(key);
    if (before === undefined || !sameCandle(before.row, row)) {
      if (this.#unsettled.size >= UNSETTLED_MAX) this.#unsettled.clear();
      this.#unsettled.set(key, { row, look });
      return false;
    }
    const unchangedMs = look.at - before.look.at;
    if (look.hasLater) return unchangedMs >= SETTLING_MS;
    const isOver = endedMs >= LONG_ENDED_MS || before.look.ended === look.ended;
    return isOver && unchangedMs >= LONE_SETTLING_MS;
  }
}

/** Two young rows a timeframe are possible at once; forgetting them costs one more reading. */
const UNSETTLED_MAX = 24;

interface Look {
  /** What had ended by this instant of the exchange's clock has ended. */
  readonly ended: number;
  readonly hasLater: boolean;
  /** The wall clock. */
  readonly at: number;
}
