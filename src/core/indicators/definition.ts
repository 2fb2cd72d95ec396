/** What the catalogue knows about an indicator: its parameters, outputs, formula and how to build it. */
import { type Indicator, PERIOD_MAX } from "./indicator.ts";

/** One parameter, in the order of the text form: `bollinger(20, 2)` has `period` and `deviations`. */
export interface IndicatorParameter {
  readonly id: string;
  readonly name: string;
  readonly kind: "integer" | "decimal";
  readonly default: number;
  /** The bounds, both included. */
  readonly min: number;
  readonly max: number;
}

/** What a number measures: a price in the quote asset, a volume in the base asset, percent, or a plain number. */
export type IndicatorUnit = "price" | "volume" | "percent" | "number";

/** One output. */
export interface IndicatorOutput {
  readonly id: string;
  readonly name: string;
  readonly unit: IndicatorUnit;
  /** The bounds that the formula cannot leave, both included; null when it has none on that side. */
  readonly min: number | null;
  readonly max: number | null;
  /** Over the candles, over the volume bars, or in a pane of its own. */
  readonly placement: "price" | "volume" | "pane";
  readonly style: "line" | "histogram" | "dots";
}

/** The groups that a chooser shows. */
export type IndicatorCategory = "trend" | "momentum" | "volatility" | "volume" | "price";

/** The entry of one indicator in the catalogue. */
export interface IndicatorDefinition {
  /** Lower case, digits and underscores; begins with a letter. Never renamed: stored rules name it. */
  readonly id: string;
  readonly name: string;
  readonly category: IndicatorCategory;
  readonly parameters: readonly IndicatorParameter[];
  /** At least one; the order of `Indicator.values`. */
  readonly outputs: readonly IndicatorOutput[];
  /** The formula on one line, readable by a trader. */
  readonly formula: string;
  /** What it tells, in a sentence or two. */
  readonly meaning: string;
  /** Where the formula and its seeding come from, and who differs. */
  readonly source: string;
  /** Candles needed before the first value. `parameters` are checked before: right count, within bounds. */
  warmup(parameters: readonly number[]): number;
  /** A fresh indicator; its `warmup` equals the one above. */
  create(parameters: readonly number[]): Indicator;
  /** Why parameters that are each within bounds do not go together; absent when they always do. */
  readonly conflict?: (parameters: readonly number[]) => string | null;
}

/** A number of candles: 1 to 1,000 (or from `min`). */
export function period(byDefault: number, id = "period", min = 1): IndicatorParameter {
  const name = id === "period" ? "Period" : `${id.charAt(0).toUpperCase()}${id.slice(1)} period`;
  return { id, name, kind: "integer", default: byDefault, min, max: PERIOD_MAX };
}

/** A multiplier, such as the standard deviations between the middle and a band. */
export function factor(byDefault: number, id: string, name: string): IndicatorParameter {
  return { id, name, kind: "decimal", default: byDefault, min: FACTOR_MIN, max: FACTOR_MAX };
}

/** Narrower bands than this touch every candle, wider ones none. */
const FACTOR_MIN = 0.01;
const FACTOR_MAX = 100;

/** An output drawn over the candles, in the quote asset. */
export function priceLine(id: string, name: string): IndicatorOutput {
  return { id, name, unit: "price", min: null, max: null, placement: "price", style: "line" };
}

/** An output drawn in a pane of its own; without bounds unless given. */
export function paneLine(
  output: Pick<IndicatorOutput, "id" | "name" | "unit"> & Partial<IndicatorOutput>,
): IndicatorOutput {
  return { min: null, max: null, placement: "pane", style: "line", ...output };
}
