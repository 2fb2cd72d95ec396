/** The risk settings of a strategy, their bounds, and how much an entry may buy or sell. */
import { unreachable } from "../assert.ts";
import { FIXED_ONE, type Fixed, fixedFromNumber, floorToStep } from "../fixed.ts";
import type { Instrument } from "../instrument.ts";
import { type Costs, fillAt } from "./fill.ts";
import type { Denial } from "./order.ts";

/** Percentages are positive numbers of percent of the entry price, with at most six decimals. Off is null. */
export interface RiskSettings {
  readonly size: Size;
  readonly takeProfitPercent: number | null;
  readonly stopLoss: StopLoss | null;
  readonly trailingStop: TrailingStop | null;
  /** The longest a position is held, in ms. */
  readonly maxTimeMs: number | null;
  /** The pause after an exit before the next entry may be ordered, in ms. */
  readonly cooldownMs: number | null;
}

/** How much one entry takes; the fee is included in the first two. */
export type Size =
  | { readonly kind: "percent" /** Of the equity. */; readonly percent: number }
  | { readonly kind: "quote"; readonly amount: Fixed }
  | { readonly kind: "base"; readonly quantity: Fixed };

/** A stop at a fixed distance from the entry: in percent, or in average true ranges at the decision. */
export type StopLoss =
  | { readonly kind: "percent"; readonly percent: number }
  | { readonly kind: "atr"; readonly period: number; readonly multiple: number };

/** A stop that follows the best price since the entry, once the profit has reached the activation. */
export interface TrailingStop {
  readonly percent: number;
  /** Null follows from the entry on. */
  readonly activationPercent: number | null;
}

/** Percent of the wallet, other things off: what a new strategy begins with. */
export const DEFAULT_RISK: RiskSettings = {
  size: { kind: "percent", percent: 10 },
  takeProfitPercent: null,
  stopLoss: null,
  trailingStop: null,
  maxTimeMs: null,
  cooldownMs: null,
};

/** Nearer than 0.1 % is within fees and slippage; past 50 % a short's target would near zero. */
export const EXIT_PERCENT_MIN = 0.1;
export const EXIT_PERCENT_MAX = 50;
export const SIZE_PERCENT_MIN = 0.1;
/** No leverage. */
export const SIZE_PERCENT_MAX = 100;
export const ATR_MULTIPLE_MIN = 0.1;
export const ATR_MULTIPLE_MAX = 20;
/** The catalogue's bound of every period. */
export const ATR_PERIOD_MAX = 1000;
/** One candle of 1m at least; a position on daily candles may be held for a year. */
export const MAX_TIME_MS_MIN = 60_000;
export const MAX_TIME_MS_MAX = 366 * 86_400_000;
export const COOLDOWN_MS_MIN = 60_000;
export const COOLDOWN_MS_MAX = 30 * 86_400_000;
/** A billion of anything: far above any paper wallet, far below what the stored numbers hold. */
export const SIZE_AMOUNT_MAX: Fixed = 1_000_000_000n * FIXED_ONE;

/** The first setting out of bounds, by name and bounds; null when all are sound. */
export function riskFault(settings: RiskSettings): string | null {
  const { size, takeProfitPercent, stopLoss, trailingStop } = settings;
  return (
    sizeFault(size) ??
    percentFault("takeProfitPercent", takeProfitPercent) ??
    stopFault(stopLoss) ??
    percentFault("trailingStop.percent", trailingStop?.percent ?? null) ??
    percentFault("trailingStop.activationPercent", trailingStop?.activationPercent ?? null) ??
    durationFault("maxTimeMs", settings.maxTimeMs, [MAX_TIME_MS_MIN, MAX_TIME_MS_MAX]) ??
    durationFault("cooldownMs", settings.cooldownMs, [COOLDOWN_MS_MIN, COOLDOWN_MS_MAX])
  );
}

/** A percentage as a fraction of 1: 1.5 is 0.015. Exact to six decimals of percent. */
export function rateOf(percent: number): Fixed {
  return fixedFromNumber(percent) / 100n;
}

