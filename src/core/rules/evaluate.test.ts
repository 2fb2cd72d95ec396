/** Tests that a rule means what traders read in it, and that no close knows what came later. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candlesOf, minutesWithHoles, randomRule, ruleOf } from "../../../test/rule-market.ts";
import type { Candle } from "../candle.ts";
import { MINUTE_MS, type Timeframe, timeframeMs } from "../timeframe.ts";
import { type Truth, truthAt } from "./evaluate.ts";
import { type CandlesByTimeframe, History } from "./history.ts";

/** Candles of these closes, one after another from time 0; null is a hole. */
function series(timeframe: Timeframe, closes: readonly (number | null)[]): Candle[] {
  return closes.flatMap((close, i) => {
    if (close === null) return [];
    const openTime = i * timeframeMs(timeframe);
    return [{ openTime, open: close, high: close, low: close, close, volume: close }];
  });
}

function historyOf(candles: Partial<CandlesByTimeframe>): History {
  return new History({ "1m": [], "5m": [], "15m": [], "1h": [], "4h": [], "1d": [], ...candles });
}

/** The rule's truth at each close of one minute: "t", "f" or "?". */
function truths(text: string, candles: Partial<CandlesByTimeframe>): string {
  const history = historyOf(candles);
  const rule = ruleOf(text);
  const letter = (truth: Truth) => (truth === null ? "?" : truth ? "t" : "f");
  return Array.from({ length: history.length("1m") }, (_, index) =>
    letter(truthAt(rule, history, { timeframe: "1m", index })),
  ).join("");
}

describe("the meaning of", () => {
  test.each<[string, readonly (number | null)[], string]>([
    ["never", [1], "f"],
    ["close > 2", [1, 2, 3], "fft"],
    ["close >= 2", [1, 2, 3], "ftt"],
    ["close != 2", [1, 2, 3], "tft"],
    // The first close has none before it; equal is not yet beyond, and a crossing may start there.
    ["close crosses above 2", [3, 1, 3, 4, 2, 3], "?ftfft"],
    ["close crosses below 2", [1, 3, 1, 0, 2, 1], "?ftfft"],
    ["sma(2) crosses above 2", [1, 1, 5, 5], "??tf"],
    ["close > 2 for 2 candles", [3, 3, 1, 3, 3, 3], "?tfftt"],
    ["close > 2 for 1 candle", [3, 1], "tf"],
    ["close > close[2]", [1, 2, 3, 1], "??tf"],
    // Lookbacks count the candles that exist.
    ["close > close[1]", [1, null, null, 2, null, 1], "?tf"],
    ["close > 2 for 2 candles", [3, null, 3, 1], "?tf"],
    ["close crosses above 2", [1, null, 3], "?t"],
    ["percent_change(close, 1) == 50", [2, 3, 3], "?tf"],
    ["percent_change(close[1], 1) == 50", [2, 3, 3], "??t"],
    ["close within 10 % of 100", [89, 90, 110, 111], "fttf"],
    ["min(close, 2) == 2 and max(close, 3) == 3", [1, 2, 3, 4], "fttf"],
    ["abs(close - 3) > 1", [1, 2, 3, 5], "tfft"],
  ])("%s at %j", (text, closes, expected) => {
    expect(truths(text, { "1m": series("1m", closes) })).toBe(expected);
  });

  test.each([
    ["close / 0 > 1", "?"],
    ["not close / 0 > 1", "?"],
    ["close / 0 > 1 and close < 0", "f"],
    ["close / 0 > 1 and close > 0", "?"],
    ["close / 0 > 1 or close > 0", "t"],
    ["close / 0 > 1 or close < 0", "?"],
    ["close crosses above close / 0", "?"],
    ["close within 1 % of close / 0", "?"],
  ])("what is not known: %s", (text, expected) => {
    expect(truths(text, { "1m": series("1m", [1, 1]) }).at(-1)).toBe(expected);
  });
});

describe("a higher timeframe", () => {
  const base = series("1m", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const higher = series("5m", [5, 10]);

  test("shows its last closed value, from the very boundary at which it closes", () => {
    expect(truths("close@5m == 5", { "1m": base, "5m": higher })).toBe("????tttttff");
    expect(truths("close@5m[1] == 5", { "1m": base, "5m": higher })).toBe("?????????tt");
    expect(truths("sma(2)@5m == 7.5", { "1m": base, "5m": higher })).toBe("?????????tt");
  });

  test("crosses once, against what was known at the strategy's close before", () => {
    expect(truths("close@5m crosses above 7", { "1m": base, "5m": higher })).toBe("?????fffftf");
    expect(truths("close crosses above close@5m", { "1m": base, "5m": higher })).toBe(
      "?????tfffft",
    );
  });

  test("is read at the end of the strategy's candle when its own boundary was a hole", () => {
    const holed = base.filter(({ openTime }) => openTime !== 4 * MINUTE_MS);
    expect(truths("close@5m == 5", { "1m": holed, "5m": higher })).toBe("????ttttff");
  });
});

test("what is true at a close stays so when later candles come", () => {
  fc.assert(
    fc.property(
      randomRule("1m"),
      fc.integer({ min: 0, max: 1_000 }),
      fc.integer({ min: 1, max: 200 }),
      (rule, seed, length) => {
        const base = minutesWithHoles(240, seed);
        const whole = new History(candlesOf(base));
        const prefix = new History(candlesOf(base.slice(0, length)));
        const index = prefix.length("1m") - 1;
        const close = { timeframe: "1m", index } as const;
        expect(truthAt(rule, prefix, close)).toBe(truthAt(rule, whole, close));
      },
    ),
    { numRuns: 150 },
  );
});

test("the random rules are true, false and unknown: the properties see all three", () => {
  const history = new History(candlesOf(minutesWithHoles(240, 5)));
  const seen = new Set(
    fc
      .sample(randomRule("1m"), { numRuns: 300, seed: 7 })
      .map((rule) => truthAt(rule, history, { timeframe: "1m", index: 150 })),
  );
  expect(seen).toEqual(new Set([true, false, null]));
});
