/** `/api/v3/exchangeInfo`: what the exchange says of its limits and of each instrument. */
import { formatFixed } from "../core/fixed.ts";
import type { Instrument } from "../core/instrument.ts";
import { WEIGHT_MAX } from "./request-weight.ts";

type PermissionSets = readonly (readonly string[])[];

export function exchangeInfo(
  instruments: readonly Instrument[],
  { serverTime, permissionSets }: { serverTime: number; permissionSets: PermissionSets },
): unknown {
  return {
    timezone: "UTC",
    serverTime,
    rateLimits: RATE_LIMITS,
    exchangeFilters: [],
    symbols: instruments.map((instrument) => symbolInfo(instrument, permissionSets)),
  };
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

function symbolInfo(instrument: Instrument, permissionSets: PermissionSets): unknown {
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
    filters: filtersOf(instrument),
    permissions: [],
    permissionSets,
    defaultSelfTradePreventionMode: "EXPIRE_MAKER",
    allowedSelfTradePreventionModes: ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"],
  };
}

/** The filters that the exchange has for a usual instrument in USDT. */
function filtersOf(instrument: Instrument): readonly object[] {
  const tickSize = formatFixed(instrument.tickSize, 8);
  const stepSize = formatFixed(instrument.stepSize, 8);
  const minQty = formatFixed(instrument.quantityMin, 8);
  return [
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
  ];
}
