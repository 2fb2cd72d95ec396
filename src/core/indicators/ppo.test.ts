/** The percentage price oscillator: its line against TA-Lib, its signal against a library. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { ppo } from "indicatorts";
import { describe, test } from "vitest";
import {
  columnsOf,
  expectSeries,
  expectTalib,
  seriesOf,
} from "../../../test/indicator-reference.ts";
import { ppoDefinition } from "./ppo.ts";

describe("PPO", () => {
  test("the line equals TA-Lib's PPO(12, 26) with exponential averages", () => {
    expectTalib(ppoDefinition, [12, 26, 9], {
      function: "PPO",
      parameters: { optInFastPeriod: 12, optInSlowPeriod: 26, optInMAType: 1 },
      outputs: { outReal: "line" },
      later: 8,
    });
  });

  test("line, signal and histogram equal libraries once their other start has faded", () => {
    const { candles, close } = columnsOf();
    const ours = (output: string) => seriesOf(ppoDefinition, [12, 26, 9], output, candles);
    const theirs = ppo(close, { fast: 12, slow: 26, signal: 9 });
    expectSeries(ours("line"), theirs.ppoResult, { last: 250 });
    expectSeries(ours("line"), new IndicatorsSync().ppo(close, 12, 26), { last: 250 });
    expectSeries(ours("signal"), theirs.signal, { last: 250 });
    expectSeries(ours("histogram"), theirs.histogram, { last: 250 });
  });
});
