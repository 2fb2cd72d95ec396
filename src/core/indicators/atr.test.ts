/** The average true range against TA-Lib and two libraries. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { ATR, WSMA } from "trading-signals";
import { describe, test } from "vitest";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { atrDefinition } from "./atr.ts";

describe("ATR", () => {
  test.each([1, 14, 21])("equals TA-Lib's ATR(%i)", (period) => {
    expectTalib(atrDefinition, [period], {
      function: "ATR",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });

  test("equals @ixjb94 and trading-signals once their other start has faded", () => {
    const { candles, high, low, close } = columnsOf();
    const ours = seriesOf(atrDefinition, [14], "value", candles);
    expectSeries(ours, new IndicatorsSync().atr(high, low, close, 14), { last: 250 });
    const signals = new ATR(14, WSMA);
    const theirs = candles.map((candle) => signals.update(candle, false) ?? Number.NaN);
    expectSeries(ours, theirs, { last: 250 });
  });
});
