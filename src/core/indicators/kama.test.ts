/** Kaufman's adaptive average against TA-Lib. */
import { describe, expect, test } from "vitest";
import { flat, walk } from "../../../test/indicator-candles.ts";
import { expectTalib, seriesOf } from "../../../test/indicator-reference.ts";
import { kamaDefinition } from "./kama.ts";

describe("KAMA", () => {
  test.each([10, 30])("equals TA-Lib's KAMA(%i)", (period) => {
    expectTalib(kamaDefinition, [period, 2, 30], {
      function: "KAMA",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
      walks: ["ordinary", "tiny"],
    });
  });

  test("moves at its fastest towards a price that stands still", () => {
    const moving = walk({ count: 100, seed: 5 });
    const values = seriesOf(kamaDefinition, [10, 2, 30], "value", [...moving, ...flat(40, 500, 0)]);
    for (const i of [115, 120, 130]) {
      const [before = 0, now = 0] = [values[i - 1], values[i]];
      expect((now - before) / (500 - before)).toBeCloseTo((2 / 3) ** 2, 9);
    }
  });
});
