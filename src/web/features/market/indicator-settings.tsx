/** The parameters and the colour of one indicator on the chart, with its formula and meaning. */
import { Button, NumberInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { findIndicator } from "../../../core/indicators/catalog.ts";
import type {
  IndicatorDefinition,
  IndicatorParameter,
} from "../../../core/indicators/definition.ts";
import { isWithin } from "../../../core/indicators/indicator-text.ts";
import { indicatorText } from "../../client/indicator-reference.ts";
import { entryText, parameterText } from "../../i18n/catalogue-text.ts";
import { useWording } from "../../i18n/wording.ts";
import { Notice } from "../../ui/notice.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { type IndicatorChoice, SERIES_COLOURS } from "./indicator-choice.ts";
import { IndicatorFacts } from "./indicator-facts.tsx";

interface IndicatorSettingsProps {
  /** The indicator to set; null keeps the sheet closed. */
  readonly choice: IndicatorChoice | null;
  /** Texts of the other indicators on the chart. */
  readonly others: ReadonlySet<string>;
  readonly onApply: (replacement: IndicatorChoice) => void;
  readonly onRemove: (choice: IndicatorChoice) => void;
  readonly onClose: () => void;
}

export function IndicatorSettings({ choice, onClose, ...rest }: IndicatorSettingsProps) {
  const { language } = useWording();
  const definition = choice === null ? null : findIndicator(choice.id);
  return (
    <Sheet
      opened={definition !== null}
      onClose={onClose}
      title={definition === null ? "" : entryText(definition, language).name}
    >
      {choice !== null && definition !== null && (
        <SettingsForm key={indicatorText(choice)} {...rest} {...{ choice, definition }} />
      )}
    </Sheet>
  );
}

interface SettingsFormProps extends Omit<IndicatorSettingsProps, "choice" | "onClose"> {
  readonly choice: IndicatorChoice;
  readonly definition: IndicatorDefinition;
}

function SettingsForm({ choice, definition, others, onApply, onRemove }: SettingsFormProps) {
  const { t } = useWording();
  const [parameters, setParameters] = useState<readonly number[]>(choice.parameters);
  const [colour, setColour] = useState(choice.colour);
  const next = { ...choice, parameters, colour };
  const areWithin = definition.parameters.every((parameter, i) =>
    isWithin(parameter, parameters[i] ?? Number.NaN),
  );
  const doConflict = areWithin && (definition.conflict?.(parameters) ?? null) !== null;
  const isDouble = others.has(indicatorText(next));
  const canApply = areWithin && !doConflict && !isDouble;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (canApply) onApply(next);
  };
  const warmupParameters = canApply ? parameters : choice.parameters;
  return (
    <form className="settings" onSubmit={submit} noValidate>
      {definition.parameters.length > 0 && (
        <div className="settings-fields">
          {definition.parameters.map((parameter, i) => (
            <ParameterField
              key={parameter.id}
              parameter={parameter}
              value={parameters[i] ?? Number.NaN}
              onChange={(value) => setParameters(parameters.with(i, value))}
            />
          ))}
        </div>
      )}
      <ColourField colour={colour} onChange={setColour} />
      {doConflict && <Notice tone="warning">{t("indicators.conflict")}</Notice>}
      {isDouble && <Notice tone="warning">{t("indicators.exists")}</Notice>}
      <div className="settings-actions">
        <Button
          variant="subtle"
          color="red"
          type="button"
          onClick={() => onRemove(choice)}
          className="settings-remove"
        >
          {t("indicators.remove", { name: "" })}
        </Button>
        {definition.parameters.length > 0 && (
          <Button
            variant="default"
            type="button"
            onClick={() =>
              setParameters(definition.parameters.map((parameter) => parameter.default))
            }
          >
            {t("indicators.defaults")}
          </Button>
        )}
        <Button type="submit" disabled={!canApply}>
          {t("indicators.apply")}
        </Button>
      </div>
      <IndicatorFacts definition={definition} parameters={warmupParameters} />
    </form>
  );
}

interface ParameterFieldProps {
  readonly parameter: IndicatorParameter;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function ParameterField({ parameter, value, onChange }: ParameterFieldProps) {
  const { t, format, language } = useWording();
  const isWhole = parameter.kind === "integer";
  const bounds = { min: format.plain(parameter.min), max: format.plain(parameter.max) };
  const hint = isWhole ? t("indicators.wholeNumber", bounds) : t("indicators.outOfBounds", bounds);
  return (
    <NumberInput
      label={parameterText(parameter, language)}
      value={Number.isNaN(value) ? "" : value}
      onChange={(input) => onChange(typeof input === "number" ? input : Number.NaN)}
      allowDecimal={!isWhole}
      allowNegative={parameter.min < 0}
      clampBehavior="none"
      decimalSeparator={format.decimalSeparator}
      step={isWhole ? 1 : 0.1}
      min={parameter.min}
      max={parameter.max}
      error={isWithin(parameter, value) ? null : hint}
    />
  );
}

interface ColourFieldProps {
  readonly colour: number;
  readonly onChange: (colour: number) => void;
}

function ColourField({ colour, onChange }: ColourFieldProps) {
  const { t } = useWording();
  return (
    <fieldset className="colours">
      <legend>{t("indicators.colours")}</legend>
      {Array.from({ length: SERIES_COLOURS }, (_, number) => number).map((number) => (
        <label key={number} className="colour" data-series={number + 1}>
          <input
            type="radio"
            name="colour"
            checked={number === colour}
            onChange={() => onChange(number)}
            aria-label={t("indicators.colour", { number: number + 1 })}
          />
        </label>
      ))}
    </fieldset>
  );
}
