/** What an indicator means and how it is worked out. */
import type { IndicatorDefinition } from "../../../core/indicators/definition.ts";
import { entryText } from "../../i18n/catalogue-text.ts";
import { useWording } from "../../i18n/wording.ts";

interface IndicatorFactsProps {
  readonly definition: IndicatorDefinition;
  readonly parameters: readonly number[];
}

export function IndicatorFacts({ definition, parameters }: IndicatorFactsProps) {
  const { t, language } = useWording();
  const { meaning, formula } = entryText(definition, language);
  return (
    <dl className="facts">
      <dt>{t("indicators.meaning")}</dt>
      <dd>{meaning}</dd>
      <dt>{t("indicators.formula")}</dt>
      <dd className="facts-formula">{formula}</dd>
      <dt>{t("indicators.warmup")}</dt>
      <dd>{t("indicators.warmupCandles", { count: definition.warmup(parameters) })}</dd>
      <dt>{t("indicators.source")}</dt>
      <dd lang="en">{definition.source}</dd>
    </dl>
  );
}
