/** Indicators as text: what is read, what is refused and where, and that printing undoes reading. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { INDICATORS } from "./catalog.ts";
import {
  type IndicatorRefusal,
  isWithin,
  parseIndicator,
  printIndicator,
  TEXT_MAX,
} from "./indicator-text.ts";

function read(text: string): string | IndicatorRefusal {
  const parsed = parseIndicator(text);
  return parsed.kind === "indicator" ? printIndicator(parsed.spec) : parsed.refusal;
}

describe("indicators as text", () => {
  test.each([
    ["ema(50)", "ema(50)"],
    ["rsi", "rsi(14)"],
    ["rsi()", "rsi(14)"],
    [" macd ( 5,35 , 5 ) ", "macd(5, 35, 5)"],
    ["macd(12)", "macd(12, 26, 9)"],
    ["bollinger(20, 2.50)", "bollinger(20, 2.5)"],
    ["stochastic(14, 3)", "stochastic(14, 3, 1)"],
    ["vwap", "vwap"],
    ["vwap()", "vwap"],
    ["ema(1)", "ema(1)"],
    ["ema(1000)", "ema(1000)"],
  ])("%j is %s", (text, printed) => {
    expect(read(text)).toBe(printed);
  });

  test.each([
    ["", 0, "", "the name of an indicator", null],
    ["emma(50)", 0, "emma(50)", "the name of an indicator", "ema"],
    ["bolinger", 0, "bolinger", "the name of an indicator", "bollinger"],
    ["EMA(50)", 0, "EMA(50)", "the name of an indicator", null],
    ["xyzzyx", 0, "xyzzyx", "the name of an indicator", null],
    ["ema 50", 4, "50", '"(" or the end', null],
    ["ema(", 4, "", "period, a whole number from 1 to 1000", null],
    ["ema(50", 6, "", '"," or ")"', null],
    ["ema(0)", 4, "0)", "period, a whole number from 1 to 1000", null],
    ["ema(1001)", 4, "1001)", "period, a whole number from 1 to 1000", null],
    ["ema(2.5)", 4, "2.5)", "period, a whole number from 1 to 1000", null],
    ["ema(-5)", 4, "-5)", "period, a whole number from 1 to 1000", null],
    ["ema(fifty)", 4, "fifty)", "period, a whole number from 1 to 1000", null],
    ["ema(50, 2)", 8, "2)", '")"', null],
    ["ema(50,)", 7, ")", "another parameter", null],
    ["ema(50) x", 8, "x", "the end", null],
    ["ema(50))", 7, ")", "the end", null],
    ["vwap(1)", 5, "1)", '")"', null],
    ["bollinger(20, 0)", 14, "0)", "deviations, a number from 0.01 to 100", null],
    ["bollinger(20, 1e9)", 15, "e9)", '"," or ")"', null],
    ["macd(26, 12, 9)", 4, "(26, 12, 9)", "the fast period must be less than the slow one", null],
    ["ema(1;drop)", 5, ";drop)", '"," or ")"', null],
  ])("%j is refused at %i", (text, at, found, expected, nearest) => {
    expect(read(text)).toEqual({ at, found, expected, nearest });
  });

  test("a text past the bound is refused unread, one at it is read", () => {
    const padded = (length: number) => "rsi".padEnd(length, " ");
    expect(read(padded(TEXT_MAX))).toBe("rsi(14)");
    expect(read(padded(TEXT_MAX + 1))).toMatchObject({ at: TEXT_MAX });
  });

  test("reading what was printed gives the same, for every indicator and any parameters", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...INDICATORS),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        (definition, where) => {
          const parameters = definition.parameters.map(({ kind, min, max }, i) => {
            const value = min + (where[i] ?? 0) * (max - min);
            return kind === "integer" ? Math.round(value) : Math.round(value * 100) / 100;
          });
          const within = definition.parameters.every((parameter, i) =>
            isWithin(parameter, parameters[i] ?? Number.NaN),
          );
          fc.pre(within && (definition.conflict?.(parameters) ?? null) === null);
          const printed = printIndicator({ definition, parameters });
          const parsed = parseIndicator(printed);
          expect(parsed).toEqual({ kind: "indicator", spec: { definition, parameters } });
        },
      ),
    );
  });

  test("no text makes it throw", () => {
    const pieces = fc.constantFrom(
      "ema",
      "macd",
      "(",
      ")",
      ",",
      "5",
      "2.5",
      " ",
      "é",
      "\0",
      "__proto__",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((all) => all.join("")),
        ),
        (text) => {
          const parsed = parseIndicator(text);
          if (parsed.kind === "indicator") return;
          expect(parsed.refusal.at).toBeGreaterThanOrEqual(0);
          expect(parsed.refusal.at).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });
});
