/** The first list written by hand as one function over flat arrays: how fast it could be with no structure at all. */
import type { Candle } from "../src/core/candle.ts";

/** How many numbers one candle gives. */
export const FLOOR_OUTPUTS = 34;

const EMA_WEIGHT = Float64Array.of(2 / 13, 2 / 27, 2 / 51, 2 / 101, 2 / 201);
const SMA = Int32Array.of(7, 25, 50, 99, 200);
const SMA_SHARE = Float64Array.of(1 / 7, 1 / 25, 1 / 50, 1 / 99, 1 / 200);
const RSI_WEIGHT = Float64Array.of(1 / 9, 1 / 14, 1 / 21);
const ATR_WEIGHT = Float64Array.of(1 / 14, 1 / 21);
const RING = 256;
const MASK = RING - 1;

/**
 * A step function, fused by hand and therefore long, for warmed-up state: it keeps the recursions and windows of every value and none
 * of the care (no warm-up, no peek, no snapshot, sums that drift, a variance that cancels). Its
 * values are right to about 1e-7 once a thousand candles have passed.
 */
export function indicatorFloor(): { step(candle: Candle): void; readonly out: Float64Array } {
  const out = new Float64Array(FLOOR_OUTPUTS);
  const closes = new Float64Array(RING);
  const highs = new Float64Array(RING);
  const lows = new Float64Array(RING);
  const volumes = new Float64Array(RING);
  const typical = new Float64Array(RING);
  const ema = new Float64Array(8);
  const sum = new Float64Array(10);
  const rise = new Float64Array(3);
  const fall = new Float64Array(3);
  const atr = new Float64Array(2);
  const dm = new Float64Array(4);
  const k = new Float64Array(4);
  let previousHigh = 0;
  let previousLow = 0;
  let previousClose = 0;
  let obv = 0;
  let day = -1;
  let dayValue = 0;
  let dayVolume = 0;
  let n = 0;
  let highestAt = 0;
  let lowestAt = 0;

  const at = (ring: Float64Array, index: number): number => ring[index & MASK] ?? 0;

  function step(candle: Candle): void {
    const { high, low, close, volume, openTime } = candle;
    if (n === 0) {
      previousHigh = high;
      previousLow = low;
      previousClose = close;
      ema.fill(close, 0, 7);
    }
    closes[n & MASK] = close;
    highs[n & MASK] = high;
    lows[n & MASK] = low;
    volumes[n & MASK] = volume;
    const price = (high + low + close) / 3;
    typical[n & MASK] = price;
    let o = 0;
    for (let i = 0; i < 5; i += 1) {
      const before = ema[i] ?? 0;
      const value = before + (EMA_WEIGHT[i] ?? 1) * (close - before);
      ema[i] = value;
      out[o++] = value;
    }
    for (let i = 0; i < 5; i += 1) {
      const period = SMA[i] ?? 1;
      const value = (sum[i] ?? 0) + close - at(closes, n - period);
      sum[i] = value;
      out[o++] = value * (SMA_SHARE[i] ?? 1);
    }
    const change = close - previousClose;
    const up = change > 0 ? change : 0;
    const down = change < 0 ? -change : 0;
    for (let i = 0; i < 3; i += 1) {
      const weight = RSI_WEIGHT[i] ?? 1;
      const rises = (rise[i] ?? 0) + weight * (up - (rise[i] ?? 0));
      const falls = (fall[i] ?? 0) + weight * (down - (fall[i] ?? 0));
      rise[i] = rises;
      fall[i] = falls;
      out[o++] = (100 * rises) / (rises + falls);
    }
    const line = (ema[0] ?? 0) - (ema[1] ?? 0);
    const signal = (ema[7] ?? 0) + 0.2 * (line - (ema[7] ?? 0));
    ema[7] = signal;
    out[o++] = line;
    out[o++] = signal;
    out[o++] = line - signal;
    const leaving = at(closes, n - 20);
    const sum20 = (sum[5] ?? 0) + close - leaving;
    const squares = (sum[6] ?? 0) + close * close - leaving * leaving;
    sum[5] = sum20;
    sum[6] = squares;
    const middle = sum20 / 20;
    const reach = 2 * Math.sqrt(Math.max(0, squares / 20 - middle * middle));
    out[o++] = middle + reach;
    out[o++] = middle;
    out[o++] = middle - reach;
    out[o++] = (200 * reach) / middle;
    out[o++] = 0.5 + (0.5 * (close - middle)) / reach;
    const top = high > previousClose ? high : previousClose;
    const range = top - (low < previousClose ? low : previousClose);
    for (let i = 0; i < 2; i += 1) {
      const value = (atr[i] ?? 0) + (range - (atr[i] ?? 0)) * (ATR_WEIGHT[i] ?? 1);
      atr[i] = value;
      out[o++] = value;
    }
    if (high >= at(highs, highestAt)) highestAt = n;
    else if (highestAt <= n - 14) highestAt = extremeAt(highs, n, 1);
    if (low <= at(lows, lowestAt)) lowestAt = n;
    else if (lowestAt <= n - 14) lowestAt = extremeAt(lows, n, -1);
    const lowest = at(lows, lowestAt);
    const fastK = (100 * (close - lowest)) / (at(highs, highestAt) - lowest);
    const oldK = k[n % 3] ?? 0;
    k[n % 3] = fastK;
    const sumK = (k[3] ?? 0) + fastK - oldK;
    k[3] = sumK;
    out[o++] = fastK;
    out[o++] = sumK / 3;
    const upMove = high - previousHigh;
    const downMove = previousLow - low;
    const plus = (dm[0] ?? 0) * (13 / 14) + (upMove > downMove && upMove > 0 ? upMove : 0);
    const minus = (dm[1] ?? 0) * (13 / 14) + (downMove > upMove && downMove > 0 ? downMove : 0);
    const ranges = (dm[2] ?? 0) * (13 / 14) + range;
    const dx = (100 * Math.abs(plus - minus)) / (plus + minus);
    const adx = n < 30 ? 0 : (dm[3] ?? 0) + (dx - (dm[3] ?? 0)) / 14;
    dm[0] = plus;
    dm[1] = minus;
    dm[2] = ranges;
    dm[3] = adx;
    out[o++] = adx;
    out[o++] = (100 * plus) / ranges;
    out[o++] = (100 * minus) / ranges;
    const sumTypical = (sum[7] ?? 0) + price - at(typical, n - 20);
    sum[7] = sumTypical;
    const mean = sumTypical / 20;
    let deviation = 0;
    for (let i = n - 19; i <= n; i += 1) deviation += Math.abs(at(typical, i) - mean);
    out[o++] = (price - mean) / ((0.015 * deviation) / 20);
    obv += change > 0 ? volume : change < 0 ? -volume : 0;
    out[o++] = obv;
    const today = Math.floor(openTime / 86_400_000);
    if (today !== day) {
      day = today;
      dayValue = 0;
      dayVolume = 0;
    }
    dayValue += price * volume;
    dayVolume += volume;
    out[o++] = dayValue / dayVolume;
    const volumes20 = (sum[8] ?? 0) + volume - at(volumes, n - 20);
    sum[8] = volumes20;
    out[o++] = volumes20 / 20;
    out[o++] = (20 * volume) / volumes20;
    out[o++] = 100 * (close / previousClose - 1);
    previousHigh = high;
    previousLow = low;
    previousClose = close;
    n += 1;
  }
  return { step, out };
}

/** Where the largest of the last 14 signed numbers stands. */
function extremeAt(ring: Float64Array, n: number, sign: number): number {
  let found = n;
  for (let i = n - 1; i > n - 14; i -= 1) {
    if (sign * (ring[i & MASK] ?? 0) > sign * (ring[found & MASK] ?? 0)) found = i;
  }
  return found;
}
