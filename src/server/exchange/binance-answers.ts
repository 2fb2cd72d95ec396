/** The shapes of Binance's REST answers, and what they mean: candles, instruments, times. */
import { z } from "zod";
import { type Candle, candleFault } from "../../core/candle.ts";
import { type Fixed, parseFixed } from "../../core/fixed.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import { parseDecimal } from "./decimal.ts";

export interface CandleQuery {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Rows that open at or after it; absent: the newest rows (up to `to`). */
  readonly from?: number;
  /** Rows that open at or before it. */
  readonly to?: number;
  /** 1 to 1,000. */
  readonly limit: number;
}

/** Rows that one request for candles may bring (`rest-api.md`, klines). */
export const CANDLE_ROWS_MAX = 1_000;

export const timeSchema = z.object({ serverTime: z.int().positive() });
const decimal = z.unknown().transform((value, context) => {
  const number = parseDecimal(value);
  if (number !== null) return number;
  context.addIssue({ code: "custom", message: "no decimal" });
  return z.NEVER;
});
const rowSchema = z
  .tuple([z.int(), decimal, decimal, decimal, decimal, decimal])
  .rest(z.unknown())
  .transform(([openTime, open, high, low, close, volume]) => ({
    openTime,
    open,
    high,
    low,
    close,
    volume,
  }));
export const rowsSchema = z.array(rowSchema).max(CANDLE_ROWS_MAX);

const filterSchema = z.object({
  filterType: z.string(),
  tickSize: z.string().optional(),
  stepSize: z.string().optional(),
  minQty: z.string().optional(),
  minNotional: z.string().optional(),
});
export const exchangeInfoSchema = z.object({
  symbols: z.array(
    z.object({
      symbol: z.string(),
      baseAsset: z.string(),
      quoteAsset: z.string(),
      filters: z.array(filterSchema),
    }),
  ),
});
type SymbolInfo = z.infer<typeof exchangeInfoSchema>["symbols"][number];

/** The rows as they answer the query, or what is wrong with them. */
export function candlesOf(rows: readonly Candle[], query: CandleQuery): readonly Candle[] | string {
  let last = query.from === undefined ? -1 : query.from - 1;
  for (const row of rows) {
    const fault = candleFault(query.timeframe, row);
    if (fault !== null) return fault;
    if (row.openTime <= last) return `row ${row.openTime} does not follow ${last}`;
    if (query.to !== undefined && row.openTime > query.to) return `row ${row.openTime} is too late`;
    last = row.openTime;
  }
  return rows.length > query.limit ? `${rows.length} rows for ${query.limit}` : rows;
}

/** The instruments in the order of `symbols`, or what is wrong with the answer. */
export function instrumentsOf(
  info: z.infer<typeof exchangeInfoSchema>,
  symbols: readonly string[],
): readonly Instrument[] | string {
  const found: Instrument[] = [];
  for (const symbol of symbols) {
    const row = info.symbols.find((candidate) => candidate.symbol === symbol);
    if (row === undefined) return `${symbol} is missing`;
    const instrument = instrumentOf(row);
    if (typeof instrument === "string") return `${symbol}: ${instrument}`;
    found.push(instrument);
  }
  return found;
}

/** Reads tick, step and minima from the filters (`filters.md`); other filters are left alone. */
function instrumentOf(row: SymbolInfo): Instrument | string {
  const filter = (type: string) => row.filters.find(({ filterType }) => filterType === type);
  const lot = filter("LOT_SIZE");
  const notional = filter("NOTIONAL") ?? filter("MIN_NOTIONAL");
  const tickSize = positive(filter("PRICE_FILTER")?.tickSize);
  const stepSize = positive(lot?.stepSize);
  const quantityMin = parseFixed(lot?.minQty ?? "");
  const notionalMin = parseFixed(notional?.minNotional ?? "0");
  if (tickSize === null || stepSize === null) return "no tick or step size";
  if (quantityMin === null || quantityMin < 0n) return "no smallest quantity";
  if (notionalMin === null || notionalMin < 0n) return "no smallest notional";
  const { symbol, baseAsset, quoteAsset } = row;
  return { symbol, baseAsset, quoteAsset, tickSize, stepSize, quantityMin, notionalMin };
}

/** "0" switches a filter off; a market without tick or step does not exist on the spot exchange. */
function positive(text: string | undefined): Fixed | null {
  const value = parseFixed(text ?? "");
  return value !== null && value > 0n ? value : null;
}
