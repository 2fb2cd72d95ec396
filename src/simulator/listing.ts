/** The character of each simulated instrument: price level, volatility, turnover, tick and step. */
import { FIXED_ONE, type Fixed } from "../core/fixed.ts";
import type { Instrument } from "../core/instrument.ts";
import { Dice, keyOf } from "./dice.ts";

export interface Listing {
  readonly instrument: Instrument;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  /** The level that the price wanders around, in the quote asset. */
  readonly price: number;
  /** Standard deviation of a usual day's return. */
  readonly dailyVolatility: number;
  /** Quote volume and number of trades of a usual day. */
  readonly dailyTurnover: number;
  readonly dailyTrades: number;
  /** How strongly the crashes of the whole market hit it; 1 is the market's own strength. */
  readonly crashBeta: number;
}

type Character = Omit<Listing, "instrument">;

/** Levels and grids of Binance Spot in 2026, rounded. */
const KNOWN: ReadonlyMap<string, Character> = new Map([
  ["BTCUSDT", character(65_000, [2, 5], [0.034, 1.0], [1.6e9, 2_400_000])],
  ["ETHUSDT", character(3_200, [2, 4], [0.042, 1.2], [1.0e9, 1_900_000])],
  ["BNBUSDT", character(620, [2, 3], [0.036, 1.0], [2.0e8, 900_000])],
  ["SOLUSDT", character(150, [2, 3], [0.05, 1.5], [4.0e8, 1_200_000])],
  ["XRPUSDT", character(1.4, [4, 1], [0.045, 1.3], [2.5e8, 900_000])],
]);

const QUOTE_ASSETS = ["USDT", "USDC", "FDUSD", "TUSD", "BUSD", "EUR", "TRY", "BTC", "ETH", "BNB"];

/** The listing of a symbol: known ones as on Binance, others with a character of their own. */
export function listingOf(symbol: string): Listing {
  const found = KNOWN.get(symbol) ?? invented(symbol);
  const tickSize = unitOf(found.priceDecimals);
  const stepSize = unitOf(found.quantityDecimals);
  return { ...found, instrument: instrumentOf(symbol, tickSize, stepSize) };
}

/** The instrument of a symbol, split into base and quote asset. */
export function instrumentOf(symbol: string, tickSize: Fixed, stepSize: Fixed): Instrument {
  const quoteAsset =
    QUOTE_ASSETS.find((asset) => symbol.endsWith(asset) && symbol.length > asset.length) ?? "USDT";
  const baseAsset = symbol.endsWith(quoteAsset) ? symbol.slice(0, -quoteAsset.length) : symbol;
  return {
    symbol,
    baseAsset,
    quoteAsset,
    tickSize,
    stepSize,
    quantityMin: stepSize,
    notionalMin: 5n * FIXED_ONE,
  };
}

/** One unit of the last of `decimals` decimals, 0 to 8. */
export function unitOf(decimals: number): Fixed {
  return FIXED_ONE / 10n ** BigInt(decimals);
}

function character(
  price: number,
  [priceDecimals, quantityDecimals]: readonly [number, number],
  [dailyVolatility, crashBeta]: readonly [number, number],
  [dailyTurnover, dailyTrades]: readonly [number, number],
): Character {
  return {
    price,
    priceDecimals,
    quantityDecimals,
    dailyVolatility,
    crashBeta,
    dailyTurnover,
    dailyTrades,
  };
}

/** A price of five significant digits and a step worth about a cent, from the symbol's letters. */
function invented(symbol: string): Character {
  const dice = new Dice(keyOf(symbol));
  const magnitude = -2 + 4 * dice.uniform();
  const price = Number((10 ** magnitude).toPrecision(3));
  const digitsBeforePoint = Math.floor(magnitude) + 1;
  return character(
    price,
    [Math.min(8, 5 - digitsBeforePoint), Math.max(0, Math.min(8, 2 + digitsBeforePoint))],
    [0.03 + 0.03 * dice.uniform(), 0.8 + 0.8 * dice.uniform()],
    [2e7 + 1e8 * dice.uniform(), 500_000],
  );
}
