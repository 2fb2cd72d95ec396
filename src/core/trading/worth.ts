/** What a wallet is worth at a price: cash plus the position at market, in numbers that are worked out once. */
import { type Fixed, numberFromFixed } from "../fixed.ts";
import type { Position } from "./position.ts";

/** Equity at a price is `fixed` + `slope` × price, but never under `floor`. */
export interface Worth {
  /** What is left whatever the price. */
  readonly floor: number;
  readonly fixed: number;
  /** Base quantity: negative for a short. */
  readonly slope: number;
}

/** A long is worth what it sells for; a short what would be left of the money it has locked, never less than 0. */
export function worthOf(cash: Fixed, position: Position | null): Worth {
  const floor = numberFromFixed(cash);
  if (position === null) return { floor, fixed: floor, slope: 0 };
  const quantity = numberFromFixed(position.quantity);
  if (position.direction === "long") return { floor, fixed: floor, slope: quantity };
  return { floor, fixed: numberFromFixed(cash + 2n * position.entryNotional), slope: -quantity };
}

/** In the quote asset. */
export function equityAt({ floor, fixed, slope }: Worth, price: number): number {
  return Math.max(floor, fixed + slope * price);
}
