/** The market as the routes see it: still opening, or open with everything that serves it. */

import type { Market } from "../../protocol/stream.ts";
import type { MarketData } from "../feed/feed.ts";
import type { IndicatorSeries } from "../indicators/indicators.ts";
import type { StreamHub } from "./stream.ts";

/** What stands once the market is chosen and its history is loaded. */
export interface OpenMarket {
  readonly market: Market;
  readonly data: MarketData;
  readonly hub: StreamHub;
  readonly indicators: IndicatorSeries;
}

/**
 * The server listens before its market is open, so that the page and the health routes answer at
 * once. Requests that need the market wait here, for a bounded time.
 */
export class MarketGate {
  #open: OpenMarket | null = null;
  #reason = "the server starts";
  #isClosed = false;
  readonly #waiting = new Set<() => void>();

  /** The open market, or null while it opens. */
  current(): OpenMarket | null {
    return this.#open;
  }

  /** Why the market is not ready for use, or null when it is. */
  notReady(): string | null {
    if (this.#open === null) return this.#reason;
    return this.#open.data.isReady() ? null : staleness(this.#open.data);
  }

  /** Says what the opening waits for. */
  waitFor(reason: string): void {
    this.#reason = reason;
  }

  open(market: OpenMarket): void {
    this.#open = market;
    this.#wakeAll();
  }

  /** Lets nobody wait any longer: the market will not open any more. */
  close(): void {
    this.#isClosed = true;
    this.#reason = "the server closes";
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** The open market as soon as it is; null when it is not within `waitMs`. */
  async whenOpen(waitMs: number): Promise<OpenMarket | null> {
    if (this.#open !== null || this.#isClosed) return this.#open;
    if (this.#waiting.size >= WAITING_MAX) return null;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      this.#waiting.add(wake);
    });
    return this.#open;
  }
}

/** Requests that wait at once: a page and its tabs need a few; the rest is told to come again. */
const WAITING_MAX = 1_000;

function staleness(data: MarketData): string {
  const states = Object.entries(data.connections()).filter(([, { state }]) => state !== "open");
  if (states.length === 0) return "the market's history is being loaded";
  return `connections not open: ${states.map(([name, { state }]) => `${name} ${state}`).join(", ")}`;
}
