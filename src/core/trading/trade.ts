/** A finished round trip, entry to exit. */
import type { Fixed } from "../fixed.ts";
import type { Fill } from "./fill.ts";
import { amountOf, type Posting } from "./ledger.ts";
import type { Direction, ExitReason } from "./order.ts";
import type { Position } from "./position.ts";

export interface Trade {
  readonly direction: Direction;
  readonly reason: ExitReason;
  readonly quantity: Fixed;
  readonly entryTime: number;
  readonly entryPrice: Fixed;
  readonly entryNotional: Fixed;
  readonly exitTime: number;
  readonly exitPrice: Fixed;
  readonly exitNotional: Fixed;
  /** Of both sides. */
  readonly fees: Fixed;
  /** What the round trip did to the cash, fees included. */
  readonly netProfit: Fixed;
}

/** The trade that this fill, with the postings it made, completes. */
export function tradeOf(
  position: Position,
  exit: { readonly fill: Fill; readonly reason: ExitReason; readonly postings: readonly Posting[] },
): Trade {
  const { fill, reason, postings } = exit;
  return {
    direction: position.direction,
    reason,
    quantity: position.quantity,
    entryTime: position.entryTime,
    entryPrice: position.entryPrice,
    entryNotional: position.entryNotional,
    exitTime: fill.time,
    exitPrice: fill.price,
    exitNotional: fill.notional,
    fees: position.entryFee + fill.fee,
    netProfit: amountOf("cash", postings) - position.entryNotional - position.entryFee,
  };
}
