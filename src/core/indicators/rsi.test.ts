/** The relative strength index against TA-Lib and two libraries. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { RSI, WSMA } from "trading-signals";
import { describe, expect, test } from "vitest";
import { flat, walk } from "../../../test/indicator-candles.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { rsiDefinition } from "./rsi.ts";

describe("RSI", () => {
  test.each([2, 9, 14, 21])("equals TA-Lib's RSI(%i)", (period) => {
    expectTalib(rsiDefinition, [period], {
      function: "RSI",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
      // TA-Lib takes averages under 1e-14 for 0, which RSI(2) reaches where the market stands still.
      walks: period === 2 ? ["ordinary", "tiny"] : ["ordinary", "tiny", "flat"],
    });
  });

  test("equals @ixjb94 and trading-signals", () => {
    const { candles, close } = columnsOf();
    const ours = seriesOf(rsiDefinition, [14], "value", candles);
    expectSeries(ours, new IndicatorsSync().rsi(close, 14));
    const signals = new RSI(14, WSMA);
    const theirs = close.map((price) => signals.update(price, false));
    expectSeries(
      ours,
      theirs.filter((value) => value !== null),
    );
  });

  test("is 0 while nothing has moved, 100 when it only rose, and 0 again after ages of standing still", () => {
    expect(seriesOf(rsiDefinition, [3], "value", flat(10, 5, 1)).slice(3)).toEqual(
      new Array(7).fill(0),
    );
    const rising = flat(10, 5, 1).map((candle, i) => ({ ...candle, close: 5 + i }));
    expect(new Set(seriesOf(rsiDefinition, [3], "value", rising).slice(3))).toEqual(new Set([100]));
    const ages = [...walk({ count: 50, seed: 9 }), ...flat(2_000, 5, 1)];
    const values = seriesOf(rsiDefinition, [2], "value", ages);
    expect(values[60]).toBeGreaterThanOrEqual(0);
    expect(values.at(-1)).toBe(0);
  });
});
