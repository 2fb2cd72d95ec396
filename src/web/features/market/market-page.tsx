/** The market page: one symbol, one timeframe, live. */
import "./market.css";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { Timeframe } from "../../../core/timeframe.ts";
import { indicatorText } from "../../client/indicator-reference.ts";
import { useLookChange } from "../../client/me.ts";
import { useClock, useMarket, useMarketState, usePreferences } from "../../client/page-context.ts";
import { useWording } from "../../i18n/wording.ts";
import { useFullScreen } from "../../ui/full-screen.ts";
import { useShortcuts } from "../../ui/shortcuts.ts";
import type { CandleChart } from "./candle-chart.ts";
import { ChartToolbar } from "./chart-toolbar.tsx";
import { ChartView } from "./chart-view.tsx";
import { ConnectionNotice } from "./connection-notice.tsx";
import {
  type IndicatorChoice,
  readChoices,
  withoutChoice,
  writeChoices,
} from "./indicator-choice.ts";
import { MarketBanner } from "./market-banner.tsx";
import { MarketBar } from "./market-bar.tsx";
import { marketShortcuts, type OpenSheet } from "./market-shortcuts.ts";
import { PageFooter } from "./page-footer.tsx";
import { PageHeader } from "./page-header.tsx";
import { decimalsOf, type SelectionSearch } from "./selection.ts";
import { WatchList } from "./watch-list.tsx";

const MarketSheets = lazy(() =>
  import("./market-sheets.tsx").then((part) => ({ default: part.MarketSheets })),
);

interface MarketPageProps {
  readonly search: SelectionSearch;
  /** Puts a selection into the address: as a step that Back undoes, or in place of what stands there. */
  readonly onNavigate: (search: SelectionSearch, step: "push" | "replace") => void;
}

export function MarketPage({ search, onNavigate }: MarketPageProps) {
  const { t } = useWording();
  const { symbol, timeframe, choose } = useSelection(search, onNavigate);
  const [sheet, setSheet] = useState<OpenSheet | null>(null);
  const [edited, setEdited] = useState<IndicatorChoice | null>(null);
  const [choices, setChoices] = useChoices();
  const [isFullScreen, toggleFullScreen] = useFullScreen();
  const [{ theme }] = usePreferences();
  const changeLook = useLookChange();
  const chart = useRef<CandleChart | null>(null);
  const closeSheets = () => {
    setSheet(null);
    setEdited(null);
  };
  const chooseSymbol = (next: string) => {
    closeSheets();
    choose({ symbol: next });
  };
  const remove = (choice: IndicatorChoice) =>
    setChoices(withoutChoice(choices, indicatorText(choice)));
  useTitle();
  useShortcuts(
    marketShortcuts({
      chart,
      onTimeframe: (next) => choose({ timeframe: next }),
      onSheet: setSheet,
      onFullScreen: toggleFullScreen,
      onTheme: () => changeLook({ theme: theme === "dark" ? "light" : "dark" }),
    }),
  );
  return (
    <div className="page" data-full={isFullScreen}>
      <a className="skip" href="#chart">
        {t("app.skip")}
      </a>
      <PageHeader onHelp={() => setSheet("help")} />
      <MarketBanner />
      <WatchList onChoose={chooseSymbol} />
      <main className="main">
        <h1 className="unseen">{t("bar.label")}</h1>
        <MarketBar symbol={symbol} onSearch={() => setSheet("search")} />
        <ChartToolbar
          timeframe={timeframe}
          onTimeframe={(next) => choose({ timeframe: next })}
          onIndicators={() => setSheet("indicators")}
          {...{ chart, isFullScreen }}
          onFullScreen={toggleFullScreen}
        />
        <div className="stage" id="chart">
          <ConnectionNotice onChooseSymbol={chooseSymbol} />
          <ChartView ref={chart} choices={choices} onEdit={setEdited} onRemove={remove} />
        </div>
      </main>
      <PageFooter />
      <Suspense>
        <MarketSheets
          {...{ sheet, edited, choices }}
          onClose={closeSheets}
          onChoices={setChoices}
          onSymbol={chooseSymbol}
        />
      </Suspense>
    </div>
  );
}

/** The address decides; what it leaves open comes from memory, and then from the server. */
function useSelection(search: SelectionSearch, onNavigate: MarketPageProps["onNavigate"]) {
  const market = useMarket();
  const [remembered, preferences] = usePreferences();
  const shown = useMarketState((state) => state.shown);
  const symbol = search.symbol ?? shown?.symbol ?? remembered.symbol;
  const timeframe: Timeframe = search.timeframe ?? remembered.timeframe;
  useEffect(() => market.select({ symbol, timeframe }), [market, symbol, timeframe]);
  useEffect(() => {
    if (shown === null) return;
    preferences.set(shown);
    const isComplete = search.symbol !== undefined && search.timeframe !== undefined;
    if (!isComplete) onNavigate({ ...shown, ...search }, "replace");
  }, [shown, search, preferences, onNavigate]);
  const isForgotten = useMarketState(
    ({ link }) => link.kind === "refused" && link.problem.field === "symbol",
  );
  useEffect(() => {
    // What was looked at last time may be gone; what the address says is for its reader to mend.
    if (isForgotten && search.symbol === undefined) preferences.set({ symbol: null });
  }, [isForgotten, search.symbol, preferences]);
  const choose = (change: SelectionSearch) =>
    onNavigate({ ...(symbol === null ? {} : { symbol }), timeframe, ...change }, "push");
  return { symbol, timeframe, choose };
}

function useChoices() {
  const [choices, setChoices] = useState(readChoices);
  const change = (next: readonly IndicatorChoice[]) => {
    setChoices(next);
    writeChoices(next);
  };
  return [choices, change] as const;
}

/** The price in the tab's title, once a second. */
function useTitle(): void {
  const { t, format } = useWording();
  const market = useMarket();
  const decimals = useMarketState(decimalsOf);
  useClock(1_000, () => {
    const { shown } = market.getState();
    const close = (market.forming ?? market.history.last)?.close;
    const hasPrice = shown !== null && close !== undefined;
    const title = hasPrice
      ? `${t("app.title", { price: format.fixed(close, decimals), ...shown })} · ${t("app.name")}`
      : t("app.name");
    if (document.title !== title) document.title = title;
  });
}
