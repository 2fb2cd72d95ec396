/** What the crosshair reads, over each pane: the candle and the indicators' values, written in frames. */
import { useEffect, useRef } from "react";
import type { Candle } from "../../../core/candle.ts";
import { findIndicator } from "../../../core/indicators/catalog.ts";
import { endTimeOf } from "../../../core/timeframe.ts";
import { type IndicatorReference, indicatorText } from "../../client/indicator-reference.ts";
import type { MarketClient } from "../../client/market-client.ts";
import { useClock, useFrame, useMarket, useMarketState } from "../../client/page-context.ts";
import { entryText, outputText } from "../../i18n/catalogue-text.ts";
import type { Format } from "../../i18n/format.ts";
import { useWording } from "../../i18n/wording.ts";
import { Icon } from "../../ui/icon.tsx";
import { writeMark, writeText } from "../../ui/live-text.ts";
import type { IndicatorChoice } from "./indicator-choice.ts";
import { colourOf, type ShownOutput, shownOutputs } from "./indicator-drawing.ts";
import { decimalsOf } from "./selection.ts";
import { valueText } from "./value-text.ts";

interface ChartLegendProps {
  readonly choices: readonly IndicatorChoice[];
  /** By text of the indicator; 0 is the pane of the candles. */
  readonly paneOf: (text: string) => number;
  readonly tops: readonly number[];
  /** The open time under the crosshair, null for the newest candle. */
  readonly readTime: { readonly current: number | null };
  readonly onEdit: (choice: IndicatorChoice) => void;
  readonly onRemove: (choice: IndicatorChoice) => void;
}

export function ChartLegend({ choices, paneOf, tops, readTime, ...actions }: ChartLegendProps) {
  const cells = useLegendCells(choices, readTime);
  const panes = tops.map((top, pane) => ({ top, pane }));
  return panes.map(({ top, pane }) => (
    <div key={pane} className="legend" style={{ top }}>
      {pane === 0 && <CandleRow cell={cells} />}
      {choices
        .filter((choice) => paneOf(indicatorText(choice)) === pane)
        .map((choice) => (
          <IndicatorRow key={indicatorText(choice)} choice={choice} cell={cells} {...actions} />
        ))}
    </div>
  ));
}

/** Gives a node its name, under which frames write to it. */
type CellRef = (name: string) => (node: HTMLElement | null) => void;

const PRICES = ["open", "high", "low", "close"] as const;

function CandleRow({ cell }: { readonly cell: CellRef }) {
  const { t, format } = useWording();
  const market = useMarket();
  const shown = useMarketState((state) => state.shown);
  const hasClock = useMarketState((state) => state.market?.speed === 1);
  const countdown = useRef<HTMLSpanElement>(null);
  useClock(500, () => {
    const left = hasClock ? msToClose(market) : null;
    const time = left === null ? "" : t("chart.closesIn", { time: format.countdown(left) });
    writeText(countdown.current, time);
  });
  return (
    <div className="legend-row" data-reading="false" ref={cell("candle")}>
      <span className="legend-name">
        {shown?.symbol} · {shown?.timeframe}
      </span>
      {PRICES.map((name) => (
        <span key={name} className="legend-pair">
          <abbr title={t(`bar.${name}`)}>{t(`bar.${name}Short`)}</abbr>
          <span className="figure" data-testid={`legend-${name}`} ref={cell(name)} />
        </span>
      ))}
      <span className="legend-pair legend-wide">
        <abbr title={t("bar.volume")}>{t("bar.volumeShort")}</abbr>
        <span className="figure" ref={cell("volume")} />
      </span>
      <span className="figure" title={t("bar.changeHint")} ref={cell("change")} />
      <span className="legend-forming" ref={cell("forming")}>
        <span className="legend-tag">{t("chart.forming")}</span>
        <span className="figure legend-wide" ref={countdown} />
      </span>
    </div>
  );
}

interface IndicatorRowProps {
  readonly choice: IndicatorChoice;
  readonly cell: CellRef;
  readonly onEdit: (choice: IndicatorChoice) => void;
  readonly onRemove: (choice: IndicatorChoice) => void;
}

