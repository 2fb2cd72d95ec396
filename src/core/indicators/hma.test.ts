/** The Hull average against two libraries and its own formula. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { HMA } from "trading-signals";
import { describe, test } from "vitest";
import { columnsOf, expectSeries, seriesOf } from "../../../test/indicator-reference.ts";
import { hmaDefinition } from "./hma.ts";

describe("HMA", () => {
  test.each([9, 14, 21])("HMA(%i) equals trading-signals and @ixjb94/indicators", (period) => {
    const { candles, close } = columnsOf();
    const ours = seriesOf(hmaDefinition, [period], "value", candles);
    expectSeries(ours, new IndicatorsSync().hma(close, period));
    expectSeries(
      ours,
      new HMA(period).updates(close).filter((value) => value !== null),
    );
  });
});
