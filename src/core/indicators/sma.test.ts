/** The simple average against TA-Lib and two libraries. */
import { IndicatorsSync } from "@ixjb94/indicators";
import technical from "technicalindicators";
import { describe, expect, test } from "vitest";
import { flat, walk } from "../../../test/indicator-candles.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { smaDefinition } from "./sma.ts";

describe("SMA", () => {
  test.each([7, 20, 200])("equals TA-Lib's SMA(%i)", (period) => {
    expectTalib(smaDefinition, [period], {
      function: "SMA",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
      // The market that stands still is too short for long periods.
      walks: period > 100 ? ["ordinary", "tiny"] : ["ordinary", "tiny", "flat"],
    });
  });

  test("equals technicalindicators and @ixjb94", () => {
    const { candles, close } = columnsOf();
    const ours = seriesOf(smaDefinition, [50], "value", candles);
    expectSeries(ours, technical.SMA.calculate({ period: 50, values: close }));
    expectSeries(ours, new IndicatorsSync().sma(close, 50));
  });

  test("is exactly the price once the whole window stands still", () => {
    const market = [...walk({ count: 77, seed: 3 }), ...flat(300, 64_000.01, 5)];
    const values = seriesOf(smaDefinition, [50], "value", market);
    expect(new Set(values.slice(77 + 49))).toEqual(new Set([64_000.01]));
  });
});
