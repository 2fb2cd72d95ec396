/** What may truly be said of the data on screen, from what the stream last did and said. */
import type { ConnectionStatus } from "../../protocol/statistics.ts";
import type { StreamLink } from "./market-stream.ts";

/** Ages are milliseconds; null where nothing has arrived yet. */
export type Freshness =
  | { readonly kind: "connecting" }
  | { readonly kind: "live"; readonly ageMs: number | null }
  | { readonly kind: "stale"; readonly since: number | null; readonly ageMs: number | null }
  | {
      readonly kind: "reconnecting";
      readonly retryInMs: number | null;
      readonly ageMs: number | null;
    }
  | { readonly kind: "refused"; readonly ageMs: number | null };

export interface FreshnessFacts {
  readonly link: StreamLink;
  /** Whether candles are on screen, however old. */
  readonly isShown: boolean;
  /** The market connection of the chart's timeframe, and when the server told of it. */
  readonly status: { readonly connection: ConnectionStatus; readonly receivedAt: number } | null;
  /** When the last candle or tick of the chart's symbol arrived. */
  readonly tickAt: number | null;
  readonly now: number;
}

export function freshness(facts: FreshnessFacts): Freshness {
  const ageMs = dataAgeMs(facts);
  switch (facts.link.kind) {
    case "connecting":
      return facts.isShown
        ? { kind: "reconnecting", retryInMs: null, ageMs }
        : { kind: "connecting" };
    case "waiting":
      return {
        kind: "reconnecting",
        retryInMs: Math.max(0, facts.link.retryAt - facts.now),
        ageMs,
      };
    case "refused":
      return { kind: "refused", ageMs };
    case "paused":
      return { kind: "reconnecting", retryInMs: null, ageMs };
    case "open":
      return openFreshness(facts, ageMs);
  }
}

function openFreshness(facts: FreshnessFacts, ageMs: number | null): Freshness {
  const state = facts.status?.connection.state;
  if (state === undefined) return ageMs === null ? { kind: "connecting" } : { kind: "live", ageMs };
  if (state === "open" || state === "renewing") return { kind: "live", ageMs };
  return { kind: "stale", since: ageMs === null ? null : facts.now - ageMs, ageMs };
}

/**
 * The age of what the chart shows. The server's figure is that of its quietest symbol, so it bounds
 * the age of this one from above; the symbol's own last tick may be younger.
 */
function dataAgeMs({ status, tickAt, now }: FreshnessFacts): number | null {
  const ages: number[] = [];
  if (tickAt !== null) ages.push(now - tickAt);
  if (status !== null && status.connection.ageMs !== null) {
    ages.push(now - status.receivedAt + status.connection.ageMs);
  }
  return ages.length === 0 ? null : Math.max(0, Math.min(...ages));
}
