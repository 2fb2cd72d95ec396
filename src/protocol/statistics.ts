/** `GET /api/ws-stats`: how few connections serve how many streams. */
import { z } from "zod";
import { TIMEFRAMES } from "../core/timeframe.ts";

export const connectionStateSchema = z.enum(["connecting", "open", "stale", "renewing", "closed"]);
export type ConnectionState = z.infer<typeof connectionStateSchema>;

export const connectionStatusSchema = z.object({
  state: connectionStateSchema,
  /** Sockets really open for this timeframe: 0, 1, or 2 for the overlap of a planned renewal. */
  sockets: z.int().nonnegative(),
  /** Milliseconds since the newest frame of the quietest symbol; null before the first one. */
  ageMs: z.number().nonnegative().nullable(),
  /** Connections made again after the first one, planned renewals included. */
  reconnects: z.int().nonnegative(),
  /** Candles fetched by REST because the stream lacked them. */
  repaired: z.int().nonnegative(),
});
export type ConnectionStatus = z.infer<typeof connectionStatusSchema>;

export const statisticsSchema = z.object({
  activeSessions: z.int().nonnegative(),
  totalSubscriptions: z.int().nonnegative(),
  sharedWebSockets: z.int().nonnegative(),
  timeframes: z.array(z.enum(TIMEFRAMES)),
  efficiency: z.object({
    traditionalConnections: z.int().nonnegative(),
    sharedConnections: z.int().nonnegative(),
    savedConnections: z.int().nonnegative(),
    savingsPercent: z.string(),
  }),
  market: z.string(),
  connections: z.record(z.enum(TIMEFRAMES), connectionStatusSchema),
});
export type Statistics = z.infer<typeof statisticsSchema>;

/** The sums of the statistics: every stream would need a connection a timeframe of its own. */
export function efficiency(streams: number, sharedConnections: number): Statistics["efficiency"] {
  const traditionalConnections = streams * TIMEFRAMES.length;
  const savedConnections = Math.max(0, traditionalConnections - sharedConnections);
  return {
    traditionalConnections,
    sharedConnections,
    savedConnections,
    savingsPercent: percentText(savedConnections, traditionalConnections),
  };
}

/** At most one decimal, none when whole; under 100 % never shown as more than "99.9%". */
function percentText(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0%";
  if (part === whole) return "100%";
  const tenths = Math.min(999, Math.round((part * 1000) / whole));
  return `${tenths / 10}%`;
}
