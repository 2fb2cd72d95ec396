/** The way of the price from day to day: trends, quiet and wild times, and crashes of the whole market. */
import { Dice, mixed } from "./dice.ts";
import type { Listing } from "./listing.ts";
import { type Bar, type Chance, correlated, excursion, heated } from "./refinement.ts";

/**
 * Prices of days this far apart are drawn on their own around the listing's level, and the days
 * between bridge them: so any day is found in ten halvings, and no walk can run away.
 */
const EPOCH_DAYS = 1024;
const HALVINGS = 10;

/** Spread of the logarithm of price at the ends of epochs, for a day's volatility of 1. */
const EPOCH_SPREAD = 14;

/** Bounds of the share of an epoch's variance that its first half takes. */
const SHARE_SPREAD = 0.08;

const CORRELATION = 0.75;

/** In every block of so many days the whole market may crash once, on one day. */
const CRASH_BLOCK_DAYS = 64;
const CRASH_PROBABILITY = 0.6;

/** Blocks after which a crash is forgotten: by then under 0.2 % of it is left. */
const CRASH_BLOCKS = 4;

/** Volume and trades at weekends against working days. */
const WEEKEND_ACTIVITY = 0.7;

interface Stretch {
  readonly open: number;
  readonly close: number;
  readonly variance: number;
}

export interface Keys {
  readonly market: number;
  readonly own: number;
}

/** The bar of one day, counted from the epoch of UTC time. */
export function dayBar(listing: Listing, keys: Keys, day: number): Bar {
  const crash = crashOn(keys.market, day) * listing.crashBeta;
  const walk = stretchOf(listing, keys, day);
  const ticks = (logarithm: number) =>
    Math.max(1, Math.round(Math.exp(logarithm) * 10 ** listing.priceDecimals));
  const open = ticks(walk.open - crashDepth(keys.market, day) * listing.crashBeta);
  const close = ticks(walk.close - crashDepth(keys.market, day + 1) * listing.crashBeta);
  const variance = (walk.variance + (crash / 2) ** 2) * open * open;

  const chance = chanceOf(keys, mixed(0xda7, day));
  const high = Math.round((open + close + excursion(open - close, variance, chance.own)) / 2);
  const low = Math.round((open + close - excursion(open - close, variance, chance.own)) / 2);
  const bounded = Math.max(low, Math.ceil(Math.min(open, close) * 0.7));
  const activity = dayActivity(listing, day, (high - bounded) / open, chance);
  const price = (open + close) / 2 / 10 ** listing.priceDecimals;
  return {
    open,
    high,
    low: bounded,
    close,
    volume: Math.round(
      ((listing.dailyTurnover * activity) / price) * 10 ** listing.quantityDecimals,
    ),
    trades: Math.round(listing.dailyTrades * activity ** 0.8),
    firstTrade: day * DAY_TRADES_MAX,
    variance,
  };
}

/** Trade numbers set aside for a day: above the trades of the wildest one. */
const DAY_TRADES_MAX = 100_000_000;

/** Dice of the market and of the instrument for the thing that `key` names. */
export function chanceOf(keys: Keys, key: number): Chance {
  return { market: new Dice(mixed(keys.market, key)), own: new Dice(mixed(keys.own, key)) };
}

/** Volume against a usual day: grows with the day's range, in bounds, and rests at weekends. */
function dayActivity(listing: Listing, day: number, range: number, chance: Chance): number {
  const weekday = (day + 4) % 7;
  const weekend = weekday === 0 || weekday === 6 ? WEEKEND_ACTIVITY : 1;
  const noise = Math.exp(0.2 * Math.max(-3, Math.min(3, correlated(chance, 0.5))));
  const usualRange = 1.6 * listing.dailyVolatility;
  return weekend * noise * Math.min(12, 0.3 + (0.7 * range) / usualRange);
}

/** Logarithms of a day's first and last price, crashes apart, with the variance of its return. */
function stretchOf(listing: Listing, keys: Keys, day: number): Stretch {
  const epoch = Math.floor(day / EPOCH_DAYS);
  let stretch: Stretch = {
    open: epochLevel(listing, keys, epoch),
    close: epochLevel(listing, keys, epoch + 1),
    variance: EPOCH_DAYS * listing.dailyVolatility ** 2,
  };
  let node = 1;
  for (let halving = HALVINGS - 1; halving >= 0; halving -= 1) {
    const isSecond = (((day - epoch * EPOCH_DAYS) >> halving) & 1) === 1;
    stretch = half(stretch, isSecond ? "second" : "first", chanceOf(keys, mixed(epoch, node)));
    node = node * 2 + (isSecond ? 1 : 0);
  }
  return stretch;
}

function epochLevel(listing: Listing, keys: Keys, epoch: number): number {
  const chance = chanceOf(keys, mixed(0xe90c, epoch));
  const spread = EPOCH_SPREAD * listing.dailyVolatility;
  return (
    Math.log(listing.price) + spread * Math.max(-2, Math.min(2, correlated(chance, CORRELATION)))
  );
}

/** One half of a stretch of days: the middle of a Brownian bridge with uneven variance. */
function half(whole: Stretch, which: "first" | "second", chance: Chance): Stretch {
  const noise = Math.max(-2.5, Math.min(2.5, correlated(chance, 0.9)));
  const share = 0.5 + SHARE_SPREAD * noise;
  const spread = Math.sqrt(whole.variance * share * (1 - share));
  const middle =
    whole.open + (whole.close - whole.open) * share + spread * correlated(chance, CORRELATION);
  const [open, close] = which === "first" ? [whole.open, middle] : [middle, whole.close];
  const expected = whole.variance * (which === "first" ? share : 1 - share);
  return { open, close, variance: heated(expected, close - open) };
}

/** How deep (in logarithm of price) the crashes before the start of `day` still weigh on it. */
function crashDepth(key: number, day: number): number {
  const block = Math.floor(day / CRASH_BLOCK_DAYS);
  let depth = 0;
  for (let i = block - CRASH_BLOCKS + 1; i <= block; i += 1) {
    const crash = crashOfBlock(key, i);
    if (crash === null || day <= crash.day) continue;
    depth += crash.depth * Math.exp(-(day - crash.day - 1) / crash.recoveryDays);
  }
  return depth;
}

/** The depth of the crash that happens on this very day, else 0. */
function crashOn(key: number, day: number): number {
  const crash = crashOfBlock(key, Math.floor(day / CRASH_BLOCK_DAYS));
  return crash !== null && crash.day === day ? crash.depth : 0;
}

function crashOfBlock(
  key: number,
  block: number,
): { day: number; depth: number; recoveryDays: number } | null {
  const dice = new Dice(mixed(key, mixed(0xc4a5, block)));
  if (dice.uniform() > CRASH_PROBABILITY) return null;
  return {
    day: block * CRASH_BLOCK_DAYS + dice.whole(0, CRASH_BLOCK_DAYS - 1),
    depth: 0.05 + 0.12 * dice.uniform() ** 2,
    recoveryDays: 4 + 21 * dice.uniform(),
  };
}
