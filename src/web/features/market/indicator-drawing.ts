/** How an indicator is drawn: which outputs, where, in which colours, with which levels. */
import { findIndicator } from "../../../core/indicators/catalog.ts";
import type { IndicatorOutput } from "../../../core/indicators/definition.ts";
import type { IndicatorReference } from "../../client/indicator-reference.ts";
import { type IndicatorChoice, SERIES_COLOURS } from "./indicator-choice.ts";

/** An output with its place in the indicator's values. */
export interface ShownOutput {
  readonly output: IndicatorOutput;
  readonly index: number;
}

/** Levels that traders look for. */
const GUIDES: Readonly<Record<string, readonly number[]>> = {
  rsi: [30, 70],
  stochastic: [20, 80],
  stochrsi: [20, 80],
  mfi: [20, 80],
  ultimate: [30, 70],
  williams_r: [-80, -20],
  cci: [-100, 100],
  cmo: [-50, 50],
  adx: [25],
};

/** Outputs that are steps towards others: Ichimoku's cloud is its leading spans, moved. */
const STEPS: Readonly<Record<string, readonly string[]>> = { ichimoku: ["leading_a", "leading_b"] };

/** The outputs that share the place of the first one: Bollinger's bands, not its width in percent. */
export function shownOutputs({ id }: IndicatorReference): readonly ShownOutput[] {
  const outputs = findIndicator(id)?.outputs ?? [];
  const steps = STEPS[id] ?? [];
  return outputs
    .map((output, index) => ({ output, index }))
    .filter(({ output }) => output.placement === outputs[0]?.placement)
    .filter(({ output }) => !steps.includes(output.id));
}

/** Whether the outputs are a candle, which is drawn as one. */
export function isCandle({ id }: IndicatorReference): boolean {
  const ids = findIndicator(id)?.outputs.map((output) => output.id) ?? [];
  return ids.join() === "open,high,low,close";
}

/** Whether it is drawn in a pane of its own: other candles over the candles would hide them. */
export function hasOwnPane(reference: IndicatorReference): boolean {
  const first = findIndicator(reference.id)?.outputs[0];
  return first?.placement === "pane" || isCandle(reference);
}

export function guidesOf({ id }: IndicatorReference): readonly number[] {
  return GUIDES[id] ?? [];
}

/**
 * Which of the series colours an output has, from 0; null where it is coloured by rise and fall. The
 * two edges of a band share the choice's own colour.
 */
export function colourOf(choice: IndicatorChoice, { output, index }: ShownOutput): number | null {
  if (output.style === "histogram" || isCandle(choice)) return null;
  const offset = output.id === "upper" || output.id === "lower" ? 0 : index;
  return (choice.colour + offset) % SERIES_COLOURS;
}
