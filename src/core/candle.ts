/** One candle: open, high, low, close and volume of one timeframe, named by its open time. */
import { isOpenTime, type Timeframe } from "./timeframe.ts";

/** Prices in the quote asset, volume in the base asset, `openTime` in UTC milliseconds. */
export interface Candle {
  readonly openTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Where a closed candle was first learnt from. */
export type CandleSource = "stream" | "rest";

/** A final candle with its origin; `latenessMs` is how long after its end it was known, ≥ 0. */
export interface ClosedCandle extends Candle {
  readonly timeframe: Timeframe;
  readonly source: CandleSource;
  readonly latenessMs: number;
}

/** Why these numbers cannot be a candle of that timeframe, or null when they can. */
export function candleFault(timeframe: Timeframe, candle: Candle): string | null {
  const { openTime, open, high, low, close, volume } = candle;
  if (!isOpenTime(timeframe, openTime))
    return `open time ${openTime} is not on the ${timeframe} grid`;
  for (const price of [open, high, low, close]) {
    if (!(price > 0 && price < PRICE_BOUND)) return `price ${price} is out of range`;
  }
  if (!(volume >= 0 && volume < VOLUME_BOUND)) return `volume ${volume} is out of range`;
  if (high < open || high < close || high < low) return `high ${high} is not the highest`;
  if (low > open || low > close) return `low ${low} is not the lowest`;
  return null;
}

/** Above any price of a spot market in USDT, and small enough that 1e-8 steps stay printable. */
const PRICE_BOUND = 1e12;
const VOLUME_BOUND = 1e15;

/** Whether two candles carry the same six numbers. */
export function sameCandle(a: Candle, b: Candle): boolean {
  return (
    a.openTime === b.openTime &&
    a.open === b.open &&
    a.high === b.high &&
    a.low === b.low &&
    a.close === b.close &&
    a.volume === b.volume
  );
}

/** The six numbers of a candle as the wire carries them. */
export function candleRow(candle: Candle): [number, number, number, number, number, number] {
  const { openTime, open, high, low, close, volume } = candle;
  return [openTime, open, high, low, close, volume];
}
