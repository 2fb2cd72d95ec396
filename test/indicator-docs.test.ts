/** Holds docs/indicators.md against the catalogue: every indicator once, with its outputs and warm-up. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { INDICATORS } from "../src/core/indicators/catalog.ts";

interface Row {
  readonly name: string;
  readonly outputs: string;
  readonly warmup: number;
}

/** The rows of the tables: name, outputs, unit and range, warm-up, cost, sources. */
function rowsOf(page: string): Row[] {
  return [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \|[^|]+\| (\d+) \|[^|]+\|[^|]+\|$/gm)].map(
    ([, name = "", outputs = "", warmup = ""]) => ({ name, outputs, warmup: Number(warmup) }),
  );
}

describe("docs/indicators.md", () => {
  test("lists every indicator with its defaults, outputs and warm-up", () => {
    const expected = INDICATORS.map(({ id, parameters, outputs, warmup }) => {
      const defaults = parameters.map((parameter) => parameter.default);
      return {
        name: defaults.length === 0 ? id : `${id}(${defaults.join(", ")})`,
        outputs: outputs.map((output) => output.id).join(", "),
        warmup: warmup(defaults),
      };
    });
    const byName = (a: Row, b: Row) => (a.name < b.name ? -1 : 1);
    const rows = rowsOf(readFileSync("docs/indicators.md", "utf8"));
    expect(rows.toSorted(byName)).toEqual(expected.toSorted(byName));
  });
});
