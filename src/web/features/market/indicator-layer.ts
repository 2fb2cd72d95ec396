/** One indicator on the chart: its lines, bars, dots or candles. */
import {
  type AutoscaleInfo,
  CandlestickSeries,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  LineSeries,
  LineStyle,
} from "lightweight-charts";
import type { IndicatorOutput } from "../../../core/indicators/definition.ts";
import { indicatorText } from "../../client/indicator-reference.ts";
import type { IndicatorTrack } from "../../client/indicator-track.ts";
import type { ChartLook } from "./chart-look.ts";
import { chartTime } from "./chart-time.ts";
import type { IndicatorChoice } from "./indicator-choice.ts";
import {
  colourOf,
  guidesOf,
  hasOwnPane,
  isCandle,
  type ShownOutput,
  shownOutputs,
} from "./indicator-drawing.ts";
import { valueStep } from "./value-text.ts";
import { VOLUME_SCALE } from "./volume-scale.ts";

export interface LayerSetting {
  readonly look: ChartLook;
  /** Writes a value on the scale. */
  readonly write: (value: number, output: IndicatorOutput) => string;
  /** Of the instrument's price. */
  readonly decimals: number;
}

/** The value of an output at one candle, null while there is none. */
type Pick = (index: number) => number | null;

/** Something drawn, whatever its form. */
interface Stroke {
  readonly series: ISeriesApi<"Line"> | ISeriesApi<"Histogram"> | ISeriesApi<"Candlestick">;
  set(setting: LayerSetting): void;
  drawAll(points: readonly { readonly openTime: number; readonly pick: Pick }[]): void;
  draw(openTime: number, pick: Pick): void;
}

export class IndicatorLayer {
  readonly text: string;
  readonly #chart: IChartApi;
  readonly #strokes: readonly Stroke[];
  readonly #guides: readonly IPriceLine[];
  #track: IndicatorTrack | null = null;
  #revision = -1;
  #rowsDrawn = 0;
  #lastOpenTime = 0;

  constructor(chart: IChartApi, choice: IndicatorChoice, setting: LayerSetting) {
    this.text = indicatorText(choice);
    this.#chart = chart;
    const pane = hasOwnPane(choice) ? chart.panes().length : 0;
    this.#strokes = isCandle(choice)
      ? [candleStroke(chart, choice, pane)]
      : shownOutputs(choice).map((shown) => valueStroke(chart, { choice, shown, pane }));
    const first = this.#strokes[0]?.series;
    const levels = guidesOf(choice);
    if (levels.length > 0) {
      first?.applyOptions({ autoscaleInfoProvider: (own: OwnScale) => withLevels(own(), levels) });
    }
    this.#guides = levels.flatMap((price) => first?.createPriceLine({ price, ...GUIDE }) ?? []);
    this.set(setting);
  }

  /** The pane it stands in, 0 being that of the candles. */
  get pane(): number {
    return this.#strokes[0]?.series.getPane().paneIndex() ?? 0;
  }

