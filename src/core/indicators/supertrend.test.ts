/** Supertrend against a library, and against TradingView's rules written out over Outcry's ATR. */
import { SuperTrend, type SuperTrendResult } from "trading-signals";
import { describe, expect, test } from "vitest";
import { columnsOf, expectSeries, seriesOf } from "../../../test/indicator-reference.ts";
import type { Candle } from "../candle.ts";
import { atrDefinition } from "./atr.ts";
import { supertrendDefinition } from "./supertrend.ts";

/** `ta.supertrend` of Pine's reference manual, word for word but for the sign of the direction. */
function pine(candles: readonly Candle[], atr: readonly number[], factor: number) {
  const line: number[] = [];
  const direction: number[] = [];
  let [upperBefore, lowerBefore, lineBefore] = [0, 0, 0];
  candles.forEach(({ high, low, close }, i) => {
    const range = atr[i] ?? Number.NaN;
    if (Number.isNaN(range)) return;
    const closeBefore = candles[i - 1]?.close ?? 0;
    let upper = (high + low) / 2 + factor * range;
    let lower = (high + low) / 2 - factor * range;
    const isFirst = line.length === 0;
    if (!isFirst) {
      lower = lower > lowerBefore || closeBefore < lowerBefore ? lower : lowerBefore;
      upper = upper < upperBefore || closeBefore > upperBefore ? upper : upperBefore;
    }
    let isDown = true;
    if (!isFirst && lineBefore === upperBefore) isDown = !(close > upper);
    else if (!isFirst) isDown = close < lower;
    lineBefore = isDown ? upper : lower;
    [upperBefore, lowerBefore] = [upper, lower];
    line.push(lineBefore);
    direction.push(isDown ? -1 : 1);
  });
  return { line, direction };
}

describe("Supertrend", () => {
  test.each([
    [10, 3],
    [7, 1.5],
  ])("Supertrend(%i, %f) follows TradingView's rules", (period, multiplier) => {
    const { candles } = columnsOf();
    const atr = seriesOf(atrDefinition, [period], "value", candles);
    const wanted = pine(candles, atr, multiplier);
    const ours = (output: string) =>
      seriesOf(supertrendDefinition, [period, multiplier], output, candles).slice(period);
    expect(ours("line")).toEqual(wanted.line);
    expect(ours("direction")).toEqual(wanted.direction);
    expect(new Set(wanted.direction).size).toBe(2);
  });

  test("equals trading-signals once its other ATR has faded", () => {
    const { candles } = columnsOf();
    const theirs = new SuperTrend({ interval: 10, multiplier: 3 })
      .updates(candles)
      .filter((result): result is SuperTrendResult => result !== null);
    const ours = seriesOf(supertrendDefinition, [10, 3], "line", candles);
    expectSeries(
      ours,
      theirs.map(({ supertrend }) => supertrend),
      { last: 350 },
    );
  });
});
