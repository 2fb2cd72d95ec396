/** The market as the routes see it: still opening, or open with everything that serves it. */

import type { Market } from "../../protocol/stream.ts";
import type { MarketData } from "../feed/feed.ts";
import type { IndicatorSeries } from "../indicators/indicators.ts";
import { OpeningGate } from "./opening-gate.ts";
import type { StreamHub } from "./stream.ts";

/** What stands once the market is chosen and its history is loaded. */
export interface OpenMarket {
  readonly market: Market;
  readonly data: MarketData;
  readonly hub: StreamHub;
  readonly indicators: IndicatorSeries;
}

/** The server listens before its market is open: requests that need it wait here, for a bounded time. */
export class MarketGate {
  readonly #gate = new OpeningGate<OpenMarket>();
  #reason = "the server starts";

  /** The open market, or null while it opens. */
  current(): OpenMarket | null {
    return this.#gate.current();
  }

  /** Why the market is not ready for use, or null when it is. */
  notReady(): string | null {
    const open = this.#gate.current();
    if (open === null) return this.#reason;
    return open.data.isReady() ? null : staleness(open.data);
  }

  /** Says what the opening waits for. */
  waitFor(reason: string): void {
    this.#reason = reason;
  }

  open(market: OpenMarket): void {
    this.#gate.open(market);
  }

  /** Lets nobody wait any longer: the market will not open any more. */
  close(): void {
    this.#reason = "the server closes";
    this.#gate.close();
  }

  /** The open market as soon as it is; null when it is not within `waitMs`. */
  whenOpen(waitMs: number): Promise<OpenMarket | null> {
    return this.#gate.whenOpen(waitMs);
  }
}

function staleness(data: MarketData): string {
  const states = Object.entries(data.connections()).filter(([, { state }]) => state !== "open");
  if (states.length === 0) return "the market's history is being loaded";
  return `connections not open: ${states.map(([name, { state }]) => `${name} ${state}`).join(", ")}`;
}
