/** Parses the messages of Binance's kline streams; total: any input yields a frame, none throws. */
import { type Candle, candleFault } from "../../core/candle.ts";
import { type Timeframe, timeframeMs } from "../../core/timeframe.ts";
import { parseDecimal } from "./decimal.ts";

export type Frame =
  | CandleFrame
  /** The server goes away soon; `web-socket-streams.md` promises no lead time. */
  | { readonly kind: "shutdown"; readonly eventTime: number }
  | { readonly kind: "answer"; readonly id: string }
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  /** An event that this program does not know; new ones may come at any time. */
  | { readonly kind: "unknown"; readonly event: string }
  | { readonly kind: "fault"; readonly reason: string };

export interface CandleFrame {
  readonly kind: "candle";
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly candle: Candle;
  /** Whether the exchange calls the candle final (`x`). */
  readonly closed: boolean;
  /** When the exchange sent it, by its own clock, ms. */
  readonly eventTime: number;
}

/** What a connection carries; anything else on it is a fault. */
export interface FrameContext {
  readonly timeframe: Timeframe;
  readonly symbols: ReadonlySet<string>;
}

/** A message: text, or null for a binary one, which no stream of Binance sends. */
export function parseFrame(text: string | null, context: FrameContext): Frame {
  if (text === null) return fault("binary message");
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return fault("not JSON");
  }
  if (!isRecord(message)) return fault("not an object");
  return isRecord(message.data) && typeof message.stream === "string"
    ? parseEvent(message.data, message.stream, context)
    : parseEvent(message, null, context);
}

/** The name of a kline stream; symbols are lower case in it. */
export function streamName(symbol: string, timeframe: Timeframe): string {
  return `${symbol.toLowerCase()}@kline_${timeframe}`;
}

function parseEvent(
  event: Readonly<Record<string, unknown>>,
  stream: string | null,
  context: FrameContext,
): Frame {
  const name = event.e;
  if (name === "kline") return parseKline(event, stream, context);
  if (name === "serverShutdown") {
    const eventTime = event.E;
    return isTime(eventTime) ? { kind: "shutdown", eventTime } : fault("shutdown without time");
  }
  if (typeof name === "string") return { kind: "unknown", event: name.slice(0, EVENT_LENGTH_MAX) };
  return parseControl(event);
}

/** Answers and errors of control messages; errors come flat or wrapped in `error`. */
function parseControl(event: Readonly<Record<string, unknown>>): Frame {
  const error = isRecord(event.error) ? event.error : event;
  const code = error.code;
  const message = error.msg;
  if (typeof code === "number" && typeof message === "string") {
    return { kind: "error", code, message: message.slice(0, EVENT_LENGTH_MAX) };
  }
  if (Object.hasOwn(event, "result") && Object.hasOwn(event, "id")) {
    return { kind: "answer", id: String(event.id).slice(0, EVENT_LENGTH_MAX) };
  }
  return fault("neither event nor answer");
}

function parseKline(
  event: Readonly<Record<string, unknown>>,
  stream: string | null,
  context: FrameContext,
): Frame {
  const { s: symbol, E: eventTime, k: kline } = event;
  if (typeof symbol !== "string" || !context.symbols.has(symbol)) return fault("foreign symbol");
  if (!isTime(eventTime)) return fault("event time is none");
  if (!isRecord(kline)) return fault("kline without k");
  const { timeframe } = context;
  if (kline.i !== timeframe) return fault("foreign interval");
  if (kline.s !== symbol) return fault("symbols differ");
  if (stream !== null && stream !== streamName(symbol, timeframe)) return fault("foreign stream");
  const { t: openTime, T: closeTime, x: closed } = kline;
  if (!isTime(openTime)) return fault("open time is none");
  if (closeTime !== openTime + timeframeMs(timeframe) - 1) return fault("close time does not fit");
  if (typeof closed !== "boolean") return fault("x is no boolean");
  const candle = candleOf(openTime, [kline.o, kline.h, kline.l, kline.c, kline.v]);
  if (candle === null) return fault("a price or volume is no decimal");
  const reason = candleFault(timeframe, candle);
  if (reason !== null) return fault(reason);
  return { kind: "candle", symbol, timeframe, candle, closed, eventTime };
}

function candleOf(openTime: number, fields: readonly unknown[]): Candle | null {
  const [open, high, low, close, volume] = fields.map(parseDecimal);
  if (open == null || high == null || low == null || close == null || volume == null) return null;
  return { openTime, open, high, low, close, volume };
}

/** 2100-01-01: later times are garbage, or microseconds. */
const TIME_BOUND = 4_102_444_800_000;

/** What is kept of foreign words in a frame; they end in logs. */
const EVENT_LENGTH_MAX = 100;

function isTime(value: unknown): value is number {
  return (
    Number.isSafeInteger(value) && typeof value === "number" && value > 0 && value < TIME_BOUND
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fault(reason: string): Frame {
  return { kind: "fault", reason };
}
