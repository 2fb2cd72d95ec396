/** Finds a symbol by typing: a list under a field, steered by arrow keys, as `/` opens it. */
import { TextInput } from "@mantine/core";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import type { InstrumentAnswer } from "../../../protocol/market.ts";
import { useFrame, useMarket, useMarketState } from "../../client/page-context.ts";
import { useWording } from "../../i18n/wording.ts";
import { Icon } from "../../ui/icon.tsx";
import { writeText } from "../../ui/live-text.ts";
import { Sheet, takeFocus } from "../../ui/sheet.tsx";
import { tickDecimals } from "./selection.ts";

interface SymbolSearchProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onChoose: (symbol: string) => void;
}

export function SymbolSearch({ opened, onClose, onChoose }: SymbolSearchProps) {
  const { t } = useWording();
  return (
    <Sheet title={t("symbols.search")} opened={opened} onClose={onClose} width={420}>
      <SearchBody onChoose={onChoose} />
    </Sheet>
  );
}

function SearchBody({ onChoose }: Pick<SymbolSearchProps, "onChoose">) {
  const { t } = useWording();
  const listId = useId();
  const instruments = useMarketState((state) => state.instruments);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const found = matching(instruments, query);
  const chosen = found[Math.min(active, found.length - 1)];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setActive((Math.min(active, found.length - 1) + step + found.length) % found.length);
    }
    if (event.key === "Enter" && chosen !== undefined) onChoose(chosen.symbol);
  };
  return (
    <>
      <TextInput
        role="combobox"
        aria-label={t("symbols.search")}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={chosen === undefined ? undefined : `${listId}-${chosen.symbol}`}
        placeholder={t("symbols.placeholder")}
        leftSection={<Icon name="search" />}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        ref={takeFocus}
        data-autofocus
      />
      <div className="search-list" id={listId} role="listbox" aria-label={t("symbols.heading")}>
        {found.map((instrument) => (
          <SearchOption
            key={instrument.symbol}
            id={`${listId}-${instrument.symbol}`}
            instrument={instrument}
            isActive={instrument === chosen}
            onChoose={onChoose}
          />
        ))}
      </div>
      {found.length === 0 && (
        <p className="picker-none" role="status">
          {t("symbols.none", { query })}{" "}
          {t("symbols.noneHint", { symbols: instruments.map(({ symbol }) => symbol).join(", ") })}
        </p>
      )}
    </>
  );
}

interface SearchOptionProps {
  readonly id: string;
  readonly instrument: InstrumentAnswer;
  readonly isActive: boolean;
  readonly onChoose: (symbol: string) => void;
}

function SearchOption({ id, instrument, isActive, onChoose }: SearchOptionProps) {
  const { format } = useWording();
  const market = useMarket();
  const price = useRef<HTMLSpanElement>(null);
  useFrame(() => {
    const value = market.prices.get(instrument.symbol);
    const text = value === undefined ? "–" : format.fixed(value, tickDecimals(instrument));
    writeText(price.current, text);
  });
  return (
    <div
      id={id}
      className="search-option"
      role="option"
      aria-selected={isActive}
      tabIndex={-1}
      onClick={() => onChoose(instrument.symbol)}
      onKeyDown={(event) => {
        if (event.key === "Enter") onChoose(instrument.symbol);
      }}
    >
      <span>{instrument.symbol}</span>
      <span className="search-assets">
        {instrument.baseAsset} / {instrument.quoteAsset}
      </span>
      <span className="figure" ref={price} />
    </div>
  );
}

function matching(
  instruments: readonly InstrumentAnswer[],
  query: string,
): readonly InstrumentAnswer[] {
  const wanted = query.trim().toUpperCase().replace("/", "");
  return instruments.filter(({ symbol }) => symbol.includes(wanted));
}
