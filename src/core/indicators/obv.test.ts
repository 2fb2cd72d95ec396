/** On-balance volume against TA-Lib and two libraries. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { obv } from "indicatorts";
import { describe, test } from "vitest";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { obvDefinition } from "./obv.ts";

describe("OBV", () => {
  test("equals TA-Lib's OBV", () => {
    expectTalib(obvDefinition, [], { function: "OBV", outputs: { outReal: "value" } });
  });

  test("equals @ixjb94 and indicatorts but for the first volume, from which TA-Lib starts", () => {
    const { candles, close, volume } = columnsOf();
    const first = volume[0] ?? 0;
    const ours = seriesOf(obvDefinition, [], "value", candles).map((value) => value - first);
    expectSeries(ours, new IndicatorsSync().obv(close, volume));
    expectSeries(ours, obv(close, volume));
  });
});
