/** The average volume and the ratio to it against TA-Lib and two libraries. */
import { IndicatorsSync } from "@ixjb94/indicators";
import technical from "technicalindicators";
import { describe, expect, test } from "vitest";
import { flat } from "../../../test/indicator-candles.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { volumeRatioDefinition } from "./volume-ratio.ts";
import { volumeSmaDefinition } from "./volume-sma.ts";

describe("volume", () => {
  test("its average equals TA-Lib's SMA(20) of the volume", () => {
    expectTalib(volumeSmaDefinition, [20], {
      function: "SMA",
      parameters: { optInTimePeriod: 20 },
      input: "volume",
      outputs: { outReal: "value" },
    });
  });

  test("average and ratio equal those of technicalindicators' and @ixjb94's averages", () => {
    const { candles, volume } = columnsOf();
    for (const means of [
      technical.SMA.calculate({ period: 20, values: volume }),
      new IndicatorsSync().sma(volume, 20),
    ]) {
      expectSeries(seriesOf(volumeSmaDefinition, [20], "value", candles), means);
      const ratios = means.map((mean, i) => (volume[i + 19] ?? 0) / mean);
      expectSeries(seriesOf(volumeRatioDefinition, [20], "value", candles), ratios);
    }
  });

  test("the ratio is 1 when every candle trades the same, 0 when nothing trades", () => {
    const ratios = (volume: number) =>
      new Set(seriesOf(volumeRatioDefinition, [20], "value", flat(60, 5, volume)).slice(19));
    expect(ratios(0.1)).toEqual(new Set([1]));
    expect(ratios(0)).toEqual(new Set([0]));
  });
});
