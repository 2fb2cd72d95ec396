/** The six timeframes and the arithmetic of candle boundaries, in UTC milliseconds. */

export const TIMEFRAMES = ["1m", "5m", "15m", "1h", "4h", "1d"] as const;

/** One of the six candle lengths that Outcry follows; Binance calls it an interval. */
export type Timeframe = (typeof TIMEFRAMES)[number];

export const MINUTE_MS = 60_000;

const LENGTH_MS: Readonly<Record<Timeframe, number>> = {
  "1m": MINUTE_MS,
  "5m": 5 * MINUTE_MS,
  "15m": 15 * MINUTE_MS,
  "1h": 60 * MINUTE_MS,
  "4h": 240 * MINUTE_MS,
  "1d": 1440 * MINUTE_MS,
};

/** Whether a string names a timeframe; the spelling is exact (`1M` is a month on the exchange). */
export function isTimeframe(text: string): text is Timeframe {
  return Object.hasOwn(LENGTH_MS, text);
}

/** The length of one candle in milliseconds. */
export function timeframeMs(timeframe: Timeframe): number {
  return LENGTH_MS[timeframe];
}

/** The open time of the candle that contains `time`: the last boundary at or before it. */
export function openTimeAt(timeframe: Timeframe, time: number): number {
  const length = LENGTH_MS[timeframe];
  return Math.floor(time / length) * length;
}

/** Whether a candle of this timeframe can open at `time`. All six divide the UTC day. */
export function isOpenTime(timeframe: Timeframe, time: number): boolean {
  return Number.isSafeInteger(time) && time >= 0 && time % LENGTH_MS[timeframe] === 0;
}

/** The first instant after the candle: the open time of the next one. */
export function endTimeOf(timeframe: Timeframe, openTime: number): number {
  return openTime + LENGTH_MS[timeframe];
}

/** The timeframes whose candle ends at the minute boundary `time`, ascending; always begins with 1m. */
export function timeframesEndingAt(time: number): readonly Timeframe[] {
  return TIMEFRAMES.filter((timeframe) => time % LENGTH_MS[timeframe] === 0);
}