  /** Takes other colours or another way to write values. */
  set(setting: LayerSetting): void {
    for (const stroke of this.#strokes) stroke.set(setting);
    for (const guide of this.#guides) guide.applyOptions({ color: setting.look.guide });
    this.#revision = -1;
  }

  /** Brings the drawing up to the track; null clears it. */
  draw(track: IndicatorTrack | null): void {
    if (track !== this.#track || track?.revision !== this.#revision) this.#drawAll(track);
    if (track === null) return;
    for (; this.#rowsDrawn < track.rows.length; this.#rowsDrawn += 1) {
      const row = track.rows[this.#rowsDrawn];
      if (row !== undefined) this.#draw(row[0], (index) => row[index + 1] ?? null);
    }
    if (track.liveOpenTime !== null) {
      this.#draw(track.liveOpenTime, (index) => track.latest(index));
    }
  }

  remove(): void {
    for (const { series } of this.#strokes) this.#chart.removeSeries(series);
  }

  #drawAll(track: IndicatorTrack | null): void {
    const rows = track?.rows ?? [];
    const points = rows.map((row) => ({
      openTime: row[0],
      pick: (index: number) => row[index + 1] ?? null,
    }));
    for (const stroke of this.#strokes) stroke.drawAll(points);
    this.#track = track;
    this.#revision = track?.revision ?? -1;
    this.#rowsDrawn = rows.length;
    this.#lastOpenTime = rows.at(-1)?.[0] ?? 0;
  }

  #draw(openTime: number, pick: Pick): void {
    if (openTime < this.#lastOpenTime) return;
    this.#lastOpenTime = openTime;
    for (const stroke of this.#strokes) stroke.draw(openTime, pick);
  }
}

type OwnScale = () => AutoscaleInfo | null;

/** The scale reaches to the levels, so that one sees how far a value is from them. */
function withLevels(own: AutoscaleInfo | null, levels: readonly number[]): AutoscaleInfo | null {
  const range = own?.priceRange ?? null;
  if (own === null || range === null) return own;
  const minValue = Math.min(range.minValue, ...levels);
  const maxValue = Math.max(range.maxValue, ...levels);
  return { ...own, priceRange: { minValue, maxValue } };
}

const GUIDE = { lineStyle: LineStyle.Dashed, lineWidth: 1, axisLabelVisible: false } as const;

interface ValuePlan {
  readonly choice: IndicatorChoice;
  readonly shown: ShownOutput;
  readonly pane: number;
}

/** A line, dots, or bars around zero. */
function valueStroke(chart: IChartApi, { choice, shown, pane }: ValuePlan): Stroke {
  const { output, index } = shown;
  const isHistogram = output.style === "histogram";
  const common = {
    priceScaleId: output.placement === "volume" ? VOLUME_SCALE : "right",
    priceLineVisible: false,
    lastValueVisible: output.placement === "pane" && !isHistogram,
  };
  const series = isHistogram
    ? chart.addSeries(HistogramSeries, common, pane)
    : chart.addSeries(LineSeries, { ...common, ...lineStyle(output) }, pane);
  let colours: Colours | null = null;
  const point = (openTime: number, pick: Pick) => {
    const time = chartTime(openTime);
    const value = pick(index);
    if (value === null) return { time };
    return colours === null
      ? { time, value }
      : { time, value, color: value < 0 ? colours.down : colours.up };
  };
  return {
    series,
    set({ look, write, decimals }) {
      if (isHistogram) colours = { up: look.upVolume, down: look.downVolume };
      series.applyOptions({
        color: look.series[colourOf(choice, shown) ?? 0] ?? look.text,
        priceFormat: {
          type: "custom",
          formatter: (value: number) => write(value, output),
          minMove: valueStep(output.unit, decimals),
        },
      });
    },
    drawAll: (points) => series.setData(points.map(({ openTime, pick }) => point(openTime, pick))),
    draw: (openTime, pick) => series.update(point(openTime, pick)),
  };
}

interface Colours {
  readonly up: string;
  readonly down: string;
}

function lineStyle({ style }: IndicatorOutput) {
  const line = { lineWidth: 1, crosshairMarkerVisible: false } as const;
  if (style !== "dots") return line;
  return { ...line, lineVisible: false, pointMarkersVisible: true, pointMarkersRadius: 1.5 };
}

/** The four outputs of a candle as one. */
function candleStroke(chart: IChartApi, choice: IndicatorChoice, pane: number): Stroke {
  const output = shownOutputs(choice)[0]?.output;
  const series = chart.addSeries(CandlestickSeries, { priceLineVisible: false }, pane);
  const point = (openTime: number, pick: Pick) => {
    const time = chartTime(openTime);
    const [open, high, low, close] = [pick(0), pick(1), pick(2), pick(3)];
    if (open === null || high === null || low === null || close === null) return { time };
    return { time, open, high, low, close };
  };
  return {
    series,
    set({ look, write, decimals }) {
      series.applyOptions({
        ...candleColours(look),
        priceFormat: {
          type: "custom",
          formatter: (value: number) => (output === undefined ? "" : write(value, output)),
          minMove: valueStep("price", decimals),
        },
      });
    },
    drawAll: (points) => series.setData(points.map(({ openTime, pick }) => point(openTime, pick))),
    draw: (openTime, pick) => series.update(point(openTime, pick)),
  };
}

export function candleColours(look: ChartLook) {
  return {
    upColor: look.up,
    downColor: look.down,
    wickUpColor: look.up,
    wickDownColor: look.down,
    borderUpColor: look.up,
    borderDownColor: look.down,
  };
}
