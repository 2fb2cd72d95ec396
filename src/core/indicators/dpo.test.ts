/** The detrended price oscillator against two libraries. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { DPO } from "trading-signals";
import { describe, expect, test } from "vitest";
import { columnsOf, expectSeries, seriesOf } from "../../../test/indicator-reference.ts";
import { dpoDefinition } from "./dpo.ts";

describe("DPO", () => {
  test.each([10, 20])("DPO(%i) equals trading-signals and @ixjb94/indicators", (period) => {
    const { candles, close } = columnsOf();
    const ours = seriesOf(dpoDefinition, [period], "value", candles);
    expectSeries(
      ours,
      new DPO(period).updates(close).filter((value) => value !== null),
    );
    expectSeries(ours, new IndicatorsSync().dpo(close, period));
  });

  test("waits for the shifted close where that is older than the average", () => {
    expect([1, 2, 3, 4, 5].map((period) => dpoDefinition.warmup([period]))).toEqual([
      2, 3, 3, 4, 5,
    ]);
  });
});
