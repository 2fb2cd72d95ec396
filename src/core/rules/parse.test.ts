/** Tests that rules and their text are two forms of the same thing, and that faults are named. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { INDICATORS } from "../indicators/catalog.ts";
import { TIMEFRAMES } from "../timeframe.ts";
import { NAMED_CONDITIONS } from "./named-condition.ts";
import { parseRule, refusalText } from "./parse.ts";
import { printRule } from "./print.ts";
import {
  ARITHMETIC_OPERATORS,
  CANDLE_FIELDS,
  COMPARISONS,
  LOOKBACK_MAX,
  measureRule,
  NEVER,
  RULE_DEPTH_MAX,
  RULE_NODES_MAX,
  RULE_TEXT_MAX,
  type Rule,
  type Term,
} from "./rule.ts";

function parsed(text: string): Rule {
  const result = parseRule(text);
  if (result.kind === "refused") throw new Error(`${text}: ${refusalText(result.refusal)}`);
  return result.rule;
}

const number = fc
  .tuple(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.integer({ min: 0, max: 10 }))
  .map(([digits, decimals]) => Number((digits / 10 ** decimals).toFixed(decimals)) + 0);

const reference = fc.record({
  timeframe: fc.constantFrom(null, ...TIMEFRAMES),
  offset: fc.integer({ min: 0, max: LOOKBACK_MAX }),
});

const indicator = fc.constantFrom(...INDICATORS).chain((definition) =>
  fc
    .record({
      parameters: fc.tuple(
        ...definition.parameters.map(({ kind, min, max }) =>
          kind === "integer"
            ? fc.integer({ min, max })
            : fc.integer({ min: Math.ceil(min * 100), max: max * 100 }).map((n) => n / 100),
        ),
      ),
      output: fc.constantFrom(...definition.outputs.map(({ id }) => id)),
      reference,
    })
    .filter(({ parameters }) => (definition.conflict?.(parameters) ?? null) === null)
    .map(
      ({ parameters, output, reference: from }): Term => ({
        kind: "indicator",
        indicator: definition.id,
        parameters,
        output,
        ...from,
      }),
    ),
);

const { rule } = fc.letrec<{ term: Term; rule: Rule }>((tie) => ({
  term: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    number.map((value): Term => ({ kind: "number", value: value === 0 ? 0 : value })),
    fc
      .tuple(fc.constantFrom(...CANDLE_FIELDS), reference)
      .map(([field, from]): Term => ({ kind: "candle", field, ...from })),
    indicator,
    fc.record({
      kind: fc.constant("arithmetic" as const),
      operator: fc.constantFrom(...ARITHMETIC_OPERATORS),
      left: tie("term"),
      right: tie("term"),
    }),
    fc.record({
      kind: fc.constant("change" as const),
      of: tie("term"),
      candles: fc.integer({ min: 1, max: LOOKBACK_MAX }),
    }),
    fc
      .tuple(fc.constantFrom("min" as const, "max" as const), tie("term"), tie("term"))
      .map(([name, a, b]): Term => ({ kind: "function", name, arguments: [a, b] })),
    tie("term").map((of): Term => ({ kind: "function", name: "abs", arguments: [of] })),
  ),
  rule: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
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
      percent: number.map(Math.abs),
      right: tie("term"),
    }),
    tie("rule").map((of): Rule => ({ kind: "not", of })),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      of: fc.array(tie("rule"), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("for" as const),
      of: tie("rule"),
      candles: fc.integer({ min: 1, max: LOOKBACK_MAX }),
    }),
  ),
}));

const fits = (tree: Rule) => {
  const { nodes, depth } = measureRule(tree);
  return (
    nodes <= RULE_NODES_MAX && depth <= RULE_DEPTH_MAX && printRule(tree).length <= RULE_TEXT_MAX
  );
};

describe("text and tree", () => {
  test("every tree comes back from its text", () => {
    fc.assert(
      fc.property(rule.filter(fits), (tree) => {
        expect(parsed(printRule(tree))).toEqual(tree);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["ema(50) > ema(200) and rsi(14) < 30", "ema(50) > ema(200) and rsi(14) < 30"],
    ["ema(50)>ema( 200 )   and rsi<30", "ema(50) > ema(200) and rsi(14) < 30"],
    ["rsi(14)@4h < 40", "rsi(14)@4h < 40"],
    ["rsi(14)[1]@4h < 40", "rsi(14)@4h[1] < 40"],
    ["low[1] <= bollinger(20, 2).lower * 1.002", "low[1] <= bollinger(20, 2).lower * 1.002"],
    ["close crosses above ema(50)", "close crosses above ema(50)"],
    ["close > ema(50) for 3 candles", "close > ema(50) for 3 candles"],
    ["close within 0.5 % of vwap", "close within 0.5 % of vwap"],
    ["close within 0.5% of vwap", "close within 0.5 % of vwap"],
    ["percent_change(volume, 5) > -2.5", "percent_change(volume, 5) > -2.5"],
    ["not oversold and (doji or hammer)", "not oversold and (doji or hammer)"],
    ["oversold and doji or hammer", "(oversold and doji) or hammer"],
    ["((close > open))", "close > open"],
    ["close - (open - low) > 2 * (high - low) / 3", "close - (open - low) > 2 * (high - low) / 3"],
    ["-close < 0", "0 - close < 0"],
    ["", "never"],
    ["  \n ", "never"],
    ["(close > open and doji) for 2 candles", "(close > open and doji) for 2 candles"],
  ])("%j reads as %j", (text, printed) => {
    expect(printRule(parsed(text))).toBe(printed);
    expect(parsed(printed)).toEqual(parsed(text));
  });

  test("every named condition is written in the language", () => {
    for (const { text } of NAMED_CONDITIONS) expect(printRule(parsed(text))).toBe(text);
  });
});

describe("refusals", () => {
  test.each([
    [
      "emma(50) > 3",
      'at 1: found "emma", expected a condition, an indicator or a price; did you mean "ema"?',
    ],
    ["close > ", "at 9: found the end of the rule, expected a condition, a value or a number"],
    [
      "close",
      "at 6: found the end of the rule, expected a comparison: <, <=, >, >=, ==, !=, crosses or within",
    ],
    ["close > open open", 'at 14: found "open", expected and, or, or the end of the rule'],
    ["rsi(0) > 3", 'at 5: found "0", expected a whole number from 1 to 1000'],
    ["rsi(1001) > 3", 'at 5: found "1001", expected a whole number from 1 to 1000'],
    [
      "bollinger(20, 2) > 3",
      'at 18: found ">", expected .upper, .middle, .lower, .width, .percent_b',
    ],
    [
      "bollinger.uper > 3",
      'at 11: found "uper", expected one of upper, middle, lower, width, percent_b; did you mean "upper"?',
    ],
    ["rsi(14)@2h > 3", 'at 8: found "@2h", expected one of 1m, 5m, 15m, 1h, 4h, 1d after @'],
    ["close[1001] > 3", 'at 7: found "1001", expected a whole number from 0 to 1000'],
    [
      "close & 3",
      'at 7: found "&", expected a comparison: <, <=, >, >=, ==, !=, crosses or within',
    ],
    ["(close > 3", 'at 11: found the end of the rule, expected ")"'],
    ["close crosses ema(3)", 'at 15: found "ema", expected above or below'],
    ["doji > 3", 'at 6: found ">", expected and, or, or the end of the rule'],
    [
      "close > doji",
      "at 13: found the end of the rule, expected a value, where a condition stands",
    ],
    ["close > 1e5", 'at 10: found "e5", expected and, or, or the end of the rule'],
    [
      "close > 0.12345678901",
      'at 9: found "0.12345678901", expected a number of at most 12 digits and 10 decimals',
    ],
  ])("%s", (text, sentence) => {
    const result = parseRule(text);
    expect(result.kind === "refused" && refusalText(result.refusal)).toBe(sentence);
  });

  test("no text makes the parser throw", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseRule(text)));
    const words = fc.constantFrom(
      "(",
      ")",
      "close",
      "and",
      "not",
      "-",
      "ema",
      "for",
      "3",
      "@4h",
      "[",
      ">",
      ".",
      ",",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 80 }), (parts) => void parseRule(parts.join(" "))),
      { numRuns: 1_000 },
    );
  });

  test.each(["(", "not ", "- ", "abs("])("a bomb of %j is refused", (piece) => {
    const result = parseRule(piece.repeat(Math.floor(RULE_TEXT_MAX / piece.length)));
    expect(result.kind).toBe("refused");
  });

  test("the bounds hold at the limit and one past it", () => {
    const conditions = (count: number) => Array(count).fill("doji").join(" or ");
    expect(parseRule(conditions(RULE_NODES_MAX - 1)).kind).toBe("rule");
    expect(parseRule(conditions(RULE_NODES_MAX)).kind).toBe("refused");
    const deep = (levels: number) => `${"not ".repeat(levels - 1)}doji`;
    expect(parseRule(deep(RULE_DEPTH_MAX)).kind).toBe("rule");
    expect(parseRule(deep(RULE_DEPTH_MAX + 1)).kind).toBe("refused");
    expect(parseRule("doji".padEnd(RULE_TEXT_MAX)).kind).toBe("rule");
    expect(parseRule("doji".padEnd(RULE_TEXT_MAX + 1)).kind).toBe("refused");
  });
});
