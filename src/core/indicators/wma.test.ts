/** The weighted moving average against TA-Lib. */
import { describe, expect, test } from "vitest";
import { flat } from "../../../test/indicator-candles.ts";
import { expectTalib, seriesOf } from "../../../test/indicator-reference.ts";
import { wmaDefinition } from "./wma.ts";

describe("WMA", () => {
  test.each([2, 9, 20])("equals TA-Lib's WMA(%i)", (period) => {
    expectTalib(wmaDefinition, [period], {
      function: "WMA",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });

  test("of one price is that price exactly", () => {
    const values = seriesOf(wmaDefinition, [7], "value", flat(50, 0.1, 1)).slice(6);
    expect(new Set(values)).toEqual(new Set([0.1]));
  });
});
