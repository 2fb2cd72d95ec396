/** The volume at the foot of the candles, on a scale of its own. */
import { HistogramSeries, type IChartApi, type ISeriesApi } from "lightweight-charts";

/** The name of the scale that volume bars and their averages share. */
export const VOLUME_SCALE = "volume";

/** The bars take the lowest fifth of the pane. */
const VOLUME_TOP = 0.8;

export function addVolume(chart: IChartApi): ISeriesApi<"Histogram"> {
  const series = chart.addSeries(HistogramSeries, {
    priceScaleId: VOLUME_SCALE,
    priceFormat: { type: "volume" },
    priceLineVisible: false,
    lastValueVisible: false,
  });
  series.priceScale().applyOptions({ scaleMargins: { top: VOLUME_TOP, bottom: 0 } });
  return series;
}
