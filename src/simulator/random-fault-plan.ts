/** A fault plan rolled from a seed: many kinds of trouble over a stretch of market time. */
import { unreachable } from "../core/assert.ts";
import { MINUTE_MS, openTimeAt, TIMEFRAMES } from "../core/timeframe.ts";
import { Dice, mixed } from "./dice.ts";
import { type Fault, GARBAGE, type RestAnswer, type Span, type Streams } from "./fault-plan.ts";
import { klineStreamName } from "./kline-wire.ts";

export interface RandomPlanOptions extends Span {
  readonly seed: number;
  readonly symbols: readonly string[];
  /** Faults to roll; each starts at a random instant of the span and ends within it. */
  readonly count: number;
  /** Kinds to choose from. */
  readonly kinds?: readonly Fault["kind"][];
}

/** Kinds after which the exchange's final candles are what they would have been without. */
export const TRUE_KINDS: readonly Fault["kind"][] = [
  "close",
  "reset",
  "serverShutdown",
  "refused",
  "storm",
  "stall",
  "garbage",
  "gap",
  "duplicate",
  "outOfOrder",
  "lateClose",
  "missingClose",
  "rest",
];

/** Longest trouble of each sort, so that a feed can find its way back before the next. */
const OUTAGE_MS_MAX = 5 * MINUTE_MS;
const REST_TROUBLE_MS_MAX = 2 * MINUTE_MS;
const OVERSIZED_MS_MAX = 4_000;
const DELAY_MS_MAX = 20_000;
const SKEW_MS_MAX = 30_000;

export function randomFaultPlan(options: RandomPlanOptions): Fault[] {
  const dice = new Dice(mixed(0xfa17, options.seed));
  const kinds = options.kinds ?? TRUE_KINDS;
  return Array.from({ length: options.count }, () => fault(dice.pick(kinds), dice, options));
}

function fault(kind: Fault["kind"], dice: Dice, options: RandomPlanOptions): Fault {
  const streams = randomStreams(dice, options.symbols);
  const outage = within(dice, options, OUTAGE_MS_MAX);
  switch (kind) {
    case "close":
      return { kind, at: outage.from, streams, code: dice.pick([1000, 1001, 1011, 1012]) };
    case "reset":
      return { kind, at: outage.from, streams };
    case "serverShutdown":
      return { kind, at: outage.from, streams, graceMs: dice.whole(0, MINUTE_MS) };
    case "refused":
      return { kind, ...outage };
    case "storm":
      return { kind, ...outage, aliveMs: dice.whole(0, 3_000) };
    case "stall":
      return {
        kind,
        ...outage,
        streams,
        pings: dice.pick(["alive", "dead"]),
        connections: dice.pick(["present", "every"]),
      };
    case "garbage":
      return randomGarbage(dice, streams, options);
    case "gap":
    case "duplicate":
    case "outOfOrder":
    case "missingClose":
      return { kind, ...outage, streams };
    case "lateClose":
    case "revisedClose":
      return { kind, ...outage, streams, delayMs: dice.whole(1, DELAY_MS_MAX) };
    case "hole":
      return {
        kind,
        ...onMinutes(outage),
        symbols: dice.pick([null, [dice.pick(options.symbols)]]),
      };
    case "clockSkew":
      return { kind, ...outage, skewMs: dice.whole(-SKEW_MS_MAX, SKEW_MS_MAX) };
    case "rest": {
      const span = within(dice, options, REST_TROUBLE_MS_MAX);
      return { kind, ...span, answer: randomAnswer(dice), paths: null, requests: null };
    }
    default:
      return unreachable(kind);
  }
}

/** Garbage for minutes; oversized frames for seconds, or a plan would send gigabytes. */
function randomGarbage(dice: Dice, streams: Streams, options: Span): Fault {
  const garbage = dice.pick(GARBAGE);
  const lengthMax = garbage === "oversized" ? OVERSIZED_MS_MAX : OUTAGE_MS_MAX;
  const span = within(dice, options, lengthMax);
  return { kind: "garbage", ...span, streams, garbage, place: dice.pick(["before", "instead"]) };
}

/** All streams, those of one connection (a timeframe), or a single one. */
function randomStreams(dice: Dice, symbols: readonly string[]): Streams {
  const timeframe = dice.pick(TIMEFRAMES);
  switch (dice.whole(0, 2)) {
    case 0:
      return null;
    case 1:
      return symbols.map((symbol) => klineStreamName({ symbol, timeframe }));
    default:
      return [klineStreamName({ symbol: dice.pick(symbols), timeframe })];
  }
}

function randomAnswer(dice: Dice): RestAnswer {
  const answers: readonly RestAnswer[] = [
    { kind: "limited", retryAfterS: dice.whole(1, 60) },
    { kind: "banned", retryAfterS: dice.whole(1, 120) },
    { kind: "forbidden" },
    { kind: "failure", status: dice.pick([500, 502, 503, 504]) },
    { kind: "hang" },
    { kind: "truncated" },
    { kind: "lag", ms: dice.whole(1_000, 90_000), shows: dice.pick(["nothing", "unfinished"]) },
  ];
  return dice.pick(answers);
}

/** A span of random place and length inside another. */
function within(dice: Dice, { from, until }: Span, lengthMax: number): Span {
  const length = dice.whole(1_000, Math.max(1_000, Math.min(lengthMax, until - from)));
  const start = dice.whole(from, Math.max(from, until - length));
  return { from: start, until: start + length };
}

function onMinutes({ from, until }: Span): Span {
  const start = openTimeAt("1m", from);
  return { from: start, until: Math.max(start, openTimeAt("1m", until)) + MINUTE_MS };
}
