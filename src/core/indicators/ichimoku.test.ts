/** The Ichimoku lines against TA-Lib and two libraries, and the cloud against the lines. */
import { ichimokucloud } from "technicalindicators";
import { IchimokuCloud } from "trading-signals";
import { describe, expect, test } from "vitest";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { ichimokuDefinition } from "./ichimoku.ts";

const USUAL = [9, 26, 52, 26];

describe("Ichimoku", () => {
  test.each([
    ["conversion", 9],
    ["base", 26],
    ["leading_b", 52],
  ])("%s equals TA-Lib's MIDPRICE(%i)", (output, period) => {
    expectTalib(ichimokuDefinition, USUAL, {
      function: "MIDPRICE",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: output },
      later: 52 - period + 25,
    });
  });

  test("the lines equal technicalindicators and trading-signals", () => {
    const { candles, high, low } = columnsOf();
    const theirs = ichimokucloud({
      high,
      low,
      conversionPeriod: 9,
      basePeriod: 26,
      spanPeriod: 52,
      displacement: 26,
    });
    const others = new IchimokuCloud().updates(candles).filter((result) => result !== null);
    const last = candles.length - (52 + 25) + 1;
    for (const [output, key] of [
      ["conversion", "conversion"],
      ["base", "base"],
      ["leading_a", "spanA"],
      ["leading_b", "spanB"],
    ] as const) {
      const ours = seriesOf(ichimokuDefinition, USUAL, output, candles);
      expectSeries(
        ours,
        theirs.map((row) => row[key]),
        { last },
      );
      expectSeries(
        ours,
        others.map((row) => row[key]),
        { last },
      );
    }
  });

  test.each([1, 2, 26])("with displacement %i the cloud is the leading span of that time", (d) => {
    const { candles } = columnsOf();
    for (const letter of ["a", "b"]) {
      const leading = seriesOf(ichimokuDefinition, [9, 26, 52, 1], `leading_${letter}`, candles);
      const cloud = seriesOf(ichimokuDefinition, [9, 26, 52, d], `cloud_${letter}`, candles);
      expect(cloud.slice(52 + d - 2)).toEqual(leading.slice(51, candles.length - (d - 1)));
    }
  });

  test("its values stay the same whatever comes after", () => {
    const { candles } = columnsOf();
    for (const { id } of ichimokuDefinition.outputs) {
      const all = seriesOf(ichimokuDefinition, USUAL, id, candles);
      const early = seriesOf(ichimokuDefinition, USUAL, id, candles.slice(0, 200));
      expect(early).toEqual(all.slice(0, 200));
    }
  });
});
