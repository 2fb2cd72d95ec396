/** Chande's oscillator against TA-Lib. */
import { describe, expect, test } from "vitest";
import { columnsOf, expectTalib, seriesOf } from "../../../test/indicator-reference.ts";
import { cmoDefinition } from "./cmo.ts";
import { rsiDefinition } from "./rsi.ts";

describe("CMO", () => {
  test.each([9, 14])("equals TA-Lib's CMO(%i)", (period) => {
    expectTalib(cmoDefinition, [period], {
      function: "CMO",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });

  test("is 2 × RSI − 100", () => {
    const { candles } = columnsOf();
    const rsi = seriesOf(rsiDefinition, [14], "value", candles);
    seriesOf(cmoDefinition, [14], "value", candles).forEach((value, i) => {
      if (i >= 14) expect(value).toBeCloseTo(2 * (rsi[i] ?? 0) - 100, 9);
    });
  });
});
