/** The commodity channel index against TA-Lib and two libraries. */
import technical from "technicalindicators";
import { CCI } from "trading-signals";
import { describe, expect, test } from "vitest";
import { flat, walk } from "../../../test/indicator-candles.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { cciDefinition } from "./cci.ts";

describe("CCI", () => {
  test.each([14, 20])("equals TA-Lib's CCI(%i)", (period) => {
    expectTalib(cciDefinition, [period], {
      function: "CCI",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
      // Where the market stands still TA-Lib gives rounding noise, as the next test says.
      walks: ["ordinary", "tiny"],
    });
  });

  test("equals technicalindicators and trading-signals", () => {
    const { candles, high, low, close } = columnsOf();
    const ours = seriesOf(cciDefinition, [20], "value", candles);
    expectSeries(ours, technical.CCI.calculate({ period: 20, high, low, close }));
    const signals = new CCI(20);
    const theirs = candles.map((candle) => signals.update(candle, false));
    expectSeries(
      ours,
      theirs.filter((value) => value !== null),
    );
  });

  test("is 0 once the whole window stands still", () => {
    const market = [...walk({ count: 31, seed: 4 }), ...flat(100, 0.3, 5)];
    const values = seriesOf(cciDefinition, [20], "value", market);
    expect(new Set(values.slice(31 + 19))).toEqual(new Set([0]));
  });
});
