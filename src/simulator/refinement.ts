/** Cuts one bar into smaller ones that add up to it exactly: same open, close, extremes and volume. */
import type { Dice } from "./dice.ts";

/** Prices in ticks, volume in steps, all whole numbers; `variance` is the expected one, in ticks². */
export interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly trades: number;
  readonly firstTrade: number;
  readonly variance: number;
}

/** Randomness of a cut: what moves the whole market, and what moves this instrument alone. */
export interface Chance {
  readonly market: Dice;
  readonly own: Dice;
}

/** Correlation of price moves with the market's, and of volatility with the market's. */
const MOVE_CORRELATION = 0.75;
const VOLATILITY_CORRELATION = 0.8;

/**
 * Spread of the logarithm of volatility within a bar, and how much of it each child takes over from
 * the one before: wild times come together. Cuts within cuts multiply, which fattens the tails.
 */
const VOLATILITY_SPREAD = 0.55;
const VOLATILITY_MEMORY = 0.9;

/**
 * A move of more than so many standard deviations means that the time was wilder than expected; the
 * cost is what that adds on average: E max(1, (z / 1.5)²) = 1.098 for a normal z.
 */
const SURPRISE_DEVIATIONS = 1.5;
const SURPRISE_COST = 1.098;

/** How far a path's sampled turning point stays from its true extreme, in standard deviations. */
const EXTREME_GAP = 0.6;

/** The children of a bar, one for each share of usual activity in `profile` (at least three). */
export function refined(bar: Bar, profile: readonly number[], chance: Chance): Bar[] {
  const expected = cascade(bar.variance, profile, chance);
  const points = path(bar, expected, chance);
  const variances = expected.map((variance, i) =>
    heated(variance, at(points, i + 1) - at(points, i)),
  );
  const spans = extremes(bar, points, variances, chance.own);
  const cuts = volumeCuts(spans, variances, chance.own);
  return spans.map((span, i) => {
    const [from = 0, to = 1] = [cuts[i], cuts[i + 1]];
    const firstTrade = Math.round(bar.trades * from);
    return {
      ...span,
      volume: Math.round(bar.volume * to) - Math.round(bar.volume * from),
      trades: Math.round(bar.trades * to) - firstTrade,
      firstTrade: bar.firstTrade + firstTrade,
      variance: variances[i] ?? 0,
    };
  });
}

/**
 * The variance within a stretch once its whole move is known: great moves are made by wild times, not
 * by straight lines. The average over all moves stays what it was.
 */
export function heated(variance: number, move: number): number {
  return Math.max(variance, (move / SURPRISE_DEVIATIONS) ** 2) / SURPRISE_COST;
}

/** A standard normal number that follows the market's to the given degree. */
export function correlated(chance: Chance, correlation: number): number {
  const own = Math.sqrt(1 - correlation * correlation);
  return correlation * chance.market.gauss() + own * chance.own.gauss();
}

