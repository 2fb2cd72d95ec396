/** At which prices a 1m candle begins to matter to a bot, so that quiet minutes cost two comparisons. */
import { type Fixed, numberFromFixed } from "../fixed.ts";
import type { BotState } from "./bot-state.ts";
import { activationOf, levelsOf } from "./position.ts";

/** A candle whose low is at or under `below`, or whose high is at or over `above`, is looked at. */
export interface Watch {
  readonly below: number;
  readonly above: number;
}

const WATCH_NOTHING: Watch = { below: -Infinity, above: Infinity };

/** The range of prices within which a 1m candle does nothing to the bot. */
export function watchOf({ position, settings }: BotState, tickSize: Fixed): Watch {
  if (position === null) return WATCH_NOTHING;
  const { stop, target, liquidation } = levelsOf(position, settings, tickSize);
  const activation = activationOf(position, settings);
  if (position.direction === "long") {
    const trail = activation === null ? null : larger(activation, position.best);
    return { below: orElse(stop, -Infinity), above: nearest(Math.min, [target, trail], Infinity) };
  }
  const trail = activation === null ? null : -larger(-activation, -position.best);
  return {
    below: nearest(Math.max, [target, trail], -Infinity),
    above: nearest(Math.min, [stop, liquidation], Infinity),
  };
}

function nearest(
  choose: (a: number, b: number) => number,
  prices: readonly (Fixed | null)[],
  none: number,
): number {
  return prices.map((price) => orElse(price, none)).reduce(choose, none);
}

function orElse(price: Fixed | null, none: number): number {
  return price === null ? none : numberFromFixed(price);
}

function larger(a: Fixed, b: Fixed): Fixed {
  return a > b ? a : b;
}
