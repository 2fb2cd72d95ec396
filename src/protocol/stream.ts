/** The events of `GET /api/trading-shared`: their names, payloads and bounds. */
import { z } from "zod";
import { TIMEFRAMES } from "../core/timeframe.ts";
import { instrumentSchema } from "./market.ts";
import { connectionStatusSchema } from "./statistics.ts";

/** Raised when a client of the former version would misread the events. */
export const PROTOCOL_VERSION = 1;

/** Candles in a snapshot; with the rest of it they stay under 64 KiB. */
export const SNAPSHOT_CANDLES_MAX = 300;

/** A comment line goes out this often, so that proxies and clients know the stream lives. */
export const HEARTBEAT_MS = 15_000;

/** `[openTime, open, high, low, close, volume]` */
export const candleRowSchema = z.tuple([
  z.int().nonnegative(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
]);
export type CandleRow = z.infer<typeof candleRowSchema>;

export const marketSchema = z.object({
  kind: z.enum(["binance", "simulated", "replay"]),
  /** Minutes of market a minute; 1 on Binance. */
  speed: z.number().positive(),
});
export type Market = z.infer<typeof marketSchema>;

/** Last price by symbol; a symbol is absent until its first trade is known. */
export const pricesSchema = z.record(z.string(), z.number());

/** Sent once, first: who speaks, which market, what may be asked for. */
export const helloEvent = z.object({
  protocol: z.literal(PROTOCOL_VERSION),
  market: marketSchema,
  symbol: z.string(),
  timeframe: z.enum(TIMEFRAMES),
  timeframes: z.array(z.enum(TIMEFRAMES)),
  instruments: z.array(instrumentSchema),
  /** The server's wall clock, ms. */
  serverTime: z.number(),
});

/**
 * Sent second, and again where events cannot tell what happened (history has just been loaded, or
 * the client read too slowly): the newest closed candles, the forming one, all last prices. It
 * replaces whatever the client held.
 */
export const snapshotEvent = z.object({
  symbol: z.string(),
  timeframe: z.enum(TIMEFRAMES),
  candles: z.array(candleRowSchema).max(SNAPSHOT_CANDLES_MAX),
  forming: candleRowSchema.nullable(),
  prices: pricesSchema,
});

/**
 * The forming candle of the stream's symbol and timeframe, the latest only. It may come before the
 * `closed` event of the candle before it, when that one arrives late.
 */
export const formingEvent = z.object({
  symbol: z.string(),
  timeframe: z.enum(TIMEFRAMES),
  candle: candleRowSchema,
});

/** A final candle; `latenessMs` is how long after its end it was known. */
export const closedEvent = z.object({
  symbol: z.string(),
  timeframe: z.enum(TIMEFRAMES),
  candle: candleRowSchema,
  source: z.enum(["stream", "rest"]),
  latenessMs: z.number().nonnegative(),
});

/** The last prices that changed since the former event. */
export const pricesEvent = z.object({ prices: pricesSchema });

/** How fresh the market data are; sent every few seconds and on every change of state. */
export const statusEvent = z.object({
  connections: z.record(z.enum(TIMEFRAMES), connectionStatusSchema),
});

/**
 * The last event: the server ends the stream on purpose. `shutdown`: connect again; `signed_out`:
 * the login has ended, and only a new sign-in opens another stream.
 */
export const byeEvent = z.object({ reason: z.enum(["shutdown", "signed_out"]) });

/** Payload schema by event name. */
export const STREAM_EVENTS = {
  hello: helloEvent,
  snapshot: snapshotEvent,
  forming: formingEvent,
  closed: closedEvent,
  prices: pricesEvent,
  status: statusEvent,
  bye: byeEvent,
} as const;

export type StreamEventName = keyof typeof STREAM_EVENTS;
export type StreamEvent<Name extends StreamEventName> = z.infer<(typeof STREAM_EVENTS)[Name]>;