/** The variance of a bar dealt out to its children, in spells of wild and quiet. */
function cascade(variance: number, profile: readonly number[], chance: Chance): number[] {
  const roll = () => correlated(chance, VOLATILITY_CORRELATION);
  const novelty = Math.sqrt(1 - VOLATILITY_MEMORY ** 2);
  let mood = roll();
  const weights = profile.map((share) => {
    mood = VOLATILITY_MEMORY * mood + novelty * roll();
    return share * Math.exp(VOLATILITY_SPREAD * mood);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (variance * weight) / sum);
}

/** Opens and closes of the children: a Brownian bridge, bent to come near the bar's high and low. */
function path(bar: Bar, variances: readonly number[], chance: Chance): number[] {
  const count = variances.length;
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  const walk = [0];
  const spent = [0];
  variances.forEach((variance, i) => {
    const step = Math.sqrt(variance) * correlated(chance, MOVE_CORRELATION);
    walk.push((walk[i] ?? 0) + step);
    spent.push((spent[i] ?? 0) + variance);
  });
  const drift = bar.close - bar.open - (walk[count] ?? 0);
  const bridge = walk.map((height, i) => {
    const share = total === 0 ? i / count : (spent[i] ?? 0) / total;
    return bar.open + height + drift * share;
  });
  bend(bridge, bar, { deviation: Math.sqrt(total / count), dice: chance.own });
  return bridge.map((point, i) => {
    if (i === 0) return bar.open;
    if (i === count) return bar.close;
    return Math.round(folded(point, bar));
  });
}

/** A point that left the bar's range, thrown back from its edges. */
function folded(point: number, { low, high }: Bar): number {
  const range = high - low;
  if (range === 0) return low;
  const phase = Math.abs(point - low) % (2 * range);
  return low + (phase <= range ? phase : 2 * range - phase);
}

/** Shifts the inner points so that the highest and lowest of them stand near the bar's extremes. */
function bend(points: number[], bar: Bar, near: { deviation: number; dice: Dice }): void {
  let top = 1;
  let bottom = 1;
  for (let i = 2; i < points.length - 1; i += 1) {
    if (at(points, i) > at(points, top)) top = i;
    if (at(points, i) <= at(points, bottom)) bottom = i;
  }
  const { deviation, dice } = near;
  const highest = Math.max(bar.open, bar.close);
  const lowest = Math.min(bar.open, bar.close);
  const under = bar.high - EXTREME_GAP * deviation * Math.abs(dice.gauss());
  const over = bar.low + EXTREME_GAP * deviation * Math.abs(dice.gauss());
  const isTopBent = at(points, top) > under || bar.high - highest > deviation;
  const isBottomBent = at(points, bottom) < over || lowest - bar.low > deviation;
  const lift = isTopBent ? under - at(points, top) : 0;
  const drop = isBottomBent ? over - at(points, bottom) : 0;
  const knots = [
    { i: 0, shift: 0 },
    ...(top < bottom
      ? [
          { i: top, shift: lift },
          { i: bottom, shift: drop },
        ]
      : [
          { i: bottom, shift: drop },
          { i: top, shift: lift },
        ]),
    { i: points.length - 1, shift: 0 },
  ];
  for (let knot = 1; knot < knots.length; knot += 1) {
    const [from, to] = [knots[knot - 1], knots[knot]];
    if (from === undefined || to === undefined) continue;
    for (let i = from.i + 1; i <= to.i; i += 1) {
      const share = (i - from.i) / (to.i - from.i);
      points[i] = at(points, i) + from.shift + (to.shift - from.shift) * share;
    }
  }
}

type Span = Pick<Bar, "open" | "high" | "low" | "close">;

/** Highs and lows of the children; the most extreme of each carries the bar's own. */
function extremes(
  bar: Bar,
  points: readonly number[],
  variances: readonly number[],
  dice: Dice,
): Span[] {
  let top = 0;
  let bottom = 0;
  const highs: number[] = [];
  const lows: number[] = [];
  variances.forEach((variance, i) => {
    const [from, to] = [at(points, i), at(points, i + 1)];
    highs.push((from + to + excursion(from - to, variance, dice)) / 2);
    lows.push((from + to - excursion(from - to, variance, dice)) / 2);
    if (at(highs, i) > at(highs, top)) top = i;
    if (at(lows, i) < at(lows, bottom)) bottom = i;
  });
  return variances.map((_, i) => ({
    open: at(points, i),
    high: i === top ? bar.high : Math.min(bar.high, Math.round(at(highs, i))),
    low: i === bottom ? bar.low : Math.max(bar.low, Math.round(at(lows, i))),
    close: at(points, i + 1),
  }));
}

/**
 * Twice the distance from the middle of a Brownian bridge's ends to its extreme: for ends `move`
 * apart, P(maximum ≤ m) = 1 − exp(−2 (m − a)(m − b) / variance), inverted at a uniform number.
 */
export function excursion(move: number, variance: number, dice: Dice): number {
  return Math.sqrt(move * move - 2 * variance * Math.log(dice.uniform()));
}

/** Shares of the volume up to each child's end: more where the price moved more. */
function volumeCuts(spans: readonly Span[], variances: readonly number[], dice: Dice): number[] {
  const weights = spans.map((span, i) => {
    const activity = span.high - span.low + 0.4 * Math.sqrt(variances[i] ?? 0) + 1e-9;
    return activity * Math.exp(0.35 * dice.gauss());
  });
  const sums = [0];
  for (const weight of weights) sums.push(at(sums, sums.length - 1) + weight);
  const total = at(sums, sums.length - 1);
  return sums.map((sum) => sum / total);
}

function at(list: readonly number[], index: number): number {
  const value = list[index];
  if (value === undefined) throw new Error(`assertion failed: ${index} is within the list`);
  return value;
}
