/** Keltner channels against TA-Lib's EMA and ATR and against two libraries. */
import { keltnerchannels } from "technicalindicators";
import { KeltnerChannels } from "trading-signals";
import { describe, test } from "vitest";
import { talibCase, talibReference } from "../../../test/fixtures/talib/talib-reference.ts";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { keltnerDefinition } from "./keltner.ts";

describe("Keltner channels", () => {
  test("the middle is TA-Lib's EMA", () => {
    expectTalib(keltnerDefinition, [26, 2, 14], {
      function: "EMA",
      parameters: { optInTimePeriod: 26 },
      outputs: { outReal: "middle" },
    });
  });

  test.each(["ordinary", "tiny"] as const)("the width is four of TA-Lib's ATR, %s", (name) => {
    const reference = talibReference(name);
    const atr = talibCase(reference, "ATR", { optInTimePeriod: 14 });
    const line = (output: string) =>
      seriesOf(keltnerDefinition, [2, 2, 14], output, reference.candles);
    const [upper, lower] = [line("upper"), line("lower")];
    expectSeries(
      atr.bars.map((bar) => ((upper[bar] ?? 0) - (lower[bar] ?? 0)) / 4),
      atr.outputs.outReal ?? [],
    );
  });

  test("equals technicalindicators, and trading-signals once its other ATR has faded", () => {
    const { candles, high, low, close } = columnsOf();
    const theirs = keltnerchannels({
      high,
      low,
      close,
      maPeriod: 20,
      atrPeriod: 10,
      multiplier: 2,
      useSMA: false,
    });
    const others = new KeltnerChannels().updates(candles).filter((result) => result !== null);
    for (const output of ["upper", "middle", "lower"] as const) {
      const ours = seriesOf(keltnerDefinition, [20, 2, 10], output, candles);
      expectSeries(
        ours,
        theirs.map((row) => row[output]),
      );
      expectSeries(
        ours,
        others.map((row) => row[output]),
        { last: 350 },
      );
    }
  });
});
