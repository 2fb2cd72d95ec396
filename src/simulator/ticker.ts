/** `/api/v3/ticker/24hr`: the last day of an instrument, in its short and its long form. */
import type { MarketCandle } from "./market.ts";

interface Window {
  readonly startTime: number;
  readonly endTime: number;
}

type MiniTicker = ReturnType<typeof miniTicker>;

export function miniTicker(symbol: string, rows: readonly MarketCandle[], window: Window) {
  const last = rows.at(-1);
  const traded = rows.filter((row) => row.trades > 0);
  const sum = (of: (row: MarketCandle) => number) => rows.reduce((all, row) => all + of(row), 0);
  return {
    symbol,
    openPrice: (rows[0]?.open ?? 0).toFixed(8),
    highPrice: rows.reduce((high, row) => Math.max(high, row.high), 0).toFixed(8),
    lowPrice: rows.reduce((low, row) => Math.min(low, row.low), last?.low ?? 0).toFixed(8),
    lastPrice: (last?.close ?? 0).toFixed(8),
    volume: sum((row) => row.volume).toFixed(8),
    quoteVolume: sum((row) => row.quoteVolume).toFixed(8),
    openTime: window.startTime,
    closeTime: window.endTime,
    firstId: traded[0]?.firstTradeId ?? -1,
    lastId: lastTradeId(traded.at(-1)),
    count: sum((row) => row.trades),
  };
}

function lastTradeId(row: MarketCandle | undefined): number {
  return row === undefined ? -1 : row.firstTradeId + row.trades - 1;
}

export function fullTicker(mini: MiniTicker, rows: readonly MarketCandle[]): unknown {
  const open = Number(mini.openPrice);
  const change = Number(mini.lastPrice) - open;
  const volume = Number(mini.volume);
  const lastVolume = rows.at(-1)?.volume ?? 0;
  const { symbol, openPrice, highPrice, lowPrice, lastPrice, ...rest } = mini;
  return {
    symbol,
    priceChange: change.toFixed(8),
    priceChangePercent: (open === 0 ? 0 : (100 * change) / open).toFixed(3),
    weightedAvgPrice: (volume === 0 ? 0 : Number(mini.quoteVolume) / volume).toFixed(8),
    prevClosePrice: openPrice,
    lastPrice,
    lastQty: lastVolume.toFixed(8),
    bidPrice: lastPrice,
    bidQty: lastVolume.toFixed(8),
    askPrice: lastPrice,
    askQty: lastVolume.toFixed(8),
    openPrice,
    highPrice,
    lowPrice,
    ...rest,
  };
}
