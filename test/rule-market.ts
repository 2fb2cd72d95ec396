/** Markets with holes on every timeframe, and random rules over them, for the tests of rules. */
import fc from "fast-check";
import type { Candle, ClosedCandle } from "../src/core/candle.ts";
import { findIndicator } from "../src/core/indicators/catalog.ts";
import type { MarketMinute } from "../src/core/market-minute.ts";
import type { CandlesByTimeframe } from "../src/core/rules/history.ts";
import { NAMED_CONDITIONS } from "../src/core/rules/named-condition.ts";
import { parseRule, refusalText } from "../src/core/rules/parse.ts";
import {
  ARITHMETIC_OPERATORS,
  CANDLE_FIELDS,
  COMPARISONS,
  NEVER,
  type Rule,
  type Term,
} from "../src/core/rules/rule.ts";
import {
  endTimeOf,
  MINUTE_MS,
  openTimeAt,
  TIMEFRAMES,
  type Timeframe,
} from "../src/core/timeframe.ts";
import { seededRandom, walk } from "./indicator-candles.ts";

/** The rule of a text that is one. */
export function ruleOf(text: string): Rule {
  const result = parseRule(text);
  if (result.kind === "refused") throw new Error(`${text}: ${refusalText(result.refusal)}`);
  return result.rule;
}

/** One-minute candles of which some runs are missing; they begin two hours before a day ends. */
export function minutesWithHoles(count: number, seed: number): Candle[] {
  const random = seededRandom(seed + 1);
  let missing = 0;
  return walk({ count, seed }).flatMap((candle) => {
    if (missing === 0 && random() < 0.04) missing = 1 + Math.floor(random() * 12);
    if (missing > 0) {
      missing -= 1;
      return [];
    }
    return [{ ...candle, openTime: candle.openTime - 120 * MINUTE_MS }];
  });
}

/** What closes at each minute from the first candle to the last: the candles of all timeframes. */
export function marketMinutes(base: readonly Candle[]): MarketMinute[] {
  const byTimeframe = candlesOf(base);
  const first = base[0]?.openTime ?? 0;
  const last = base.at(-1)?.openTime ?? -MINUTE_MS;
  const minutes = new Map<number, ClosedCandle[]>();
  for (let time = first; time <= last; time += MINUTE_MS) minutes.set(time, []);
  for (const timeframe of TIMEFRAMES) {
    for (const candle of byTimeframe[timeframe]) {
      const end = endTimeOf(timeframe, candle.openTime);
      minutes.get(end - MINUTE_MS)?.push({ ...candle, timeframe, source: "stream", latenessMs: 0 });
    }
  }
  return [...minutes].map(([openTime, candles]) => ({
    kind: "closed",
    symbol: "BTCUSDT",
    openTime,
    candles,
  }));
}

/** The closed candles of every timeframe that the one-minute candles make; the unfinished last ones left out. */
export function candlesOf(base: readonly Candle[]): CandlesByTimeframe {
  const of = (timeframe: Timeframe) => aggregate(timeframe, base);
  return {
    "1m": of("1m"),
    "5m": of("5m"),
    "15m": of("15m"),
    "1h": of("1h"),
    "4h": of("4h"),
    "1d": of("1d"),
  };
}

function aggregate(timeframe: Timeframe, base: readonly Candle[]): Candle[] {
  const end = endTimeOf("1m", base.at(-1)?.openTime ?? 0);
  const candles = new Map<number, Candle>();
  for (const part of base) {
    const openTime = openTimeAt(timeframe, part.openTime);
    if (endTimeOf(timeframe, openTime) > end) continue;
    const whole = candles.get(openTime) ?? { ...part, openTime, volume: 0 };
    candles.set(openTime, {
      ...whole,
      high: Math.max(whole.high, part.high),
      low: Math.min(whole.low, part.low),
      close: part.close,
      volume: whole.volume + part.volume,
    });
  }
  return [...candles.values()];
}

/** Quick to warm up, so that short markets see their values. */
const INDICATORS = [
  ["ema", 3],
  ["ema", 8],
  ["sma", 5],
  ["rsi", 4],
  ["atr", 3],
  ["aroon", 4],
] as const;

/** Rules whose values are near each other on the test markets, so that they turn true and false often. */
export function randomRule(own: Timeframe): fc.Arbitrary<Rule> {
  const higher = TIMEFRAMES.slice(TIMEFRAMES.indexOf(own), TIMEFRAMES.indexOf(own) + 4);
  const reference = fc.record({
    timeframe: fc.constantFrom(null, null, ...higher),
    offset: fc.constantFrom(0, 0, 0, 1, 3),
  });
  const indicator = fc
    .tuple(fc.constantFrom(...INDICATORS), fc.nat(2), reference)
    .map(([[id, period], output, from]): Term => {
      const outputs = findIndicator(id)?.outputs ?? [];
      const chosen = outputs[output % outputs.length]?.id ?? "";
      return { kind: "indicator", indicator: id, parameters: [period], output: chosen, ...from };
    });
  const candles = fc.integer({ min: 1, max: 4 });
  const { rule } = fc.letrec<{ term: Term; rule: Rule }>((tie) => ({
    term: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(-1, 0, 1, 50, 40_000).map((value): Term => ({ kind: "number", value })),
      fc
        .tuple(fc.constantFrom(...CANDLE_FIELDS), reference)
        .map(([field, from]): Term => ({ kind: "candle", field, ...from })),
      indicator,
      indicator,
      fc.record({
        kind: fc.constant("arithmetic" as const),
        operator: fc.constantFrom(...ARITHMETIC_OPERATORS),
        left: tie("term"),
        right: tie("term"),
      }),
      fc.record({ kind: fc.constant("change" as const), of: tie("term"), candles }),
      fc
        .tuple(fc.constantFrom("min" as const, "max" as const), tie("term"), tie("term"))
        .map(([name, a, b]): Term => ({ kind: "function", name, arguments: [a, b] })),
      tie("term").map((of): Term => ({ kind: "function", name: "abs", arguments: [of] })),
    ),
    rule: fc.oneof(
      { depthSize: "small" },
      fc.constant(NEVER),
      fc.constantFrom(...NAMED_CONDITIONS).map(({ name }): Rule => ({ kind: "named", name })),
      fc.record({
        kind: fc.constant("compare" as const),
        operator: fc.constantFrom(...COMPARISONS),
        left: tie("term"),
        right: tie("term"),
      }),
      fc.record({
        kind: fc.constant("cross" as const),
        direction: fc.constantFrom("above" as const, "below" as const),
        left: tie("term"),
        right: tie("term"),
      }),
      fc.record({
        kind: fc.constant("within" as const),
        left: tie("term"),
        percent: fc.constantFrom(0, 0.1, 5),
        right: tie("term"),
      }),
      tie("rule").map((of): Rule => ({ kind: "not", of })),
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        of: fc.array(tie("rule"), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant("for" as const), of: tie("rule"), candles }),
    ),
  }));
  return rule;
}
