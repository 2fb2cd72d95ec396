/** The exchange's REST interface: what each path answers, and what it weighs. */
import { formatFixed } from "../core/fixed.ts";
import type { Instrument } from "../core/instrument.ts";
import { timeframeMs } from "../core/timeframe.ts";
import { type ExchangeMarket, revisedCandle } from "./exchange-market.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { klineRow } from "./kline-wire.ts";
import type { MarketCandle } from "./market.ts";
import { WEIGHT_MAX } from "./request-weight.ts";
import { INVALID_SYMBOL, type Refusal, RestParameters } from "./rest-parameters.ts";

/** A body to send as JSON, or a refusal to send with status 400. */
export type Reply =
  | { readonly kind: "found"; readonly body: unknown }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** What a request sees of the exchange: its time, and how far its database lags behind. */
export interface Sight {
  /** The instant whose candles the database shows. */
  readonly asOf: number;
  /** Candles that end after this instant are missing. */
  readonly endedUntil: number;
}

interface Endpoint {
  weight(query: URLSearchParams): number;
  reply(parameters: RestParameters, sight: Sight): unknown;
}

const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 1_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;

export class RestApi {
  readonly #market: ExchangeMarket;
  readonly #faults: FaultPlan;
  readonly #serverTime: () => number;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  constructor(market: ExchangeMarket, faults: FaultPlan, serverTime: () => number) {
    this.#market = market;
    this.#faults = faults;
    this.#serverTime = serverTime;
    const klines: Endpoint = { weight: () => 2, reply: (p, sight) => this.#klines(p, sight) };
    this.#endpoints = new Map([
      ["/api/v3/ping", { weight: () => 1, reply: () => ({}) }],
      ["/api/v3/time", { weight: () => 1, reply: () => ({ serverTime: serverTime() }) }],
      ["/api/v3/exchangeInfo", { weight: () => 20, reply: (p) => this.#exchangeInfo(p) }],
      ["/api/v3/klines", klines],
      ["/api/v3/uiKlines", klines],
      [
        "/api/v3/ticker/price",
        { weight: (q) => (q.has("symbol") ? 2 : 4), reply: (p, sight) => this.#prices(p, sight) },
      ],
      ["/api/v3/ticker/24hr", { weight: dayWeight, reply: (p, sight) => this.#days(p, sight) }],
    ]);
  }

  /** What a request weighs; null for a path that does not exist. */
  weight(path: string, query: URLSearchParams): number | null {
    return this.#endpoints.get(path)?.weight(query) ?? null;
  }

  reply(path: string, query: URLSearchParams, sight: Sight): Reply {
    const parameters = new RestParameters(query);
    const body = this.#endpoints.get(path)?.reply(parameters, sight);
    const { refusal } = parameters;
    return refusal === null ? { kind: "found", body } : { kind: "refused", refusal };
  }

  #klines(parameters: RestParameters, sight: Sight): unknown {
    const symbol = parameters.required("symbol", parameters.symbol());
    const timeframe = parameters.interval();
    const startTime = parameters.time("startTime");
    const endTime = parameters.time("endTime");
    parameters.timeZone();
    const limit = parameters.limit(LIMIT_DEFAULT, LIMIT_MAX);
    if (symbol !== null) this.#known(parameters, [symbol]);
    if (symbol === null || timeframe === null || parameters.refusal !== null) return null;
    const query = { symbol, timeframe, startTime, endTime, limit };
    return this.#market
      .klines(query, sight.asOf)
      .filter((candle) => candle.openTime + timeframeMs(timeframe) <= sight.endedUntil)
      .map((candle) => klineRow(timeframe, this.#revised(query, candle)));
  }

  /** The candle, or its revision where one was announced. */
  #revised(stream: { symbol: string; timeframe: string }, candle: MarketCandle): MarketCandle {
    const name = `${stream.symbol.toLowerCase()}@kline_${stream.timeframe}`;
    return this.#faults.isRevised(name, candle.openTime) ? revisedCandle(candle) : candle;
  }

  #exchangeInfo(parameters: RestParameters): unknown {
    const symbol = parameters.symbol();
    const symbols = parameters.symbols();
    const permissions = parameters.text("permissions", '^[A-Z0-9_"\\[\\],]+$');
    const status = parameters.word("symbolStatus");
    const sets = parameters.word("showPermissionSets");
    if (symbol !== null && symbols !== null) refuseCombination(parameters);
    if ((symbol ?? symbols) !== null && (permissions ?? status) !== null) {
      refuseCombination(parameters);
    }
    if (status !== null && !["TRADING", "HALT", "BREAK"].includes(status)) {
      parameters.refuse(-1122, "Invalid symbolStatus.");
    }
    const all = [...this.#market.instruments.keys()];
    const wanted = symbols ?? (symbol === null ? all : [symbol]);
    const instruments = this.#known(parameters, wanted);
    const isShown = (status ?? "TRADING") === "TRADING" && (permissions ?? "SPOT").includes("SPOT");
    return {
      timezone: "UTC",
      serverTime: this.#serverTime(),
      rateLimits: RATE_LIMITS,
      exchangeFilters: [],
      symbols: isShown ? instruments.map((one) => symbolInfo(one, sets !== "false")) : [],
    };
  }

  #prices(parameters: RestParameters, sight: Sight): unknown {
    return this.#eachSymbol(parameters, (symbol) => ({
      symbol,
      price: (this.#market.lastPrice(symbol, sight.asOf) ?? 0).toFixed(8),
    }));
  }

