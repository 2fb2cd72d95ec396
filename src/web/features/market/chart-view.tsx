/** The chart in its frame: canvas, legends, and what stands there while there is nothing to draw. */
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { useFrame, useMarket, useMarketState, usePreferences } from "../../client/page-context.ts";
import { useWording } from "../../i18n/wording.ts";
import { writeText } from "../../ui/live-text.ts";
import { CandleChart, type ChartSetting } from "./candle-chart.ts";
import { ChartLegend, candleAt } from "./chart-legend.tsx";
import { readChartLook } from "./chart-look.ts";
import type { IndicatorChoice } from "./indicator-choice.ts";
import { hasOwnPane } from "./indicator-drawing.ts";
import { decimalsOf } from "./selection.ts";

interface ChartViewProps {
  readonly choices: readonly IndicatorChoice[];
  readonly onEdit: (choice: IndicatorChoice) => void;
  readonly onRemove: (choice: IndicatorChoice) => void;
  /** The running chart, for buttons and keys elsewhere on the page. */
  readonly ref: Ref<CandleChart | null>;
}

export function ChartView({ choices, onEdit, onRemove, ref }: ChartViewProps) {
  const { t } = useWording();
  const shown = useMarketState((state) => state.shown);
  const isEmpty = useMarketState((state) => state.isEmpty);
  const older = useMarketState((state) => state.older);
  const { chart, canvas, saying, readTime, tops } = useChart(choices);
  useImperativeHandle<CandleChart | null, CandleChart | null>(ref, () => chart, [chart]);
  const symbol = shown?.symbol ?? "…";
  const timeframe = shown === null ? "…" : t(`timeframe.${shown.timeframe}`);
  return (
    <div
      className="chart"
      data-shown={shown !== null}
      data-panes={choices.filter(hasOwnPane).length}
    >
      <div
        className="chart-canvas"
        role="application"
        aria-label={t("chart.label", { symbol, timeframe })}
      >
        <div className="chart-fill" ref={canvas} aria-hidden="true" />
      </div>
      <ChartLegend
        choices={choices}
        paneOf={(text) => chart?.paneOf(text) ?? 0}
        tops={tops}
        readTime={readTime}
        onEdit={onEdit}
        onRemove={onRemove}
      />
      <p className="unseen" role="status" ref={saying} />
      {shown === null && <ChartSkeleton />}
      {shown !== null && isEmpty && <p className="chart-empty">{t("chart.empty")}</p>}
      {older === "loading" && <p className="chart-older">{t("chart.older")}</p>}
      {older === "failed" && <p className="chart-older">{t("chart.olderFailed")}</p>}
    </div>
  );
}

function ChartSkeleton() {
  const { t } = useWording();
  return (
    <div className="chart-skeleton" role="status">
      <span className="unseen">{t("chart.loading")}</span>
    </div>
  );
}

function useChart(choices: readonly IndicatorChoice[]) {
  const market = useMarket();
  const setting = useChartSetting();
  const canvas = useRef<HTMLDivElement>(null);
  const saying = useRef<HTMLParagraphElement>(null);
  const readTime = useRef<number | null>(null);
  const [tops, setTops] = useState<readonly number[]>([0]);
  const [chart, setChart] = useState<CandleChart | null>(null);
  const say = useSaying(saying);
  const latest = useRef({ setting, say });
  latest.current = { setting, say };

  useEffect(() => {
    const container = canvas.current;
    if (container === null) return;
    // Where the keyboard reaches the chart; the canvas inside is for eyes only.
    if (container.parentElement !== null) container.parentElement.tabIndex = 0;
    const events = {
      onRead: (openTime: number | null) => {
        readTime.current = openTime;
        market.frames.request();
      },
      onSay: (openTime: number) => latest.current.say(openTime),
      onLayout: setTops,
    };
    const made = new CandleChart(container, market, { setting: latest.current.setting, events });
    setChart(made);
    return () => {
      setChart(null);
      made.close();
    };
  }, [market]);
  useEffect(() => chart?.set(setting), [chart, setting]);
  useEffect(() => chart?.setChoices(choices), [chart, choices]);
  useFrame(() => chart?.draw());
  return { chart, canvas, saying, readTime, tops };
}

function useChartSetting(): ChartSetting {
  const { format } = useWording();
  const [{ theme, palette }] = usePreferences();
  const decimals = useMarketState(decimalsOf);
  const timeframe = useMarketState((state) => state.shown?.timeframe ?? "1m");
  const look = useLook(`${theme} ${palette}`);
  const [setting, setSetting] = useState({ look, format, timeframe, decimals });
  const next = { look, format, timeframe, decimals };
  const isSame =
    next.look === setting.look &&
    next.format === setting.format &&
    next.timeframe === setting.timeframe &&
    next.decimals === setting.decimals;
  if (!isSame) setSetting(next);
  return isSame ? setting : next;
}

/** The colours of the style sheet, read again for another theme and when the typeface has arrived. */
function useLook(key: string) {
  const [look, setLook] = useState(() => ({ key, ...readChartLook() }));
  useEffect(() => {
    document.fonts.load("11px 'Inter Variable'").then(
      () => setLook({ key, ...readChartLook() }),
      () => setLook({ key, ...readChartLook() }),
    );
  }, [key]);
  if (look.key === key) return look;
  const next = { key, ...readChartLook() };
  setLook(next);
  return next;
}

/** Says a candle aloud, for those who read the chart by keys. */
function useSaying(node: { readonly current: HTMLElement | null }) {
  const { t, format } = useWording();
  const market = useMarket();
  const decimals = useMarketState(decimalsOf);
  return (openTime: number) => {
    const { candle } = candleAt(market, openTime);
    if (candle === null) return;
    const parts = (["open", "high", "low", "close"] as const).map(
      (name) => `${t(`bar.${name}`)} ${format.fixed(candle[name], decimals)}`,
    );
    writeText(node.current, `${format.minute(openTime)} ${t("chart.utc")}: ${parts.join(", ")}`);
  };
}