/** What an entry at `price` takes from a flat wallet of `cash`, or why it is denied. */
export function sizeEntry(
  size: Size,
  wallet: { readonly cash: Fixed; readonly price: Fixed },
  market: { readonly instrument: Instrument; readonly costs: Costs },
): { readonly kind: "sized"; readonly quantity: Fixed } | Refused {
  const { instrument, costs } = market;
  const quantity = floorToStep(wantedOf(size, wallet, costs.feeRate), instrument.stepSize);
  if (quantity <= 0n || quantity < instrument.quantityMin) {
    return { kind: "denied", reason: "under_minimum_quantity" };
  }
  if (quantity * wallet.price < instrument.notionalMin * FIXED_ONE) {
    return { kind: "denied", reason: "under_minimum_notional" };
  }
  if (costOf(quantity, wallet.price, costs) > wallet.cash) {
    return { kind: "denied", reason: "not_enough_cash" };
  }
  return { kind: "sized", quantity };
}

interface Refused {
  readonly kind: "denied";
  readonly reason: Denial;
}

function wantedOf(
  size: Size,
  { cash, price }: { readonly cash: Fixed; readonly price: Fixed },
  feeRate: Fixed,
): Fixed {
  switch (size.kind) {
    case "percent":
      return quantityFor((cash * rateOf(size.percent)) / FIXED_ONE, price, feeRate);
    case "quote":
      return quantityFor(size.amount, price, feeRate);
    case "base":
      return size.quantity;
    default:
      return unreachable(size);
  }
}

/** The most that `budget` pays for with its fee; each is rounded up to 1e-8, so two of these stay in reserve. */
function quantityFor(budget: Fixed, price: Fixed, feeRate: Fixed): Fixed {
  if (budget < ROUNDINGS) return 0n;
  return ((budget - ROUNDINGS) * FIXED_ONE * FIXED_ONE) / (price * (FIXED_ONE + feeRate));
}

const ROUNDINGS = 2n;

/** What an entry takes from the cash: a short locks its notional and pays the same fee. */
function costOf(quantity: Fixed, price: Fixed, costs: Costs): Fixed {
  const { notional, fee } = fillAt({ side: "buy", price, quantity, time: 0 }, costs);
  return notional + fee;
}

function sizeFault(size: Size): string | null {
  switch (size.kind) {
    case "percent":
      return within("size.percent", size.percent, [SIZE_PERCENT_MIN, SIZE_PERCENT_MAX]);
    case "quote":
      return amountFault("size.amount", size.amount);
    case "base":
      return amountFault("size.quantity", size.quantity);
    default:
      return unreachable(size);
  }
}

function amountFault(name: string, amount: Fixed): string | null {
  return amount > 0n && amount <= SIZE_AMOUNT_MAX ? null : `${name} is from 0.00000001 to 1e9`;
}

function stopFault(stop: StopLoss | null): string | null {
  if (stop === null) return null;
  if (stop.kind === "percent") return percentFault("stopLoss.percent", stop.percent);
  if (!Number.isInteger(stop.period)) return "stopLoss.period is a whole number";
  return (
    within("stopLoss.period", stop.period, [1, ATR_PERIOD_MAX]) ??
    within("stopLoss.multiple", stop.multiple, [ATR_MULTIPLE_MIN, ATR_MULTIPLE_MAX])
  );
}

function percentFault(name: string, percent: number | null): string | null {
  return percent === null ? null : within(name, percent, [EXIT_PERCENT_MIN, EXIT_PERCENT_MAX]);
}

function within(name: string, value: number, [min, max]: readonly [number, number]): string | null {
  if (!(value >= min && value <= max)) return `${name} is from ${min} to ${max}`;
  return fixedFromNumber(value) % 100n === 0n ? null : `${name} has at most six decimals`;
}

function durationFault(
  name: string,
  value: number | null,
  [min, max]: readonly [number, number],
): string | null {
  if (value === null) return null;
  const sound = Number.isSafeInteger(value) && value >= min && value <= max;
  return sound ? null : `${name} is a whole number of ms from ${min} to ${max}`;
}
