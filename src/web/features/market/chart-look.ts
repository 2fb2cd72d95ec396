/** The chart's colours, read from the style sheet, so that page and canvas never differ. */
import { SERIES_COLOURS } from "./indicator-choice.ts";

export interface ChartLook {
  readonly background: string;
  readonly text: string;
  readonly grid: string;
  readonly separator: string;
  readonly crosshair: string;
  readonly label: string;
  readonly up: string;
  readonly down: string;
  readonly upForming: string;
  readonly downForming: string;
  readonly upVolume: string;
  readonly downVolume: string;
  readonly guide: string;
  readonly series: readonly string[];
  readonly font: string;
}

export function readChartLook(): ChartLook {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    background: read("--chart-background"),
    text: read("--text-muted"),
    grid: read("--chart-grid"),
    separator: read("--line"),
    crosshair: read("--text-muted"),
    label: read("--chart-label"),
    up: read("--up"),
    down: read("--down"),
    upForming: read("--up-forming"),
    downForming: read("--down-forming"),
    upVolume: read("--up-volume"),
    downVolume: read("--down-volume"),
    guide: read("--chart-guide"),
    series: Array.from({ length: SERIES_COLOURS }, (_, i) => read(`--series-${i + 1}`)),
    font: read("--font"),
  };
}
