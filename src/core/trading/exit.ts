/**
 * What one closed 1m candle does to an open position.
 *
 * The path inside a minute is unknown, so the worse story is told: a short's gap over its
 * liquidation, then the stop, then the liquidation inside the minute, then the target, even where
 * the open lay beyond the target. Stops and liquidations are market orders: at their level, or at
 * the open where that is beyond it, with slippage. A target is a limit order: it fills at its price
 * without slippage, also where the market opened beyond it.
 */
import type { Candle } from "../candle.ts";
import { type Fixed, fixedFromNumber } from "../fixed.ts";
import { MINUTE_MS } from "../timeframe.ts";
import { type Costs, marketPrice } from "./fill.ts";
import { type Direction, type ExitReason, exitSide } from "./order.ts";
import type { Levels } from "./position.ts";

/** How a position leaves. */
export interface Exit {
  readonly reason: ExitReason;
  readonly price: Fixed;
  readonly time: number;
}

/** The exit that the candle forces, or null. */
export function exitOn(
  candle: Candle,
  held: { readonly direction: Direction; readonly levels: Levels },
  market: { readonly tickSize: Fixed; readonly costs: Costs },
): Exit | null {
  const { direction, levels } = held;
  const isLong = direction === "long";
  const open = fixedFromNumber(candle.open);
  const worst = fixedFromNumber(isLong ? candle.low : candle.high);
  const best = fixedFromNumber(isLong ? candle.high : candle.low);
  const endTime = candle.openTime + MINUTE_MS;
  const reaches = (price: Fixed, level: Fixed) => (isLong ? price <= level : price >= level);
  const leave = (reason: ExitReason, level: Fixed): Exit => {
    const isGap = reaches(open, level);
    return {
      reason,
      price: marketPrice(isGap ? open : level, exitSide(direction), market),
      time: isGap ? candle.openTime : endTime,
    };
  };
  const { stop, target, liquidation } = levels;
  if (liquidation !== null && reaches(open, liquidation)) return leave("liquidation", liquidation);
  if (stop !== null && reaches(worst, stop)) return leave(levels.stopReason, stop);
  if (liquidation !== null && reaches(worst, liquidation)) return leave("liquidation", liquidation);
  if (target !== null && (isLong ? best >= target : best <= target)) {
    const isGap = isLong ? open >= target : open <= target;
    return { reason: "take_profit", price: target, time: isGap ? candle.openTime : endTime };
  }
  return null;
}
