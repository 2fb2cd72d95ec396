/** One execution on paper: at which price, for how much, at what fee; roundings never favour the customer. */
import { assert } from "../assert.ts";
import {
  ceilToStep,
  FIXED_ONE,
  type Fixed,
  floorToStep,
  multiplyDown,
  multiplyUp,
} from "../fixed.ts";
import type { Side } from "./order.ts";

/** What trading costs, as fractions of 1 (0.001 is `100_000n`). */
export interface Costs {
  /** Of the notional, on each side. */
  readonly feeRate: Fixed;
  /** How far a market order fills beyond the price that it meets. */
  readonly slippageRate: Fixed;
}

/** 0.1 % a side and 0.05 % slippage: Binance's spot fee without discount, and a small order's slippage. */
export const PAPER_COSTS: Costs = { feeRate: 100_000n, slippageRate: 50_000n };

export interface Fill {
  readonly side: Side;
  readonly price: Fixed;
  readonly quantity: Fixed;
  /** Price × quantity in the quote asset: rounded up when bought, down when sold. */
  readonly notional: Fixed;
  /** In the quote asset, rounded up; it comes on top of the notional. */
  readonly fee: Fixed;
  /** The minute's open time for a fill at the open; its end for one inside it. UTC ms. */
  readonly time: number;
}

/**
 * The price at which a market order fills when the market stands at `reference`: slippage against
 * it, then to the next tick against it; never under one tick.
 */
export function marketPrice(
  reference: Fixed,
  side: Side,
  { costs, tickSize }: { readonly costs: Costs; readonly tickSize: Fixed },
): Fixed {
  if (side === "buy") {
    return ceilToStep(multiplyUp(reference, FIXED_ONE + costs.slippageRate), tickSize);
  }
  const price = floorToStep(multiplyDown(reference, FIXED_ONE - costs.slippageRate), tickSize);
  return price < tickSize ? tickSize : price;
}

/** The fill of that price and quantity, both > 0. */
export function fillAt(
  { side, price, quantity, time }: Pick<Fill, "side" | "price" | "quantity" | "time">,
  { feeRate }: Costs,
): Fill {
  assert(price > 0n && quantity > 0n, "a fill has a price and a quantity");
  const notional = side === "buy" ? multiplyUp(price, quantity) : multiplyDown(price, quantity);
  return { side, price, quantity, notional, fee: multiplyUp(notional, feeRate), time };
}
