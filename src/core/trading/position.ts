/** What a bot holds now, and the prices at which it must leave. */
import { assert, unreachable } from "../assert.ts";
import {
  ceilToStep,
  FIXED_ONE,
  type Fixed,
  fixedFromNumber,
  floorToStep,
  multiplyDown,
  multiplyUp,
} from "../fixed.ts";
import type { Direction } from "./order.ts";
import { type RiskSettings, rateOf, type StopLoss } from "./risk.ts";

export interface Position {
  readonly direction: Direction;
  /** Of the base asset, > 0 for a short too. */
  readonly quantity: Fixed;
  readonly entryPrice: Fixed;
  /** What was paid for it, or what it was sold for, without the fee. */
  readonly entryNotional: Fixed;
  readonly entryFee: Fixed;
  readonly entryTime: number;
  /** The price from which the trail is measured: the entry's, then the best one that moved the stop. */
  readonly best: Fixed;
  /** The fixed stop that protects it: that of its entry, or of a later edit. */
  readonly stopLoss: StopLoss | null;
  /** The average true range at the decision, where that stop is measured by it. */
  readonly atr: number | null;
}

/** Where a position must leave; null is nowhere. */
export interface Levels {
  readonly stop: Fixed | null;
  /** Which of the two stops is the nearer one. */
  readonly stopReason: "stop_loss" | "trailing_stop";
  readonly target: Fixed | null;
  /** Where a short's loss reaches the notional it holds as collateral. */
  readonly liquidation: Fixed | null;
}

/**
 * The levels of a position under these settings, on the tick grid: stops rounded to the worse
 * price, targets to the one harder to reach.
 */
export function levelsOf(position: Position, settings: RiskSettings, tickSize: Fixed): Levels {
  const fixed = fixedStop(position);
  const trail = trailOf(position, settings);
  const isTrailNearer =
    trail !== null &&
    (fixed === null || (position.direction === "long" ? trail > fixed : trail < fixed));
  const stop = isTrailNearer ? trail : fixed;
  const { takeProfitPercent: profit } = settings;
  const liquidation = position.direction === "short" ? 2n * position.entryPrice : null;
  // True ranges can put a short's stop beyond its liquidation, where no price gets it to.
  const isReached = stop !== null && (liquidation === null || stop < liquidation);
  return {
    stop: isReached ? toTick(position.direction, stop, tickSize) : null,
    stopReason: isTrailNearer ? "trailing_stop" : "stop_loss",
    target: profit === null ? null : targetOf(position, rateOf(profit), tickSize),
    liquidation,
  };
}

/**
 * The position under an edited stop. A stop by true ranges that its entry did not measure holds
 * from the next entry on: until then it keeps the stop it has, rather than none.
 */
export function withStop(position: Position, stopLoss: StopLoss | null): Position {
  if (stopLoss?.kind !== "atr") return { ...position, stopLoss, atr: null };
  const { stopLoss: held } = position;
  const isMeasured = held?.kind === "atr" && held.period === stopLoss.period;
  return isMeasured ? { ...position, stopLoss } : position;
}

/** The price that the best one must reach before the trail follows; null without a trailing stop. */
export function activationOf(position: Position, settings: RiskSettings): Fixed | null {
  const { trailingStop } = settings;
  if (trailingStop === null) return null;
  const { activationPercent } = trailingStop;
  if (activationPercent === null) return position.entryPrice;
  return position.direction === "long"
    ? multiplyUp(position.entryPrice, FIXED_ONE + rateOf(activationPercent))
    : multiplyDown(position.entryPrice, FIXED_ONE - rateOf(activationPercent));
}

function fixedStop(position: Position): Fixed | null {
  const { stopLoss } = position;
  if (stopLoss === null) return null;
  switch (stopLoss.kind) {
    case "percent":
      return away(position.direction, position.entryPrice, rateOf(stopLoss.percent));
    case "atr": {
      assert(position.atr !== null, "a stop by true ranges has its range");
      const distance = fixedFromNumber(position.atr * stopLoss.multiple);
      return position.direction === "long"
        ? position.entryPrice - distance
        : position.entryPrice + distance;
    }
    default:
      return unreachable(stopLoss);
  }
}

function trailOf(position: Position, settings: RiskSettings): Fixed | null {
  const activation = activationOf(position, settings);
  if (activation === null || settings.trailingStop === null) return null;
  const isActive =
    position.direction === "long" ? position.best >= activation : position.best <= activation;
  if (!isActive) return null;
  return away(position.direction, position.best, rateOf(settings.trailingStop.percent));
}

/** `rate` from `price` to the losing side. */
function away(direction: Direction, price: Fixed, rate: Fixed): Fixed {
  return direction === "long"
    ? multiplyDown(price, FIXED_ONE - rate)
    : multiplyUp(price, FIXED_ONE + rate);
}

function targetOf({ direction, entryPrice }: Position, rate: Fixed, tickSize: Fixed): Fixed {
  return direction === "long"
    ? ceilToStep(multiplyUp(entryPrice, FIXED_ONE + rate), tickSize)
    : floorToStep(multiplyDown(entryPrice, FIXED_ONE - rate), tickSize);
}

function toTick(direction: Direction, stop: Fixed, tickSize: Fixed): Fixed {
  return direction === "long" ? floorToStep(stop, tickSize) : ceilToStep(stop, tickSize);
}
