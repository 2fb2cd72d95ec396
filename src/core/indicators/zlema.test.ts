/** The zero-lag average against two libraries, and its start against its own definition. */
import { IndicatorsSync } from "@ixjb94/indicators";
import { ZLEMA } from "trading-signals";
import { describe, expect, test } from "vitest";
import { columnsOf, expectSeries, seriesOf } from "../../../test/indicator-reference.ts";
import { zlemaDefinition } from "./zlema.ts";

describe("ZLEMA", () => {
  test.each([9, 20])(
    "ZLEMA(%i) equals two libraries once their other start has faded",
    (period) => {
      const { candles, close } = columnsOf();
      const ours = seriesOf(zlemaDefinition, [period], "value", candles);
      expectSeries(ours, new IndicatorsSync().zlema(close, period), { last: 300 });
      expectSeries(
        ours,
        new ZLEMA(period).updates(close).filter((value) => value !== null),
        {
          last: 300,
        },
      );
    },
  );

  test("starts with the mean of the first prices that have an earlier one to lean on", () => {
    const { candles, close } = columnsOf();
    const inputs = close.map((price, i) => 2 * price - (close[i - 2] ?? Number.NaN)).slice(2, 7);
    const [first] = seriesOf(zlemaDefinition, [5], "value", candles).slice(6);
    expect(first).toBeCloseTo(inputs.reduce((sum, value) => sum + value) / 5, 6);
  });
});
