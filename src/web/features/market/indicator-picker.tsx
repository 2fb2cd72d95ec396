/** The catalogue of indicators: search, read what one means, put it on the chart. */
import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { INDICATORS } from "../../../core/indicators/catalog.ts";
import type {
  IndicatorCategory,
  IndicatorDefinition,
} from "../../../core/indicators/definition.ts";
import { fetchIndicatorIds } from "../../client/market-api.ts";
import { ApiFault } from "../../client/server-api.ts";
import { entryText } from "../../i18n/catalogue-text.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useWording } from "../../i18n/wording.ts";
import { Icon } from "../../ui/icon.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Sheet, takeFocus } from "../../ui/sheet.tsx";
import { CHOICES_MAX, type IndicatorChoice } from "./indicator-choice.ts";
import { IndicatorFacts } from "./indicator-facts.tsx";

const CATEGORIES: readonly IndicatorCategory[] = [
  "trend",
  "momentum",
  "volatility",
  "volume",
  "price",
];

interface IndicatorPickerProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly choices: readonly IndicatorChoice[];
  readonly onAdd: (definition: IndicatorDefinition) => void;
}

export function IndicatorPicker({ opened, onClose, choices, onAdd }: IndicatorPickerProps) {
  const { t } = useWording();
  return (
    <Sheet title={t("indicators.button")} opened={opened} onClose={onClose} width={640}>
      <PickerBody choices={choices} onAdd={onAdd} />
    </Sheet>
  );
}

type PickerBodyProps = Pick<IndicatorPickerProps, "choices" | "onAdd">;

function PickerBody({ choices, onAdd }: PickerBodyProps) {
  const { t, language } = useWording();
  const [query, setQuery] = useState("");
  const catalogue = useQuery({
    queryKey: ["indicators"],
    queryFn: ({ signal }) => fetchIndicatorIds(signal),
    // The catalogue changes with the server's version only.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const found = INDICATORS.filter(
    (definition) =>
      (catalogue.data?.includes(definition.id) ?? false) &&
      isFoundBy(query, [definition.id, definition.name, entryText(definition, language).name]),
  );
  const isFull = choices.length >= CHOICES_MAX;
  return (
    <>
      <TextInput
        className="picker-search"
        aria-label={t("indicators.search")}
        placeholder={t("indicators.placeholder")}
        leftSection={<Icon name="search" />}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
        ref={takeFocus}
        data-autofocus
      />
      <p className="picker-count">{t("indicators.active", { count: choices.length })}</p>
      {isFull && <Notice tone="info">{t("indicators.bound", { count: CHOICES_MAX })}</Notice>}
      {catalogue.isPending && <PickerSkeleton />}
      {catalogue.isError && (
        <Notice
          tone="danger"
          action={{ label: t("problem.retry"), onClick: () => catalogue.refetch() }}
        >
          {t("indicators.failed")}{" "}
          {catalogue.error instanceof ApiFault && problemText(catalogue.error.problem, t)}
        </Notice>
      )}
      {catalogue.isSuccess && found.length === 0 && (
        <p className="picker-none" role="status">
          {t("indicators.none", { query })} {t("indicators.noneHint")}
        </p>
      )}
      {CATEGORIES.map((category) => (
        <PickerGroup
          key={category}
          category={category}
          definitions={found.filter((definition) => definition.category === category)}
          {...{ choices, isFull, onAdd }}
        />
      ))}
    </>
  );
}

interface PickerGroupProps extends PickerBodyProps {
  readonly category: IndicatorCategory;
  readonly definitions: readonly IndicatorDefinition[];
  readonly isFull: boolean;
}

function PickerGroup({ category, definitions, choices, isFull, onAdd }: PickerGroupProps) {
  const { t } = useWording();
  if (definitions.length === 0) return null;
  return (
    <div>
      <h3 className="picker-heading">{t(`indicators.${category}`)}</h3>
      <ul className="picker-list">
        {definitions.map((definition) => (
          <PickerRow
            key={definition.id}
            definition={definition}
            count={choices.filter(({ id }) => id === definition.id).length}
            isFull={isFull}
            onAdd={onAdd}
          />
        ))}
      </ul>
    </div>
  );
}

interface PickerRowProps {
  readonly definition: IndicatorDefinition;
  /** How many of this kind are on the chart. */
  readonly count: number;
  readonly isFull: boolean;
  readonly onAdd: (definition: IndicatorDefinition) => void;
}

function PickerRow({ definition, count, isFull, onAdd }: PickerRowProps) {
  const { t, language } = useWording();
  const [isOpen, setIsOpen] = useState(false);
  const { name } = entryText(definition, language);
  const place = { price: "overlay", volume: "onVolume", pane: "pane" } as const;
  const placement = definition.outputs[0]?.placement ?? "pane";
  return (
    <li className="picker-item">
      <div className="picker-row">
        <button
          type="button"
          className="picker-name"
          aria-expanded={isOpen}
          aria-label={t("indicators.details", { name })}
          onClick={() => setIsOpen(!isOpen)}
        >
          <Icon name="chevron" size={14} />
          <span>{name}</span>
          <code>{definition.id}</code>
        </button>
        <span className="picker-place">{t(`indicators.${place[placement]}`)}</span>
        {count > 0 && (
          <span className="picker-added" title={t("indicators.added")}>
            <Icon name="check" size={14} />
            <span className="unseen">{t("indicators.added")}</span>
          </span>
        )}
        <button
          type="button"
          className="button"
          disabled={isFull}
          aria-label={t("indicators.addNamed", { name })}
          onClick={() => onAdd(definition)}
        >
          {t("indicators.add")}
        </button>
      </div>
      {isOpen && (
        <IndicatorFacts
          definition={definition}
          parameters={definition.parameters.map((parameter) => parameter.default)}
        />
      )}
    </li>
  );
}

function PickerSkeleton() {
  return (
    <ul className="picker-list" aria-hidden="true">
      {["a", "b", "c", "d", "e", "f"].map((row) => (
        <li key={row} className="picker-row">
          <span className="blank" />
        </li>
      ))}
    </ul>
  );
}

/** Every word of the query stands somewhere in the texts, whatever the case and the accents. */
function isFoundBy(query: string, texts: readonly string[]): boolean {
  const text = bare(texts.join(" "));
  return bare(query)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function bare(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
