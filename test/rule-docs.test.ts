/** Holds docs/rules.md and docs/rules.fr.md against the language: examples, refusals, named conditions, bounds. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { NAMED_CONDITIONS } from "../src/core/rules/named-condition.ts";
import { parseRule, refusalText } from "../src/core/rules/parse.ts";
import { printRule } from "../src/core/rules/print.ts";
import {
  LOOKBACK_MAX,
  RULE_DEPTH_MAX,
  RULE_NODES_MAX,
  RULE_TEXT_MAX,
} from "../src/core/rules/rule.ts";
import { BUILT_IN_STRATEGIES } from "../src/core/strategies/catalog.ts";

/** The fenced examples: a rule a line, indented lines continue it. */
function examplesOf(page: string): string[] {
  return [...page.matchAll(/^```rule\n(.*?)^```$/gms)].flatMap(([, block = ""]) =>
    block.trimEnd().split(/\n(?!\s)/),
  );
}

/** The cells of the tables' rows of three, or of two, whose first cell is code. */
function rowsOf(page: string, cells: 2 | 3): string[][] {
  return page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").slice(1, -1))
    .filter((row) => row.length === cells)
    .map((row) => row.map((cell) => cell.trim().replace(/^`(.*)`$/, "$1")));
}

const PAGES = [
  ["docs/rules.md", ","],
  ["docs/rules.fr.md", "\u202f"],
] as const;

describe.each(PAGES)("%s", (path, separator) => {
  const page = readFileSync(path, "utf8");

  test("gives only examples that are rules, and that come back from their text", () => {
    const examples = examplesOf(page);
    expect(examples.length).toBeGreaterThan(20);
    for (const text of examples) {
      const result = parseRule(text);
      if (result.kind === "refused") expect.fail(`${text}: ${refusalText(result.refusal)}`);
      expect(parseRule(printRule(result.rule)), text).toEqual(result);
    }
  });

  test("tells the refusals word for word", () => {
    const rows = rowsOf(page, 2).filter(([, answer = ""]) => answer.startsWith("at "));
    expect(rows.length).toBeGreaterThan(4);
    for (const [text = "", answer] of rows) {
      const result = parseRule(text);
      expect(result.kind === "refused" ? refusalText(result.refusal) : null).toBe(answer);
    }
  });

  test("lists every named condition with what it stands for", () => {
    const known = NAMED_CONDITIONS.map(({ name, text }) => [name, text]);
    expect(rowsOf(page, 3).map(([name, text]) => [name, text])).toEqual(known);
  });

  test("names the bounds and the built-in strategies", () => {
    const written = (bound: number) => bound.toLocaleString("en").replace(",", separator);
    const bounds = [RULE_NODES_MAX, RULE_DEPTH_MAX, RULE_TEXT_MAX, LOOKBACK_MAX].map(written);
    const line = page.split("\n").find((each) => /^(Bounds|Bornes)/.test(each)) ?? "";
    expect(line.match(/\d+(?:[,\u202f]\d+)?/g)).toEqual(bounds);
    for (const { name } of BUILT_IN_STRATEGIES) expect(page).toContain(`| ${name} |`);
  });
});

test("both pages give the same examples", () => {
  const [english = [], french = []] = PAGES.map(([path]) => examplesOf(readFileSync(path, "utf8")));
  expect(french).toEqual(english);
});
