/** The page's dialogs, in a part of the code that is fetched when the page already stands. */
import type { IndicatorDefinition } from "../../../core/indicators/definition.ts";
import { indicatorText } from "../../client/indicator-reference.ts";
import {
  type IndicatorChoice,
  withAdded,
  withoutChoice,
  withReplaced,
} from "./indicator-choice.ts";
import { IndicatorPicker } from "./indicator-picker.tsx";
import { IndicatorSettings } from "./indicator-settings.tsx";
import type { OpenSheet } from "./market-shortcuts.ts";
import { ShortcutSheet } from "./shortcut-sheet.tsx";
import { SymbolSearch } from "./symbol-search.tsx";

interface MarketSheetsProps {
  readonly sheet: OpenSheet | null;
  readonly edited: IndicatorChoice | null;
  readonly onClose: () => void;
  readonly choices: readonly IndicatorChoice[];
  readonly onChoices: (choices: readonly IndicatorChoice[]) => void;
  readonly onSymbol: (symbol: string) => void;
}

export function MarketSheets(props: MarketSheetsProps) {
  const { sheet, edited, onClose, choices, onChoices, onSymbol } = props;
  const apply = (next: readonly IndicatorChoice[]) => {
    onChoices(next);
    onClose();
  };
  const others = choices.filter((choice) => choice !== edited).map(indicatorText);
  return (
    <>
      <SymbolSearch opened={sheet === "search"} onClose={onClose} onChoose={onSymbol} />
      <ShortcutSheet opened={sheet === "help"} onClose={onClose} />
      <IndicatorPicker
        opened={sheet === "indicators"}
        onClose={onClose}
        choices={choices}
        onAdd={(definition: IndicatorDefinition) => onChoices(withAdded(choices, definition))}
      />
      <IndicatorSettings
        choice={edited}
        others={new Set(others)}
        onApply={(replacement) => {
          if (edited !== null) apply(withReplaced(choices, indicatorText(edited), replacement));
        }}
        onRemove={(choice) => apply(withoutChoice(choices, indicatorText(choice)))}
        onClose={onClose}
      />
    </>
  );
}
