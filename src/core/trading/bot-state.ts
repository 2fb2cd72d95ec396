/** All that a bot remembers between minutes; it changes only where facts say so. */
import { assert } from "../assert.ts";
import type { Fixed } from "../fixed.ts";
import type { Order } from "./order.ts";
import type { Position } from "./position.ts";
import { type RiskSettings, riskFault } from "./risk.ts";

/** Plain and immutable: kept, it is a snapshot; given to a new bot, that one continues exactly. */
export interface BotState {
  /** The latest minute that had facts, −1 before any. Minutes up to it are not taken again. */
  readonly openTime: number;
  /** `new` until it is created; `off` still manages an open position. */
  readonly status: "new" | "off" | "on" | "deleted";
  readonly settings: RiskSettings;
  readonly version: number;
  /** Counts the resets; 0 before it is created. */
  readonly run: number;
  /** What each run begins with. */
  readonly capital: Fixed;
  /** Never negative. */
  readonly cash: Fixed;
  readonly position: Position | null;
  readonly order: Order | null;
  /** The first boundary at which an entry may be ordered again, UTC ms. */
  readonly restUntil: number;
  /** What follows as soon as the position is closed. */
  readonly whenFlat: "stay" | "reset" | "delete";
}

/** A bot before its first command. The settings are sound: `riskFault` was asked at the border. */
export function newBotState(settings: RiskSettings, version = 1): BotState {
  assert(riskFault(settings) === null, "a bot has sound settings");
  return {
    openTime: -1,
    status: "new",
    settings,
    version,
    run: 0,
    capital: 0n,
    cash: 0n,
    position: null,
    order: null,
    restUntil: 0,
    whenFlat: "stay",
  };
}
