/** The chart itself: draws the market's candles and indicators once a frame, outside React. */
import {
  CandlestickSeries,
  CrosshairMode,
  createChart,
  type IChartApi,
  type ISeriesApi,
  type LogicalRange,
} from "lightweight-charts";
import type { Candle } from "../../../core/candle.ts";
import type { IndicatorOutput } from "../../../core/indicators/definition.ts";
import type { Timeframe } from "../../../core/timeframe.ts";
import { indicatorText } from "../../client/indicator-reference.ts";
import type { MarketClient } from "../../client/market-client.ts";
import type { Format } from "../../i18n/format.ts";
import type { ChartLook } from "./chart-look.ts";
import { chartTime, openTimeOf } from "./chart-time.ts";
import type { IndicatorChoice } from "./indicator-choice.ts";
import { candleColours, IndicatorLayer, type LayerSetting } from "./indicator-layer.ts";
import { valueText } from "./value-text.ts";
import { addVolume } from "./volume-scale.ts";

/** Older candles are fetched while so many are still left of the view: about a screen ahead. */
const OLDER_AHEAD = 150;

/** Empty candles to the right of the newest one, so that it does not stick to the scale. */
const RIGHT_CANDLES = 6;

const CANDLE_WIDTH = 8;
const ZOOM_STEP = 1.25;

/** The candles' pane against each pane below it. */
const MAIN_STRETCH = 3.2;

export interface ChartSetting {
  readonly look: ChartLook;
  readonly format: Format;
  readonly timeframe: Timeframe;
  /** Decimals of the instrument's price. */
  readonly decimals: number;
}

export interface ChartEvents {
  /** The candle under the crosshair is another one; null when the crosshair has left. */
  onRead(openTime: number | null): void;
  /** Somebody asked by key for the candle that opens then: it wants to be said. */
  onSay(openTime: number): void;
  /** The panes stand elsewhere: tops in pixels, the candles' first. */
  onLayout(tops: readonly number[]): void;
}

export class CandleChart {
  readonly #market: MarketClient;
  readonly #events: ChartEvents;
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #volume: ISeriesApi<"Histogram">;
  readonly #container: HTMLElement;
  readonly #observer: ResizeObserver;
  readonly #layers = new Map<string, IndicatorLayer>();
  #setting: ChartSetting;
  #history: MarketClient["history"] | null = null;
  #revision = -1;
  #candlesDrawn = 0;
  #lastOpenTime = 0;
  #readTime: number | null = null;

