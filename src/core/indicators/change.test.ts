/** The change in percent against TA-Lib and two libraries. */
import { IndicatorsSync } from "@ixjb94/indicators";
import technical from "technicalindicators";
import { describe, test } from "vitest";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { changeDefinition } from "./change.ts";

describe("change", () => {
  test.each([1, 10, 12])("equals TA-Lib's ROC(%i)", (period) => {
    expectTalib(changeDefinition, [period], {
      function: "ROC",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });

  test("equals technicalindicators and a hundred times @ixjb94", () => {
    const { candles, close } = columnsOf();
    const ours = seriesOf(changeDefinition, [10], "value", candles);
    expectSeries(ours, technical.ROC.calculate({ period: 10, values: close }));
    const fractions = new IndicatorsSync().roc(close, 10);
    expectSeries(
      ours,
      fractions.map((fraction) => 100 * fraction),
    );
  });
});
