/** The volume weighted average against three libraries, and where nothing is traded. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { vwma } from "indicatorts";
import { VWMA } from "trading-signals";
import { describe, expect, test } from "vitest";
import { flat } from "../../../test/indicator-candles.ts";
import { columnsOf, expectSeries, seriesOf } from "../../../test/indicator-reference.ts";
import { vwmaDefinition } from "./vwma.ts";

describe("VWMA", () => {
  test.each([5, 20])("VWMA(%i) equals three libraries", (period) => {
    const { candles, close, volume } = columnsOf();
    const ours = seriesOf(vwmaDefinition, [period], "value", candles);
    const full = { last: candles.length - period + 1 };
    expectSeries(ours, new IndicatorsSync().vwma(close, volume, period), full);
    expectSeries(ours, vwma(close, volume, { period }), full);
    const theirs = new VWMA(period).updates(candles).filter((value) => value !== null);
    expectSeries(ours, theirs, full);
  });

  test("is the plain mean where nothing is traded", () => {
    const quiet = [...flat(4, 100, 0), ...flat(4, 200, 0)];
    expect(seriesOf(vwmaDefinition, [4], "value", quiet).slice(3)).toEqual([
      100, 125, 150, 175, 200,
    ]);
  });
});
