/** The indicators that a person has put on the chart, remembered by the browser. */
import { z } from "zod";
import type { IndicatorDefinition } from "../../../core/indicators/definition.ts";
import {
  type IndicatorReference,
  indicatorText,
  isValidReference,
} from "../../client/indicator-reference.ts";
import { readStored, type StoredPlace, writeStored } from "../../client/stored-value.ts";

/** Colours of lines in the style sheet: `--series-1` to `--series-8`. */
export const SERIES_COLOURS = 8;

/** More lines than these nobody tells apart, and each pane needs its height. */
export const CHOICES_MAX = 12;

export interface IndicatorChoice extends IndicatorReference {
  /** Which of the series colours its first line has; the other lines take those that follow. */
  readonly colour: number;
}

const choiceSchema = z.object({
  id: z.string().max(32),
  parameters: z.array(z.number()).max(8),
  colour: z
    .int()
    .min(0)
    .max(SERIES_COLOURS - 1),
});

const PLACE: StoredPlace<readonly IndicatorChoice[]> = {
  key: "outcry.indicators",
  version: 1,
  schema: z.array(choiceSchema).max(CHOICES_MAX).readonly(),
  fallback: [
    { id: "ema", parameters: [50], colour: 0 },
    { id: "ema", parameters: [200], colour: 1 },
    { id: "rsi", parameters: [14], colour: 2 },
  ],
};

/** What was chosen before: what this version's catalogue does not take any more is left out. */
export function readChoices(): readonly IndicatorChoice[] {
  return unique(readStored(PLACE).filter(isValidReference));
}

export function writeChoices(choices: readonly IndicatorChoice[]): void {
  writeStored(PLACE, choices);
}

/** With the indicator added at its defaults and in a free colour; the same list when that is on it already. */
export function withAdded(
  choices: readonly IndicatorChoice[],
  definition: IndicatorDefinition,
): readonly IndicatorChoice[] {
  if (choices.length >= CHOICES_MAX) return choices;
  const parameters = definition.parameters.map((parameter) => parameter.default);
  return unique([...choices, { id: definition.id, parameters, colour: freeColour(choices) }]);
}

/** With the choice of that text replaced. */
export function withReplaced(
  choices: readonly IndicatorChoice[],
  text: string,
  replacement: IndicatorChoice,
): readonly IndicatorChoice[] {
  return unique(choices.map((choice) => (indicatorText(choice) === text ? replacement : choice)));
}

export function withoutChoice(
  choices: readonly IndicatorChoice[],
  text: string,
): readonly IndicatorChoice[] {
  return choices.filter((choice) => indicatorText(choice) !== text);
}

function freeColour(choices: readonly IndicatorChoice[]): number {
  const taken = new Set(choices.map((choice) => choice.colour));
  for (let colour = 0; colour < SERIES_COLOURS; colour += 1) {
    if (!taken.has(colour)) return colour;
  }
  return choices.length % SERIES_COLOURS;
}

function unique(choices: readonly IndicatorChoice[]): readonly IndicatorChoice[] {
  return [...new Map(choices.map((choice) => [indicatorText(choice), choice])).values()];
}
