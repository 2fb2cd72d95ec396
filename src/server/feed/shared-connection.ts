/** Keeps one timeframe's connection alive: reconnects, renews with overlap, replaces what is stale. */
import type { Timeframe } from "../../core/timeframe.ts";
import type { ConnectionState } from "../../protocol/statistics.ts";
import type { Clock, Timer } from "../clock.ts";
import type { Exchange, Frame, StreamConnection } from "../exchange/exchange.ts";
import type { Log } from "../log.ts";
import type { Random } from "./random.ts";
import type { ReconnectPace } from "./reconnect-pace.ts";
import type { RenewalSlot } from "./renewal-slot.ts";

export interface SharedConnectionListener {
  /** Every frame of either socket, in the order of arrival; during an overlap most come twice. */
  onFrame(frame: Frame): void;
  /** Frames flow again; what was missed meanwhile can be asked for. */
  onOpened(): void;
  onState(): void;
}

export interface SharedConnectionParts {
  readonly timeframe: Timeframe;
  readonly symbols: ReadonlySet<string>;
  /** A connection is renewed when it is this old. */
  readonly renewAfterMs: number;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: Random;
  readonly pace: ReconnectPace;
  readonly slot: RenewalSlot;
  readonly log: Log;
  readonly listener: SharedConnectionListener;
}

/** One socket and what is known of it. */
interface Link {
  readonly stream: StreamConnection;
  openedAt: number | null;
  frameAt: number | null;
}

/** Both sockets run side by side so long: twice the streams' update speed of 2 s, and a margin. */
const OVERLAP_MS = 5_000;

/** A second socket that shows nothing for so long while the first one does is not taken. */
const OVERLAP_SILENCE_MS = 15_000;

/** A connection that lives so long has proved itself: what breaks it later is no failed attempt. */
const PROOF_MS = 10_000;

/** The wait before a renewal that failed is tried again: a random part of it is added. */
const RENEWAL_RETRY_MS = 30_000;

/** A connection that stays stale is replaced at growing intervals. */
const REPLACE_PAUSE_MS = 10_000;
const REPLACE_PAUSE_MAX_MS = 600_000;

/**
 * At most two sockets: the current one, and during a renewal the next one. Renewals need the slot
 * that all six share, so that there are never more than seven in all.
 */
export class SharedConnection {
  /** Connections made again after the first one, renewals included. */
  reconnects = 0;
  /** Times that data were found overdue. */
  staleAlarms = 0;
  readonly #parts: SharedConnectionParts;
  #current: Link | null = null;
  #next: Link | null = null;
  /** The former socket while it says goodbye; the slot is held until it is gone. */
  #leaving: Link | null = null;
  #isOverdue = false;
  #isStopped = false;
  #isQueued = false;
  #isHandingOver = false;
  #hasOpened = false;
  #replacements = 0;
  #replaceAt = Number.NEGATIVE_INFINITY;
  #renewal: Timer | null = null;
  #overlap: Timer | null = null;
  #proof: Timer | null = null;
  #ended: (() => void) | null = null;

  constructor(parts: SharedConnectionParts) {
    this.#parts = parts;
  }

  /** Whether it was open at least once. */
  get hasOpened(): boolean {
    return this.#hasOpened;
  }

