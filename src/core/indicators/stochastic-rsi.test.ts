/** Stochastic RSI against TA-Lib and two libraries, and its smoothing. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { StochasticRSI } from "trading-signals";
import { describe, test } from "vitest";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { stochasticRsiDefinition } from "./stochastic-rsi.ts";

describe("Stochastic RSI", () => {
  test.each([14, 5])("unsmoothed equals TA-Lib's STOCHRSI(14, %i, 3)", (k) => {
    expectTalib(stochasticRsiDefinition, [14, k, 3, 1], {
      function: "STOCHRSI",
      parameters: { optInTimePeriod: 14, optInFastK_Period: k, optInFastD_Period: 3 },
      outputs: { outFastK: "k", outFastD: "d" },
      walks: ["ordinary", "tiny"],
    });
  });

  test("unsmoothed equals trading-signals and @ixjb94/indicators, which give fractions", () => {
    const { candles, close } = columnsOf();
    const ours = seriesOf(stochasticRsiDefinition, [14, 14, 1, 1], "k", candles);
    const theirs = new StochasticRSI(14).updates(close).filter((value) => value !== null);
    const last = candles.length - 27;
    expectSeries(
      ours,
      theirs.map((value) => 100 * value),
      { last },
    );
    expectSeries(
      ours,
      new IndicatorsSync().stochrsi(close, 14).map((value) => 100 * value),
      { last },
    );
  });

  test("smoothed by 3, %K is what %D is unsmoothed, and %D its mean", () => {
    const { candles } = columnsOf();
    const smooth = (output: string) =>
      seriesOf(stochasticRsiDefinition, [14, 14, 3, 3], output, candles).slice(31);
    const plain = seriesOf(stochasticRsiDefinition, [14, 14, 3, 1], "d", candles);
    expectSeries(smooth("k"), plain.slice(31));
    const means = plain.map((value, i) => ((plain[i - 2] ?? 0) + (plain[i - 1] ?? 0) + value) / 3);
    expectSeries(smooth("d"), means.slice(31));
  });
});
