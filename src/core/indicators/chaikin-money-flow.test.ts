/** Chaikin's money flow against three libraries, and where nothing is traded. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { cmf } from "indicatorts";
import { CMF } from "trading-signals";
import { describe, expect, test } from "vitest";
import { flat } from "../../../test/indicator-candles.ts";
import { columnsOf, expectSeries, seriesOf } from "../../../test/indicator-reference.ts";
import { chaikinMoneyFlowDefinition } from "./chaikin-money-flow.ts";

describe("CMF", () => {
  test.each([10, 20])("CMF(%i) equals three libraries", (period) => {
    const { candles, high, low, close, volume } = columnsOf();
    const ours = seriesOf(chaikinMoneyFlowDefinition, [period], "value", candles);
    const full = { last: candles.length - period + 1 };
    expectSeries(
      ours,
      new CMF(period).updates(candles).filter((value) => value !== null),
    );
    expectSeries(ours, cmf(high, low, close, volume, { period }), full);
    expectSeries(ours, new IndicatorsSync().cmf(high, low, close, volume, period));
  });

  test("is 0 where nothing is traded", () => {
    const values = seriesOf(chaikinMoneyFlowDefinition, [3], "value", flat(6, 100, 0));
    expect(values.slice(2)).toEqual([0, 0, 0, 0]);
  });
});