  get state(): ConnectionState {
    if (this.#isStopped) return "closed";
    if (this.#current === null) return this.#hasOpened ? "closed" : "connecting";
    if (this.#current.openedAt === null) return "connecting";
    if (this.#isOverdue) return "stale";
    return this.#next === null ? "open" : "renewing";
  }

  /** Sockets really open. */
  get sockets(): number {
    const links = [this.#current, this.#next, this.#leaving];
    return links.filter((link) => link !== null && link.openedAt !== null).length;
  }

  start(): void {
    this.#parts.pace.request(this.#connect);
  }

  /** Ends everything; resolves when no socket is left. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#parts.pace.withdraw(this.#connect);
    this.#parts.slot.withdraw(this.#renewNow);
    for (const timer of [this.#renewal, this.#overlap, this.#proof]) timer?.cancel();
    for (const link of [this.#current, this.#next, this.#leaving]) link?.stream.terminate();
    if (this.#isEmpty()) return;
    await new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
  }

  /**
   * Takes the symbols whose data are overdue, at every look of the watchdog. With all of them
   * silent the socket is ended at once; with some, a second one is opened first.
   */
  setOverdue(symbols: readonly string[], now: number): void {
    const { timeframe, log } = this.#parts;
    const isOverdue = symbols.length > 0 && this.#current?.openedAt != null;
    if (isOverdue !== this.#isOverdue) {
      this.#isOverdue = isOverdue;
      if (isOverdue) this.staleAlarms += 1;
      if (isOverdue) log.warn({ timeframe, symbols }, "data are overdue: the connection is stale");
      this.#parts.listener.onState();
    }
    if (!isOverdue) {
      if (now > this.#replaceAt + REPLACE_PAUSE_MAX_MS) this.#replacements = 0;
      return;
    }
    if (this.#next !== null || this.#leaving !== null || now < this.#replaceAt) return;
    const pauseMs = REPLACE_PAUSE_MS * 2 ** this.#replacements;
    this.#replaceAt = now + Math.min(pauseMs, REPLACE_PAUSE_MAX_MS);
    this.#replacements = Math.min(this.#replacements + 1, 10);
    if (symbols.length === this.#parts.symbols.size) this.#current?.stream.terminate();
    else this.#renew("stale");
  }

  /** The turn that the pace gives. */
  readonly #connect = () => {
    if (this.#isStopped || this.#current !== null) return;
    this.#current = this.#open();
    this.#parts.listener.onState();
  };

  #open(): Link {
    const { exchange, timeframe, symbols } = this.#parts;
    const stream = exchange.openStream(timeframe, symbols, {
      onOpen: () => this.#opened(link),
      onFrame: (frame) => this.#frame(link, frame),
      onClose: (reason) => this.#closed(link, reason),
    });
    const link: Link = { stream, openedAt: null, frameAt: null };
    return link;
  }

  #opened(link: Link): void {
    link.openedAt = this.#parts.clock.now();
    if (link === this.#current) {
      if (this.#hasOpened) this.reconnects += 1;
      this.#settle(link);
      this.#parts.pace.opened();
    } else if (link === this.#next) {
      this.#overlap?.cancel();
      this.#overlap = this.#parts.clock.after(OVERLAP_SILENCE_MS, () => this.#judgeNext(link));
      this.#parts.listener.onState();
    }
  }

  /** The link is the current one and open. */
  #settle(link: Link): void {
    const { clock, renewAfterMs, pace, listener } = this.#parts;
    this.#hasOpened = true;
    this.#isOverdue = false;
    this.#proof?.cancel();
    this.#proof = clock.after(PROOF_MS, () => pace.proved());
    const ageMs = clock.now() - (link.openedAt ?? clock.now());
    this.#renewLater(renewAfterMs - ageMs);
    listener.onOpened();
    listener.onState();
  }

  #frame(link: Link, frame: Frame): void {
    if (link !== this.#current && link !== this.#next) return;
    link.frameAt = this.#parts.clock.now();
    if (frame.kind === "candle" && link === this.#next && !this.#isHandingOver) {
      // The overlap is counted from the first candle of the second socket.
      this.#isHandingOver = true;
      this.#overlap?.cancel();
      this.#overlap = this.#parts.clock.after(OVERLAP_MS, () => this.#handOver(link));
    }
    if (frame.kind === "shutdown" && link === this.#current) this.#renew("serverShutdown");
    this.#parts.listener.onFrame(frame);
  }

  /** The second socket has been silent: that is fine only if the first one was silent too. */
  #judgeNext(link: Link): void {
    const { clock } = this.#parts;
    const heardAt = this.#current?.frameAt ?? Number.NEGATIVE_INFINITY;
    if (clock.now() - heardAt >= OVERLAP_SILENCE_MS) this.#handOver(link);
    else link.stream.terminate();
  }

  #handOver(link: Link): void {
    this.#overlap = null;
    this.#isHandingOver = false;
    if (this.#next !== link) return;
    const old = this.#current;
    this.#current = link;
    this.#next = null;
    this.#leaving = old;
    this.reconnects += 1;
    if (old === null) this.#parts.slot.release();
    else old.stream.close();
    this.#settle(link);
  }

  #closed(link: Link, reason: string): void {
    const { timeframe, log, slot, listener } = this.#parts;
    if (link === this.#leaving) {
      this.#leaving = null;
      slot.release();
    } else if (link === this.#next) {
      this.#dropNext();
      log.warn({ timeframe, reason }, "the second socket of a renewal failed");
      if (this.#current !== null) this.#renewLater(RENEWAL_RETRY_MS);
    } else if (link === this.#current) {
      if (!this.#isStopped) log.warn({ timeframe, reason }, "connection lost");
      this.#lost(link);
    }
    if (this.#isStopped) {
      if (this.#isEmpty()) this.#ended?.();
      return;
    }
    listener.onState();
  }

  /** The current socket is gone: the next one takes over, or a new one is asked for. */
  #lost(link: Link): void {
    const { clock, pace } = this.#parts;
    this.#proof?.cancel();
    this.#renewal?.cancel();
    this.#isOverdue = false;
    const next = this.#next;
    this.#current = next;
    if (next !== null) {
      this.#dropNext();
      if (next.openedAt !== null) {
        this.reconnects += 1;
        this.#settle(next);
      }
      return;
    }
    if (this.#isStopped) return;
    const livedMs = link.openedAt === null ? 0 : clock.now() - link.openedAt;
    if (livedMs < PROOF_MS) pace.failed();
    pace.request(this.#connect);
  }

  /** There is no second socket any more. */
  #dropNext(): void {
    this.#next = null;
    this.#isHandingOver = false;
    this.#overlap?.cancel();
    this.#overlap = null;
    this.#parts.slot.release();
  }

  #renewLater(delayMs: number): void {
    this.#renewal?.cancel();
    const spread = this.#parts.random() * RENEWAL_RETRY_MS;
    this.#renewal = this.#parts.clock.after(Math.max(0, delayMs) + spread, () =>
      this.#renew("planned"),
    );
  }

  #renew(reason: "planned" | "serverShutdown" | "stale"): void {
    if (this.#isStopped || this.#isQueued || this.#next !== null || this.#leaving !== null) return;
    this.#parts.log.info({ timeframe: this.#parts.timeframe, reason }, "the connection is renewed");
    this.#isQueued = true;
    this.#parts.slot.acquire(this.#renewNow);
  }

  /** The turn that the slot gives. */
  readonly #renewNow = () => {
    this.#isQueued = false;
    const isOpen = this.#current !== null && this.#current.openedAt !== null;
    const waitMs = isOpen && !this.#isStopped ? this.#parts.exchange.takeAttempt(0) : 0;
    if (!isOpen || this.#isStopped || waitMs > 0) {
      this.#parts.slot.release();
      if (waitMs > 0) this.#renewLater(waitMs);
      return;
    }
    this.#next = this.#open();
  };

  #isEmpty(): boolean {
    return this.#current === null && this.#next === null && this.#leaving === null;
  }
}
