/** Candles as the exchange writes them: REST rows, stream events, and the names of kline streams. */
import { isTimeframe, type Timeframe, timeframeMs } from "../core/timeframe.ts";
import type { MarketCandle } from "./market.ts";

/** Decimals that the exchange pads prices and quantities to. */
const WIRE_DECIMALS = 8;
const ZEROS = "0".repeat(WIRE_DECIMALS);

export interface KlineStream {
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** `btcusdt@kline_1m`: the name is lower case. */
export function klineStreamName({ symbol, timeframe }: KlineStream): string {
  return `${symbol.toLowerCase()}@kline_${timeframe}`;
}

/** What a stream's name asks for; null when it is none of ours (unknown names are simply silent). */
export function parseStreamName(name: string): KlineStream | null {
  const match = /^([^@A-Z]+)@kline_(\w+)$/.exec(name);
  const [, symbol = "", timeframe = ""] = match ?? [];
  return isTimeframe(timeframe) ? { symbol: symbol.toUpperCase(), timeframe } : null;
}

/** A number as the exchange prints it: plain digits, at least eight decimals. */
export function decimalText(value: number): string {
  const text = String(value);
  if (text.includes("e")) return value.toFixed(WIRE_DECIMALS);
  const point = text.indexOf(".");
  if (point < 0) return `${text}.${ZEROS}`;
  return text + ZEROS.slice(text.length - point - 1);
}

/** A row of `/api/v3/klines`. */
export function klineRow(timeframe: Timeframe, candle: MarketCandle): readonly unknown[] {
  return [
    candle.openTime,
    decimalText(candle.open),
    decimalText(candle.high),
    decimalText(candle.low),
    decimalText(candle.close),
    decimalText(candle.volume),
    candle.openTime + timeframeMs(timeframe) - 1,
    candle.quoteVolume.toFixed(WIRE_DECIMALS),
    candle.trades,
    decimalText(candle.takerVolume),
    takerQuoteVolume(candle),
    "0",
  ];
}

export interface KlineFrame extends KlineStream {
  readonly candle: MarketCandle;
  readonly isClosed: boolean;
  readonly eventTime: number;
}

/** A kline event, as JSON can print it. */
export function klineEvent(frame: KlineFrame): { e: string; k: Record<string, unknown> } & object {
  const { symbol, timeframe, candle, isClosed, eventTime } = frame;
  const hasTrades = candle.trades > 0;
  return {
    e: "kline",
    ...{ E: eventTime, s: symbol },
    k: {
      t: candle.openTime,
      T: candle.openTime + timeframeMs(timeframe) - 1,
      s: symbol,
      i: timeframe,
      f: hasTrades ? candle.firstTradeId : -1,
      L: hasTrades ? candle.firstTradeId + candle.trades - 1 : -1,
      o: decimalText(candle.open),
      c: decimalText(candle.close),
      h: decimalText(candle.high),
      l: decimalText(candle.low),
      v: decimalText(candle.volume),
      n: candle.trades,
      x: isClosed,
      q: candle.quoteVolume.toFixed(WIRE_DECIMALS),
      V: decimalText(candle.takerVolume),
      Q: takerQuoteVolume(candle),
      B: "0",
    },
  };
}

function takerQuoteVolume(candle: MarketCandle): string {
  const share = candle.volume === 0 ? 0 : candle.takerVolume / candle.volume;
  return (candle.quoteVolume * share).toFixed(WIRE_DECIMALS);
}
