/** The awesome oscillator against TA-Lib's averages and two libraries. */
import { awesomeoscillator } from "technicalindicators";
import { AO } from "trading-signals";
import { describe, expect, test } from "vitest";
import { talibCase, talibReference } from "../../../test/fixtures/talib/talib-reference.ts";
import { columnsOf, expectSeries, seriesOf } from "../../../test/indicator-reference.ts";
import { awesomeOscillatorDefinition } from "./awesome-oscillator.ts";

describe("Awesome oscillator", () => {
  test.each(["ordinary", "tiny"] as const)("is the difference of TA-Lib's averages, %s", (name) => {
    const reference = talibReference(name);
    const mean = (period: number) => {
      const one = talibCase(reference, "SMA", { optInTimePeriod: period }, "median");
      return new Map(one.bars.map((bar, i) => [bar, one.outputs.outReal?.[i] ?? Number.NaN]));
    };
    const [fast, slow] = [mean(5), mean(34)];
    const bars = [...slow.keys()].filter((bar) => fast.has(bar));
    const ours = seriesOf(awesomeOscillatorDefinition, [5, 34], "value", reference.candles);
    expect(ours.findIndex((value) => !Number.isNaN(value))).toBe(33);
    expectSeries(
      bars.map((bar) => ours[bar] ?? Number.NaN),
      bars.map((bar) => (fast.get(bar) ?? 0) - (slow.get(bar) ?? 0)),
    );
  });

  test("equals technicalindicators and trading-signals", () => {
    const { candles, high, low } = columnsOf();
    const ours = seriesOf(awesomeOscillatorDefinition, [5, 34], "value", candles);
    expectSeries(ours, awesomeoscillator({ high, low, fastPeriod: 5, slowPeriod: 34 }));
    expectSeries(
      ours,
      new AO(5, 34).updates(candles).filter((value) => value !== null),
    );
  });
});
