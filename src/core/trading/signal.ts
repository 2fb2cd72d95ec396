/** What a strategy's rules say at a close of its timeframe; all that a bot knows of rules. */
import type { Truth } from "../rules/evaluate.ts";
import type { Direction } from "./order.ts";

/** Unknown (null) is not true. */
export interface Signals {
  readonly longEntry: Truth;
  readonly longExit: Truth;
  readonly shortEntry: Truth;
  readonly shortExit: Truth;
  /** The average true range that the stop is measured by; NaN while unknown or not needed. */
  readonly atr: number;
}

/** The direction to enter; null when neither rule is true. Both true is an entry block, asked before. */
export function entryOf({ longEntry, shortEntry }: Signals): Direction | null {
  if (longEntry === true) return "long";
  return shortEntry === true ? "short" : null;
}

export function isExit(signals: Signals, direction: Direction): boolean {
  return (direction === "long" ? signals.longExit : signals.shortExit) === true;
}
