/** The money flow index against TA-Lib and a library, and where nothing flows. */
import { MFI } from "trading-signals";
import { describe, expect, test } from "vitest";
import { flat } from "../../../test/indicator-candles.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { moneyFlowIndexDefinition } from "./money-flow-index.ts";

describe("MFI", () => {
  test.each([2, 14])("equals TA-Lib's MFI(%i)", (period) => {
    expectTalib(moneyFlowIndexDefinition, [period], {
      function: "MFI",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });

  test("equals trading-signals", () => {
    const { candles } = columnsOf();
    const theirs = new MFI(14).updates(candles).filter((value) => value !== null);
    expectSeries(seriesOf(moneyFlowIndexDefinition, [14], "value", candles), theirs);
  });

  test("is 0 where nothing moves, and does not mind flows under one quote unit", () => {
    const still = seriesOf(moneyFlowIndexDefinition, [3], "value", flat(10, 100, 5));
    expect(new Set(still.slice(3))).toEqual(new Set([0]));
    const rising = flat(10, 1e-6, 1).map((candle, i) => ({ ...candle, high: 1e-6 * (i + 1) }));
    expect(seriesOf(moneyFlowIndexDefinition, [3], "value", rising).at(-1)).toBe(100);
  });
});
