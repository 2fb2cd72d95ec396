/** The money book of a strategy's paper wallet, double entry: what every event moves from where to where. */
import type { Fixed } from "../fixed.ts";
import type { Fill } from "./fill.ts";
import type { Direction } from "./order.ts";

/**
 * `cash`, `collateral` and `position` are the customer's; `capital` is where paper money comes from
 * and returns to, `market` the other side of every fill, `fees` what trading cost, and `house` pays
 * what a liquidated short cannot.
 */
export type Account = "cash" | "collateral" | "position" | "capital" | "market" | "fees" | "house";

/** One line; amounts of one asset sum to zero over the lines of an event, and no line is of 0. */
export interface Posting {
  readonly account: Account;
  readonly asset: "quote" | "base";
  readonly amount: Fixed;
}

/** Paper money paid in (> 0) or taken back (< 0). */
export function capitalPostings(amount: Fixed): readonly Posting[] {
  return lines([
    ["cash", "quote", amount],
    ["capital", "quote", -amount],
  ]);
}

/** A long pays for what it gets. A short sells what it owes and locks the proceeds and as much again. */
export function entryPostings(direction: Direction, fill: Fill): readonly Posting[] {
  const { notional, fee, quantity } = fill;
  if (direction === "long") {
    return lines([
      ["cash", "quote", -notional - fee],
      ["market", "quote", notional],
      ["fees", "quote", fee],
      ["position", "base", quantity],
      ["market", "base", -quantity],
    ]);
  }
  return lines([
    ["cash", "quote", -notional - fee],
    ["collateral", "quote", 2n * notional],
    ["market", "quote", -notional],
    ["fees", "quote", fee],
    ["position", "base", -quantity],
    ["market", "base", quantity],
  ]);
}

/** A long gets what it sells for. A short buys back out of what it locked; what lacks, the house pays. */
export function exitPostings(
  position: { readonly direction: Direction; readonly entryNotional: Fixed },
  { notional, fee, quantity }: Fill,
): readonly Posting[] {
  if (position.direction === "long") {
    return lines([
      ["cash", "quote", notional - fee],
      ["market", "quote", -notional],
      ["fees", "quote", fee],
      ["position", "base", -quantity],
      ["market", "base", quantity],
    ]);
  }
  const locked = 2n * position.entryNotional;
  const left = locked - notional - fee;
  return lines([
    ["collateral", "quote", -locked],
    ["market", "quote", notional],
    ["fees", "quote", fee],
    ["cash", "quote", left > 0n ? left : 0n],
    ["house", "quote", left < 0n ? left : 0n],
    ["position", "base", quantity],
    ["market", "base", -quantity],
  ]);
}

/** What the postings bring to an account, of its asset: `position` is held in base, the rest in quote. */
export function amountOf(account: Account, postings: readonly Posting[]): Fixed {
  const asset = account === "position" ? "base" : "quote";
  let amount = 0n;
  for (const line of postings) {
    if (line.account === account && line.asset === asset) amount += line.amount;
  }
  return amount;
}

type Line = readonly [Account, Posting["asset"], Fixed];

function lines(all: readonly Line[]): readonly Posting[] {
  return all
    .filter(([, , amount]) => amount !== 0n)
    .map(([account, asset, amount]) => ({ account, asset, amount }));
}
