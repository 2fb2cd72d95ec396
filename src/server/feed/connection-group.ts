/** The six shared connections together: their pace, their one renewal slot, the age of their data. */
import { TIMEFRAMES, type Timeframe } from "../../core/timeframe.ts";
import type { ConnectionStatus } from "../../protocol/statistics.ts";
import type { Clock } from "../clock.ts";
import type { Exchange, Frame } from "../exchange/exchange.ts";
import type { Log } from "../log.ts";
import { recordOf } from "./backfill.ts";
import { Freshness } from "./freshness.ts";
import type { Random } from "./random.ts";
import { ReconnectPace } from "./reconnect-pace.ts";
import { RenewalSlot } from "./renewal-slot.ts";
import { SharedConnection } from "./shared-connection.ts";

export interface ConnectionGroupParts {
  readonly exchange: Exchange;
  readonly symbols: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onFrame: (frame: Frame) => void;
  /** A connection is open after a time in which frames may have been missed. */
  readonly onOpened: () => void;
  readonly onState: () => void;
}

/** The exchange cuts a connection at 24 h; the first of the six is renewed an hour before. */
const RENEW_AFTER_MS = 23 * 3_600_000;

/** The other five are renewed so much earlier each, so that they do not queue for the slot. */
const RENEWAL_STAGGER_MS = 20 * 60_000;

export class ConnectionGroup {
  readonly freshness: Freshness;
  readonly #clock: Clock;
  readonly #connections: Readonly<Record<Timeframe, SharedConnection>>;
  readonly #repaired: Record<Timeframe, number> = recordOf(() => 0);

  constructor(parts: ConnectionGroupParts) {
    const { exchange, clock, random, log } = parts;
    this.#clock = clock;
    this.freshness = new Freshness(parts.symbols);
    const symbols = new Set(parts.symbols);
    const takeAttempt = (reserve: number) => exchange.takeAttempt(reserve);
    const pace = new ReconnectPace({ clock, random, takeAttempt });
    const slot = new RenewalSlot();
    this.#connections = recordOf(
      (timeframe) =>
        new SharedConnection({
          ...{ timeframe, symbols, exchange, clock, random, pace, slot, log },
          renewAfterMs: RENEW_AFTER_MS - TIMEFRAMES.indexOf(timeframe) * RENEWAL_STAGGER_MS,
          listener: {
            onFrame: parts.onFrame,
            onOpened: () => {
              this.freshness.opened(timeframe, clock.now());
              parts.onOpened();
            },
            onState: parts.onState,
          },
        }),
    );
  }

  start(): void {
    for (const connection of this.#all()) connection.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((connection) => connection.stop()));
  }

  /** Looks at the age of the data of every connection. */
  beat(now: number): void {
    for (const timeframe of TIMEFRAMES) {
      this.#connections[timeframe].setOverdue(this.freshness.overdue(timeframe, now), now);
    }
  }

  addRepaired(timeframe: Timeframe, count: number): void {
    this.#repaired[timeframe] += count;
  }

  get statuses(): Record<Timeframe, ConnectionStatus> {
    const now = this.#clock.now();
    return recordOf((timeframe) => {
      const { state, sockets, reconnects } = this.#connections[timeframe];
      const ageMs = this.freshness.oldestAgeMs(timeframe, now);
      return { state, sockets, ageMs, reconnects, repaired: this.#repaired[timeframe] };
    });
  }

  get haveOpened(): boolean {
    return this.#all().every(({ hasOpened }) => hasOpened);
  }

  get areFresh(): boolean {
    return this.#all().every(({ state }) => state === "open" || state === "renewing");
  }

  get staleAlarms(): number {
    return this.#all().reduce((sum, { staleAlarms }) => sum + staleAlarms, 0);
  }

  #all(): SharedConnection[] {
    return TIMEFRAMES.map((timeframe) => this.#connections[timeframe]);
  }
}