  #days(parameters: RestParameters, sight: Sight): unknown {
    const type = parameters.word("type") ?? "FULL";
    if (type !== "FULL" && type !== "MINI") parameters.refuse(-1139, "Invalid ticker type.");
    return this.#eachSymbol(parameters, (symbol) => {
      const endTime = sight.asOf;
      const startTime = endTime - DAY_MS;
      const query = { symbol, timeframe: "1m", startTime, endTime } as const;
      const rows = [...this.#market.klines({ ...query, limit: DAY_MINUTES }, sight.asOf)];
      const mini = miniTicker(symbol, rows, { startTime, endTime });
      return type === "MINI" ? mini : fullTicker(mini, rows);
    });
  }

  #eachSymbol(parameters: RestParameters, describe: (symbol: string) => unknown): unknown {
    const symbol = parameters.symbol();
    const symbols = parameters.symbols();
    parameters.word("symbolStatus");
    if (symbol !== null && symbols !== null) refuseCombination(parameters);
    const all = [...this.#market.instruments.keys()];
    const wanted = this.#known(parameters, symbols ?? (symbol === null ? all : [symbol]));
    if (parameters.refusal !== null) return null;
    const described = wanted.map((instrument) => describe(instrument.symbol));
    return symbol === null ? described : described[0];
  }

  #known(parameters: RestParameters, symbols: readonly string[]): Instrument[] {
    const found: Instrument[] = [];
    for (const symbol of symbols) {
      const instrument = this.#market.instruments.get(symbol);
      if (instrument === undefined) parameters.refuse(INVALID_SYMBOL.code, INVALID_SYMBOL.msg);
      else found.push(instrument);
    }
    return found;
  }
}

function refuseCombination(parameters: RestParameters): void {
  parameters.refuse(-1128, "Combination of optional parameters invalid.");
}

function dayWeight(query: URLSearchParams): number {
  if (query.has("symbol")) return 2;
  const list = query.get("symbols");
  if (list === null) return 80;
  const count = list.split(",").length;
  if (count <= 20) return 2;
  return count <= 100 ? 40 : 80;
}

const RATE_LIMITS = [
  { rateLimitType: "REQUEST_WEIGHT", interval: "MINUTE", intervalNum: 1, limit: WEIGHT_MAX },
  { rateLimitType: "ORDERS", interval: "SECOND", intervalNum: 10, limit: 100 },
  { rateLimitType: "ORDERS", interval: "DAY", intervalNum: 1, limit: 200_000 },
  { rateLimitType: "RAW_REQUESTS", interval: "MINUTE", intervalNum: 5, limit: 300_000 },
];

/** Largest price and quantity that the filters allow, as the exchange states them. */
const PRICE_MAX = "1000000.00000000";
const QUANTITY_MAX = "9000000000.00000000";

function symbolInfo(instrument: Instrument, showsPermissionSets: boolean): unknown {
  const tickSize = formatFixed(instrument.tickSize, 8);
  const stepSize = formatFixed(instrument.stepSize, 8);
  const minQty = formatFixed(instrument.quantityMin, 8);
  return {
    symbol: instrument.symbol,
    status: "TRADING",
    baseAsset: instrument.baseAsset,
    baseAssetPrecision: 8,
    quoteAsset: instrument.quoteAsset,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: [
      "LIMIT",
      "LIMIT_MAKER",
      "MARKET",
      "STOP_LOSS",
      "STOP_LOSS_LIMIT",
      "TAKE_PROFIT",
      "TAKE_PROFIT_LIMIT",
    ],
    icebergAllowed: true,
    ocoAllowed: true,
    otoAllowed: true,
    opoAllowed: true,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: true,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    pegInstructionsAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: true,
    filters: [
      { filterType: "PRICE_FILTER", minPrice: tickSize, maxPrice: PRICE_MAX, tickSize },
      { filterType: "LOT_SIZE", minQty, maxQty: QUANTITY_MAX, stepSize },
      { filterType: "ICEBERG_PARTS", limit: 100 },
      {
        filterType: "MARKET_LOT_SIZE",
        minQty: "0.00000000",
        maxQty: "100000.00000000",
        stepSize: "0.00000000",
      },
      {
        filterType: "TRAILING_DELTA",
        minTrailingAboveDelta: 10,
        maxTrailingAboveDelta: 2000,
        minTrailingBelowDelta: 10,
        maxTrailingBelowDelta: 2000,
      },
      {
        filterType: "PERCENT_PRICE_BY_SIDE",
        bidMultiplierUp: "5",
        bidMultiplierDown: "0.2",
        askMultiplierUp: "5",
        askMultiplierDown: "0.2",
        avgPriceMins: 5,
      },
      {
        filterType: "NOTIONAL",
        minNotional: formatFixed(instrument.notionalMin, 8),
        applyMinToMarket: true,
        maxNotional: "9000000.00000000",
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
      { filterType: "MAX_NUM_ORDERS", maxNumOrders: 200 },
      { filterType: "MAX_NUM_ALGO_ORDERS", maxNumAlgoOrders: 5 },
    ],
    permissions: [],
    permissionSets: showsPermissionSets ? [["SPOT", "MARGIN"]] : [],
    defaultSelfTradePreventionMode: "EXPIRE_MAKER",
    allowedSelfTradePreventionModes: ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"],
  };
}

interface Window {
  readonly startTime: number;
  readonly endTime: number;
}

type MiniTicker = ReturnType<typeof miniTicker>;

function miniTicker(symbol: string, rows: readonly MarketCandle[], window: Window) {
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

function fullTicker(mini: MiniTicker, rows: readonly MarketCandle[]): unknown {
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
