/** The lines of one indicator on the chart. */
import {
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type UTCTimestamp,
} from "lightweight-charts";
import { findIndicator } from "../../../core/indicators/catalog.ts";
import type { IndicatorDefinition, IndicatorOutput } from "../../../core/indicators/definition.ts";
import { indicatorText } from "../../client/indicator-reference.ts";
import type { IndicatorRow, IndicatorTrack } from "../../client/indicator-track.ts";
import type { ChartLook } from "./chart-look.ts";
import { chartTime } from "./chart-time.ts";
import type { IndicatorChoice } from "./indicator-choice.ts";
import { VOLUME_SCALE } from "./volume-scale.ts";

/** Levels that traders look for; bounded outputs without an entry have none. */
const GUIDES: Readonly<Record<string, readonly number[]>> = {
  rsi: [30, 70],
  stochastic: [20, 80],
  stochastic_rsi: [20, 80],
  mfi: [20, 80],
  williams_r: [-80, -20],
  cci: [-100, 100],
  adx: [25],
};

export interface LayerSetting {
  readonly look: ChartLook;
  /** Writes a value on the scale. */
  readonly write: (value: number, output: IndicatorOutput) => string;
  readonly decimals: number;
}

type Line = ISeriesApi<"Line"> | ISeriesApi<"Histogram">;

interface DrawnOutput {
  readonly output: IndicatorOutput;
  /** Its place in the indicator's values. */
  readonly index: number;
  readonly line: Line;
}

export class IndicatorLayer {
  readonly text: string;
  readonly #chart: IChartApi;
  readonly #choice: IndicatorChoice;
  readonly #drawn: readonly DrawnOutput[];
  #look: ChartLook;
  #track: IndicatorTrack | null = null;
  #revision = -1;
  #rowsDrawn = 0;
  #lastOpenTime = 0;

  constructor(chart: IChartApi, choice: IndicatorChoice, setting: LayerSetting) {
    this.text = indicatorText(choice);
    this.#chart = chart;
    this.#choice = choice;
    this.#look = setting.look;
    const outputs = shownOutputs(choice.id);
    const pane = outputs[0]?.output.placement === "pane" ? chart.panes().length : 0;
    this.#drawn = outputs.map(({ output, index }) => ({
      output,
      index,
      line: addLine(chart, output, pane),
    }));
    this.set(setting);
    this.#addGuides();
  }

  /** The pane it stands in, 0 being that of the candles. */
  get pane(): number {
    return this.#drawn[0]?.line.getPane().paneIndex() ?? 0;
  }

  /** Takes other colours or another way to write values. */
  set({ look, write, decimals }: LayerSetting): void {
    this.#look = look;
    for (const { output, line, index } of this.#drawn) {
      line.applyOptions({
        color: colourOf(this.#choice, index, look),
        priceFormat: {
          type: "custom",
          formatter: (value: number) => write(value, output),
          minMove: output.unit === "price" ? 10 ** -decimals : 0.01,
        },
      });
    }
    this.#revision = -1;
  }

  /** Brings the lines up to the track; null clears them. */
  draw(track: IndicatorTrack | null): void {
    if (track !== this.#track || track?.revision !== this.#revision) this.#drawAll(track);
    if (track === null) return;
    for (; this.#rowsDrawn < track.rows.length; this.#rowsDrawn += 1) {
      const row = track.rows[this.#rowsDrawn];
      if (row !== undefined) this.#update(row[0], ({ index }) => row[index + 1] ?? null);
    }
    if (track.liveOpenTime !== null && track.liveOpenTime >= this.#lastOpenTime) {
      this.#update(track.liveOpenTime, ({ index }) => track.latest(index));
    }
  }

  remove(): void {
    for (const { line } of this.#drawn) this.#chart.removeSeries(line);
  }

  #drawAll(track: IndicatorTrack | null): void {
    const rows = track?.rows ?? [];
    for (const drawn of this.#drawn) {
      drawn.line.setData(rows.map((row) => this.#point(drawn, row[0], row[drawn.index + 1])));
    }
    this.#track = track;
    this.#revision = track?.revision ?? -1;
    this.#rowsDrawn = rows.length;
    this.#lastOpenTime = rows.at(-1)?.[0] ?? 0;
  }

  #update(openTime: number, pick: (drawn: DrawnOutput) => number | null): void {
    if (openTime < this.#lastOpenTime) return;
    this.#lastOpenTime = openTime;
    for (const drawn of this.#drawn) {
      drawn.line.update(this.#point(drawn, openTime, pick(drawn)));
    }
  }

  #point(
    { output }: DrawnOutput,
    openTime: number,
    value: IndicatorRow[number] | undefined,
  ): { time: UTCTimestamp } | { time: UTCTimestamp; value: number; color?: string } {
    const time = chartTime(openTime);
    if (value === null || value === undefined) return { time };
    if (output.style !== "histogram") return { time, value };
    return { time, value, color: value >= 0 ? this.#look.upVolume : this.#look.downVolume };
  }

  #addGuides(): void {
    const first = this.#drawn[0]?.line;
    for (const price of GUIDES[this.#choice.id] ?? []) {
      first?.createPriceLine({
        price,
        color: this.#look.guide,
        lineStyle: LineStyle.Dashed,
        lineWidth: 1,
        axisLabelVisible: false,
      });
    }
  }
}

/** The outputs that share the place of the first one: Bollinger's bands, not its width in percent. */
export function shownOutputs(
  id: string,
): readonly { readonly output: IndicatorOutput; readonly index: number }[] {
  const outputs: IndicatorDefinition["outputs"] = findIndicator(id)?.outputs ?? [];
  return outputs
    .map((output, index) => ({ output, index }))
    .filter(({ output }) => output.placement === outputs[0]?.placement);
}

/** The colour of one line: the choice's own for the first, then those that follow. */
export function colourOf(choice: IndicatorChoice, index: number, look: ChartLook): string {
  return look.series[(choice.colour + index) % look.series.length] ?? look.text;
}

function addLine(chart: IChartApi, output: IndicatorOutput, pane: number): Line {
  const common = {
    priceScaleId: output.placement === "volume" ? VOLUME_SCALE : "right",
    priceLineVisible: false,
    lastValueVisible: output.placement === "pane" && output.style !== "histogram",
  };
  if (output.style === "histogram") return chart.addSeries(HistogramSeries, common, pane);
  const dots = { lineVisible: false, pointMarkersVisible: true, pointMarkersRadius: 1.5 };
  const line = { lineWidth: 1, crosshairMarkerVisible: false } as const;
  const style = output.style === "dots" ? { ...line, ...dots } : line;
  return chart.addSeries(LineSeries, { ...common, ...style }, pane);
}
