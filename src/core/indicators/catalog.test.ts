/** The catalogue: every entry is complete, its defaults work, and the documents list it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findIndicator, INDICATORS } from "./catalog.ts";
import { PERIOD_MAX } from "./indicator.ts";
import { isWithin, printIndicator } from "./indicator-text.ts";

const DOCUMENT = readFileSync(join(import.meta.dirname, "../../../docs/indicators.md"), "utf8");

describe("catalogue", () => {
  test("ids are unique and found by name; nothing else is", () => {
    expect(new Set(INDICATORS.map(({ id }) => id)).size).toBe(INDICATORS.length);
    for (const definition of INDICATORS) expect(findIndicator(definition.id)).toBe(definition);
    for (const id of ["", "EMA", "constructor", "__proto__"]) expect(findIndicator(id)).toBeNull();
  });

  test("holds all of the first list", () => {
    const first =
      "ema sma rsi macd bollinger atr stochastic adx cci obv vwap volume_sma volume_ratio change";
    expect(first.split(" ").filter((id) => findIndicator(id) === null)).toEqual([]);
  });

  test.each(INDICATORS.map((definition) => ({ id: definition.id, definition })))(
    "$id is complete and its defaults work",
    ({ definition }) => {
      const { id, parameters, outputs } = definition;
      expect(id).toMatch(/^[a-z][a-z0-9_]*$/);
      for (const text of ["name", "formula", "meaning", "source"] as const) {
        expect(definition[text].length, text).toBeGreaterThan(2);
      }
      for (const parameter of parameters) {
        expect(parameter.id).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(isWithin(parameter, parameter.default)).toBe(true);
        if (parameter.kind === "integer") expect(parameter.max).toBeLessThanOrEqual(PERIOD_MAX);
      }
      expect(outputs.length).toBeGreaterThan(0);
      expect(new Set(outputs.map((output) => output.id)).size).toBe(outputs.length);
      const defaults = parameters.map((parameter) => parameter.default);
      expect(definition.conflict?.(defaults) ?? null).toBeNull();
      expect(definition.create(defaults).warmup).toBeGreaterThanOrEqual(1);
      const printed = printIndicator({ definition, parameters: defaults });
      expect(DOCUMENT, "docs/indicators.md lists it").toContain(`\`${printed}\``);
    },
  );
});