  constructor(
    container: HTMLElement,
    market: MarketClient,
    setup: { readonly setting: ChartSetting; readonly events: ChartEvents },
  ) {
    this.#container = container;
    this.#market = market;
    this.#setting = setup.setting;
    this.#events = setup.events;
    this.#chart = createChart(container, {
      ...chartOptions(setup.setting),
      autoSize: true,
      crosshair: { mode: CrosshairMode.Normal },
      // On a touch screen a vertical drag scrolls the page.
      handleScroll: { vertTouchDrag: false },
      rightPriceScale: { borderVisible: false },
      timeScale: { borderVisible: false, minBarSpacing: 0.8 },
    });
    this.#candles = this.#chart.addSeries(CandlestickSeries, { priceLineWidth: 1 });
    this.#candles.priceScale().applyOptions({ scaleMargins: { top: 0.12, bottom: 0.22 } });
    this.#volume = addVolume(this.#chart);
    this.#chart.subscribeCrosshairMove(({ time }) => this.#read(openTimeOf(time)));
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange(this.#onRange);
    this.#observer = new ResizeObserver(() => this.#tellLayout());
    this.set(setup.setting);
  }

  /** Takes other colours, another language, another number of decimals. */
  set(setting: ChartSetting): void {
    this.#setting = setting;
    const { look, format, decimals } = setting;
    this.#chart.applyOptions(chartOptions(setting));
    this.#candles.applyOptions({
      ...candleColours(look),
      priceFormat: {
        type: "custom",
        formatter: (price: number) => format.fixed(price, decimals),
        minMove: 10 ** -decimals,
      },
    });
    for (const layer of this.#layers.values()) layer.set(this.#layerSetting());
    this.#revision = -1;
    this.draw();
  }

  /** Shows exactly these indicators. */
  setChoices(choices: readonly IndicatorChoice[]): void {
    const wanted = new Map(
      choices.map((choice) => [`${indicatorText(choice)} ${choice.colour}`, choice]),
    );
    for (const [key, layer] of this.#layers) {
      if (wanted.has(key)) continue;
      layer.remove();
      this.#layers.delete(key);
    }
    for (const [key, choice] of wanted) {
      if (this.#layers.has(key)) continue;
      this.#layers.set(key, new IndicatorLayer(this.#chart, choice, this.#layerSetting()));
    }
    for (const [index, pane] of this.#chart.panes().entries()) {
      pane.setStretchFactor(index === 0 ? MAIN_STRETCH : 1);
    }
    this.draw();
    this.#observePanes();
  }

  /** The pane of an indicator by its text; 0 is that of the candles. */
  paneOf(text: string): number {
    for (const layer of this.#layers.values()) if (layer.text === text) return layer.pane;
    return 0;
  }

  /** Brings the canvas up to the market; cheap when little has changed. */
  draw(): void {
    const { history, provisional } = this.#market;
    const isNew = history !== this.#history;
    const wasOvertaken =
      (history.candles[this.#candlesDrawn]?.openTime ?? Infinity) < this.#lastOpenTime;
    if (isNew || history.revision !== this.#revision || wasOvertaken) this.#drawAll(history);
    for (; this.#candlesDrawn < history.candles.length; this.#candlesDrawn += 1) {
      const candle = history.candles[this.#candlesDrawn];
      if (candle !== undefined) this.#update(candle, "closed");
    }
    for (const candle of provisional) this.#update(candle, "forming");
    for (const layer of this.#layers.values()) layer.draw(this.#market.tracks.get(layer.text));
    if (isNew) this.reset();
  }

  reset(): void {
    const scale = this.#chart.timeScale();
    scale.applyOptions({ barSpacing: CANDLE_WIDTH, rightOffset: RIGHT_CANDLES });
    scale.scrollToPosition(RIGHT_CANDLES, false);
    for (const pane of this.#chart.panes()) {
      for (const series of pane.getSeries()) series.priceScale().applyOptions({ autoScale: true });
    }
  }

  goToNewest(): void {
    this.#chart.timeScale().scrollToPosition(RIGHT_CANDLES, true);
  }

  /** Positive `steps` zoom in, around the newest candle in view. */
  zoom(steps: number): void {
    const scale = this.#chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (range === null) return;
    const width = (range.to - range.from) / ZOOM_STEP ** steps;
    scale.setVisibleLogicalRange({ from: range.to - width, to: range.to });
  }

  /** Moves the view by so many candles; negative is back in time. */
  pan(candles: number): void {
    const scale = this.#chart.timeScale();
    scale.scrollToPosition(scale.scrollPosition() + candles, false);
  }

  /** Moves the crosshair to a neighbouring candle, from the newest one when it is nowhere. */
  readNeighbour(step: number): void {
    const all = [...this.#market.history.candles, ...this.#market.provisional];
    const now = this.#readTime ?? all.at(-1)?.openTime ?? 0;
    const index = all.findIndex((candle) => candle.openTime === now);
    const candle = all[this.#readTime === null ? index : index + step];
    if (candle === undefined) return;
    this.#chart.setCrosshairPosition(candle.close, chartTime(candle.openTime), this.#candles);
    this.#read(candle.openTime);
    this.#events.onSay(candle.openTime);
  }

  stopReading(): void {
    this.#chart.clearCrosshairPosition();
    this.#read(null);
  }

  close(): void {
    this.#observer.disconnect();
    this.#chart.remove();
  }

  #drawAll(history: MarketClient["history"]): void {
    const { look } = this.#setting;
    this.#candles.setData(history.candles.map((candle) => candlePoint(candle)));
    this.#volume.setData(history.candles.map((candle) => volumePoint(candle, look)));
    this.#history = history;
    this.#revision = history.revision;
    this.#candlesDrawn = history.candles.length;
    this.#lastOpenTime = history.last?.openTime ?? 0;
  }

  #update(candle: Candle, state: "closed" | "forming"): void {
    const { look } = this.#setting;
    this.#lastOpenTime = candle.openTime;
    const point = candlePoint(candle);
    this.#candles.update(
      state === "closed"
        ? point
        : { ...point, color: candle.close >= candle.open ? look.upForming : look.downForming },
    );
    this.#volume.update(volumePoint(candle, look));
  }

  #read(openTime: number | null): void {
    if (openTime === this.#readTime) return;
    this.#readTime = openTime;
    this.#events.onRead(openTime);
  }

  readonly #onRange = (range: LogicalRange | null) => {
    if (range !== null && range.from < OLDER_AHEAD) this.#market.loadOlder();
  };

  #layerSetting(): LayerSetting {
    const { look, format, decimals } = this.#setting;
    const write = (value: number, output: IndicatorOutput) =>
      valueText(value, output.unit, { format, decimals });
    return { look, decimals, write };
  }

  #observePanes(): void {
    this.#observer.disconnect();
    for (const pane of this.#chart.panes()) {
      const element = pane.getHTMLElement();
      if (element !== null) this.#observer.observe(element);
    }
    this.#tellLayout();
  }

  #tellLayout(): void {
    const { top } = this.#container.getBoundingClientRect();
    const tops = this.#chart
      .panes()
      .map((pane) => (pane.getHTMLElement()?.getBoundingClientRect().top ?? top) - top);
    this.#events.onLayout(tops);
  }
}

function chartOptions({ look, format, timeframe }: ChartSetting) {
  const hasHours = timeframe !== "1d";
  const momentText = (ms: number) => (hasHours ? format.minute(ms) : format.day(ms));
  const crosshair = { color: look.crosshair, labelBackgroundColor: look.label };
  return {
    layout: {
      background: { color: look.background },
      textColor: look.text,
      fontFamily: look.font,
      fontSize: 11,
      // The logo comes with a style element, which the content security policy refuses: the page's foot names the library.
      attributionLogo: false,
      panes: { separatorColor: look.separator, separatorHoverColor: look.grid },
    },
    grid: { vertLines: { color: look.grid }, horzLines: { color: look.grid } },
    crosshair: { vertLine: crosshair, horzLine: crosshair },
    timeScale: { timeVisible: hasHours },
    localization: {
      locale: format.locale,
      timeFormatter: (time: unknown) => (typeof time === "number" ? momentText(time * 1_000) : ""),
    },
  };
}

function candlePoint({ openTime, open, high, low, close }: Candle) {
  return { time: chartTime(openTime), open, high, low, close };
}

function volumePoint({ openTime, volume, open, close }: Candle, look: ChartLook) {
  const color = close >= open ? look.upVolume : look.downVolume;
  return { time: chartTime(openTime), value: volume, color };
}
