/** Donchian channels against TA-Lib and a library. */
import { DonchianChannels } from "trading-signals";
import { describe, test } from "vitest";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { donchianDefinition } from "./donchian.ts";

describe("Donchian channels", () => {
  test("equal TA-Lib's MAX of highs and MIN of lows", () => {
    const parameters = { optInTimePeriod: 20 };
    expectTalib(donchianDefinition, [20], {
      function: "MAX",
      parameters,
      input: "high",
      outputs: { outReal: "upper" },
    });
    expectTalib(donchianDefinition, [20], {
      function: "MIN",
      parameters,
      input: "low",
      outputs: { outReal: "lower" },
    });
  });

  test("equal trading-signals", () => {
    const { candles } = columnsOf();
    const theirs = new DonchianChannels(20).updates(candles).filter((result) => result !== null);
    for (const output of ["upper", "middle", "lower"] as const) {
      const ours = seriesOf(donchianDefinition, [20], output, candles);
      expectSeries(
        ours,
        theirs.map((row) => row[output]),
      );
    }
  });
});
