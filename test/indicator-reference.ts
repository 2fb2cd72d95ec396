/** Compares an indicator with reference values: TA-Lib's stored ones, or those of another library. */
import { expect } from "vitest";
import type { Candle } from "../src/core/candle.ts";
import type { IndicatorDefinition } from "../src/core/indicators/definition.ts";
import { candleWalk, WALKS, type WalkName } from "./fixtures/candle-walk.ts";
import { talibCase, talibError, talibReference } from "./fixtures/talib/talib-reference.ts";

/** Which TA-Lib function answers for which outputs. */
export interface TalibComparison {
  readonly function: string;
  readonly parameters?: Readonly<Record<string, number>>;
  /** What TA-Lib's `inReal` was; the close unless said. */
  readonly input?: string;
  /** The indicator's output by TA-Lib's name for it, e.g. `{ outReal: "value" }`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Candles that Outcry's warm-up is longer, where an output of its own needs more. */
  readonly later?: number;
  /** The markets compared; the one that stands still only where TA-Lib keeps no rounding noise. */
  readonly walks?: readonly WalkName[];
}

/** The outputs after each candle: `rows[i][o]`. */
export function valuesOf(
  definition: IndicatorDefinition,
  parameters: readonly number[],
  candles: readonly Candle[],
): number[][] {
  const indicator = definition.create(parameters);
  return candles.map((candle) => {
    indicator.push(candle);
    return [...indicator.values];
  });
}

/** One output after each candle. */
export function seriesOf(
  definition: IndicatorDefinition,
  parameters: readonly number[],
  output: string,
  candles: readonly Candle[],
): number[] {
  const at = definition.outputs.findIndex(({ id }) => id === output);
  return valuesOf(definition, parameters, candles).map((row) => row[at] ?? Number.NaN);
}

/** Equal to TA-Lib to 1e-9 on the generated markets, with the same warm-up. */
export function expectTalib(
  definition: IndicatorDefinition,
  parameters: readonly number[],
  comparison: TalibComparison,
): void {
  for (const name of comparison.walks ?? ["ordinary", "tiny", "flat"]) {
    const reference = talibReference(name);
    const { function: of, parameters: theirs = {}, input } = comparison;
    const one = talibCase(reference, of, theirs, input);
    const warmup = one.first + 1 + (comparison.later ?? 0);
    expect(definition.warmup(parameters), `${name}: warm-up`).toBe(warmup);
    for (const [talibName, output] of Object.entries(comparison.outputs)) {
      const expected = one.outputs[talibName] ?? [];
      const ours = seriesOf(definition, parameters, output, reference.candles);
      const begins = ours.findIndex((value) => !Number.isNaN(value)) + 1;
      expect(begins, `${name}: candle of the first value`).toBe(warmup);
      const largest = Math.max(...expected.map(Math.abs));
      let compared = 0;
      for (const [i, bar] of one.bars.entries()) {
        if (bar + 1 < warmup) continue;
        const [value = Number.NaN, wanted = Number.NaN] = [ours[bar], expected[i]];
        const text = `${name}, candle ${bar}, ${output}: ${value}, TA-Lib ${wanted}`;
        expect(talibError(wanted, value, largest) <= 1, text).toBe(true);
        compared += 1;
      }
      expect(compared).toBeGreaterThan(40);
    }
  }
}

/** The candles of a generated market as the columns that libraries take. */
export function columnsOf(name: WalkName = "ordinary") {
  const candles = candleWalk(WALKS[name]);
  const column = (pick: (candle: Candle) => number) => candles.map(pick);
  return {
    candles,
    open: column((c) => c.open),
    high: column((c) => c.high),
    low: column((c) => c.low),
    close: column((c) => c.close),
    volume: column((c) => c.volume),
  };
}

/**
 * Equal to a library's series, aligned at the last candle; only the last `last` values are compared
 * where the library starts differently and needs time to agree.
 */
export function expectSeries(
  ours: readonly number[],
  theirs: readonly number[],
  { last = theirs.length, within = 1e-9 }: { last?: number; within?: number } = {},
): void {
  expect(theirs.length).toBeGreaterThanOrEqual(last);
  expect(last).toBeGreaterThan(40);
  const wanted = theirs.slice(-last);
  const got = ours.slice(-last);
  const largest = Math.max(...wanted.map(Math.abs));
  for (const [i, value] of got.entries()) {
    const expected = wanted[i] ?? Number.NaN;
    const unit = within * Math.max(Math.abs(expected), largest / 1000);
    const apart = Math.abs(value - expected);
    expect(apart <= unit, `${last - i} from the end: ${value}, they say ${expected}`).toBe(true);
  }
}
