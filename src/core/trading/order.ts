/** What a bot wants to do at the next open: enter or leave; at most one order is pending. */

/** Long profits from a rise, short from a fall. */
export type Direction = "long" | "short";

export type Side = "buy" | "sell";

/** Why a position ended; the stored word. */
export type ExitReason =
  | "exit_signal"
  | "take_profit"
  | "stop_loss"
  | "trailing_stop"
  | "max_time"
  | "liquidation"
  | "manual";

/** A market order for the next open. Its quantity is fixed by the fill, not before. */
export type Order = EntryOrder | ExitOrder;

export interface EntryOrder {
  readonly kind: "entry";
  readonly direction: Direction;
  /** The boundary at whose close it was decided, UTC ms. */
  readonly placedTime: number;
  /** The average true range at that close where the stop is measured by it, else null. */
  readonly atr: number | null;
}

export interface ExitOrder {
  readonly kind: "exit";
  readonly reason: Extract<ExitReason, "exit_signal" | "max_time" | "manual">;
  readonly placedTime: number;
}

/** Why our risk check refused an entry when it was to be filled. */
export type Denial = "under_minimum_quantity" | "under_minimum_notional" | "not_enough_cash";

/** Why a pending entry was taken back before it filled. */
export type Withdrawal = "stopped" | "edited" | "closed" | "reset" | "deleted";

/** The side that enters a position; the other one leaves it. */
export function entrySide(direction: Direction): Side {
  return direction === "long" ? "buy" : "sell";
}

export function exitSide(direction: Direction): Side {
  return direction === "long" ? "sell" : "buy";
}
