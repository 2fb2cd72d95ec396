/** What happened to a bot: its only output. The facts of its life, in order, are its whole story. */
import type { Fixed } from "../fixed.ts";
import type { Command, CommandRefusal } from "./command.ts";
import type { Fill } from "./fill.ts";
import type { Posting } from "./ledger.ts";
import type { Denial, Direction, Order, Withdrawal } from "./order.ts";
import type { Position } from "./position.ts";
import type { Trade } from "./trade.ts";

/** A happening with its place: the minute it belongs to, and its number within it, from 0. */
export type Fact = Happening & {
  /** Open time of the minute, UTC ms. */
  readonly openTime: number;
  readonly ordinal: number;
};

export type Happening =
  | { readonly kind: "command_applied"; readonly command: Command["kind"]; readonly id: number }
  | {
      readonly kind: "command_refused";
      readonly command: Command["kind"];
      readonly id: number;
      readonly reason: CommandRefusal;
    }
  /** The wallet begins run number `run`, from 1, by these postings. */
  | {
      readonly kind: "run_began";
      readonly run: number;
      readonly capital: Fixed;
      readonly postings: readonly Posting[];
    }
  | { readonly kind: "order_placed"; readonly order: Order }
  | {
      readonly kind: "order_denied";
      readonly direction: Direction;
      readonly price: Fixed;
      readonly reason: Denial;
    }
  | { readonly kind: "order_withdrawn"; readonly direction: Direction; readonly reason: Withdrawal }
  | { readonly kind: "filled"; readonly fill: Fill; readonly postings: readonly Posting[] }
  | { readonly kind: "position_opened"; readonly position: Position }
  /** The trail followed the best price: the stop is now here. */
  | { readonly kind: "stop_moved"; readonly best: Fixed; readonly stop: Fixed }
  /** `run` is the one that the trade belongs to. */
  | { readonly kind: "position_closed"; readonly trade: Trade; readonly run: number }
  | { readonly kind: "deleted" };