function IndicatorRow({ choice, cell, onEdit, onRemove }: IndicatorRowProps) {
  const { t, language, format } = useWording();
  const text = indicatorText(choice);
  const name = shortName(choice, format);
  const market = useMarket();
  // One text names one indicator: another object with the same text is no reason to fetch again.
  const held = useRef(choice);
  useEffect(() => market.tracks.hold(held.current), [market]);
  const definition = findIndicator(choice.id);
  const title = definition === null ? name : entryText(definition, language).name;
  return (
    <div className="legend-row" data-indicator={text}>
      <span className="legend-name" title={title}>
        {name}
      </span>
      {shownOutputs(choice).map((shown) => (
        <span
          key={shown.output.id}
          className="figure legend-value"
          title={outputText(shown.output, language)}
          data-series={seriesNumber(choice, shown)}
          ref={cell(`${text} ${shown.index}`)}
        />
      ))}
      <span className="legend-state" ref={cell(`${text} state`)} />
      <span className="legend-actions">
        <button
          type="button"
          className="legend-action"
          aria-label={t("indicators.edit", { name })}
          onClick={() => onEdit(choice)}
        >
          <Icon name="gear" size={14} />
        </button>
        <button
          type="button"
          className="legend-action"
          aria-label={t("indicators.remove", { name })}
          onClick={() => onRemove(choice)}
        >
          <Icon name="close" size={14} />
        </button>
      </span>
    </div>
  );
}

function useLegendCells(
  choices: readonly IndicatorChoice[],
  readTime: ChartLegendProps["readTime"],
): CellRef {
  const nodes = useRef(new Map<string, HTMLElement>()).current;
  const market = useMarket();
  const { t, format } = useWording();
  const decimals = useMarketState(decimalsOf);
  const write = (name: string, text: string) => writeText(nodes.get(name) ?? null, text);

  function drawCandle(): void {
    const { candle, before, isForming } = candleAt(market, readTime.current);
    const change = candle !== null && before !== null ? candle.close / before.close - 1 : null;
    const direction = candle === null || candle.close >= candle.open ? "up" : "down";
    for (const name of PRICES) {
      write(name, candle === null ? "" : format.fixed(candle[name], decimals));
      writeMark(nodes.get(name) ?? null, "direction", direction);
    }
    write("volume", candle === null ? "" : format.volume(candle.volume));
    write("change", change === null ? "" : format.percent(change));
    writeMark(nodes.get("change") ?? null, "direction", direction);
    writeMark(nodes.get("candle") ?? null, "reading", String(readTime.current !== null));
    const forming = nodes.get("forming");
    if (forming !== undefined) forming.hidden = !isForming;
  }

  function drawIndicator(choice: IndicatorChoice): void {
    const text = indicatorText(choice);
    const track = market.tracks.get(text);
    for (const { output, index } of shownOutputs(choice)) {
      const at = readTime.current;
      const value = at === null ? track?.latest(index) : track?.valueAt(at, index);
      const isKnown = value !== null && value !== undefined;
      write(
        `${text} ${index}`,
        isKnown ? valueText(value, output.unit, { format, decimals }) : "–",
      );
    }
    const words = {
      loading: t("chart.indicatorLoading"),
      failed: t("chart.indicatorFailed"),
      ready: track?.latest(0) === null ? t("bar.warming") : "",
    };
    write(`${text} state`, words[track?.phase ?? "loading"]);
  }

  useFrame(() => {
    drawCandle();
    for (const choice of choices) drawIndicator(choice);
  });
  return (name) => (node) => {
    if (node === null) nodes.delete(name);
    else nodes.set(name, node);
  };
}

/** The colour's number in the style sheet, which counts from 1; none for what rises and falls in colour. */
function seriesNumber(choice: IndicatorChoice, shown: ShownOutput): number | undefined {
  const colour = colourOf(choice, shown);
  return colour === null ? undefined : colour + 1;
}

/** As traders say it: `EMA 50`, `MACD 12 26 9`. */
function shortName({ id, parameters }: IndicatorReference, format: Format): string {
  const numbers = parameters.map((parameter) => format.plain(parameter));
  return [id.toUpperCase().replaceAll("_", " "), ...numbers].join(" ");
}

/** The candle that opens at `openTime`, or the newest; with the closed one before it. */
export function candleAt(market: MarketClient, openTime: number | null) {
  const { history, provisional } = market;
  const wanted = openTime ?? market.forming?.openTime ?? history.last?.openTime ?? 0;
  const index = history.indexAfter(wanted) - 1;
  const closed = history.candles[index] ?? null;
  if (closed?.openTime === wanted) {
    return { candle: closed, before: history.candles[index - 1] ?? null, isForming: false };
  }
  const candle: Candle | null = provisional.find((one) => one.openTime === wanted) ?? null;
  return { candle, before: closed, isForming: candle !== null };
}

/** Milliseconds until the forming candle ends, by the server's clock; null without one. */
function msToClose(market: MarketClient): number | null {
  const { shown, clockOffsetMs } = market.getState();
  const { forming } = market;
  if (forming === null || shown === null) return null;
  const left = endTimeOf(shown.timeframe, forming.openTime) - (Date.now() + clockOffsetMs);
  return Math.max(0, left);
}
