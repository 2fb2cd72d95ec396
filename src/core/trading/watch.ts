/** At which prices a 1m candle begins to matter to a position, so that quiet minutes cost two comparisons. */
import { type Fixed, numberFromFixed } from "../fixed.ts";
import { activationOf, levelsOf, type Position } from "./position.ts";
import type { RiskSettings } from "./risk.ts";

/** A candle whose low is at or under `below`, or whose high is at or over `above`, is looked at. */
export interface Watch {
  readonly below: number;
  readonly above: number;
}

/** The range of prices within which a 1m candle does nothing to the position. */
export function watchOf(position: Position, settings: RiskSettings, tickSize: Fixed): Watch {
  const { stop, target, liquidation } = levelsOf(position, settings, tickSize);
  const activation = activationOf(position, settings);
  const isTrailed = activation !== null;
  if (position.direction === "long") {
    const trail = isTrailed ? highest([activation, position.best]) : Infinity;
    return { below: highest([stop]), above: Math.min(lowest([target]), trail) };
  }
  const trail = isTrailed ? lowest([activation, position.best]) : -Infinity;
  return { below: Math.max(highest([target]), trail), above: lowest([stop, liquidation]) };
}

function lowest(prices: readonly (Fixed | null)[]): number {
  return Math.min(...prices.map((price) => orElse(price, Infinity)));
}

function highest(prices: readonly (Fixed | null)[]): number {
  return Math.max(...prices.map((price) => orElse(price, -Infinity)));
}

function orElse(price: Fixed | null, none: number): number {
  return price === null ? none : numberFromFixed(price);
}
