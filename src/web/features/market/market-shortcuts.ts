/** Which key does what on the market page. */
import { TIMEFRAMES, type Timeframe } from "../../../core/timeframe.ts";
import type { Shortcuts } from "../../ui/shortcuts.ts";
import type { CandleChart } from "./candle-chart.ts";

/** The dialogs that a key opens. */
export type OpenSheet = "search" | "indicators" | "help";

export interface MarketActions {
  readonly chart: { readonly current: CandleChart | null };
  readonly onTimeframe: (timeframe: Timeframe) => void;
  readonly onSheet: (sheet: OpenSheet) => void;
  readonly onFullScreen: () => void;
  readonly onTheme: () => void;
}

/** Candles that an arrow key with Shift moves. */
const LONG_STEP = 10;

export function marketShortcuts(actions: MarketActions): Shortcuts {
  const { chart } = actions;
  const pan = (sign: 1 | -1) => (event: KeyboardEvent) =>
    chart.current?.pan(sign * (event.shiftKey ? LONG_STEP : 1));
  return {
    ...timeframeKeys(actions.onTimeframe),
    "/": () => actions.onSheet("search"),
    i: () => actions.onSheet("indicators"),
    "?": () => actions.onSheet("help"),
    ArrowLeft: pan(-1),
    ArrowRight: pan(1),
    "+": () => chart.current?.zoom(1),
    "=": () => chart.current?.zoom(1),
    "-": () => chart.current?.zoom(-1),
    j: () => chart.current?.readNeighbour(-1),
    k: () => chart.current?.readNeighbour(1),
    Escape: () => chart.current?.stopReading(),
    n: () => chart.current?.goToNewest(),
    r: () => chart.current?.reset(),
    f: () => actions.onFullScreen(),
    t: () => actions.onTheme(),
  };
}

/** By the place of the key: on a French keyboard the digits need Shift. */
function timeframeKeys(onTimeframe: MarketActions["onTimeframe"]): Shortcuts {
  const keys: Record<string, () => void> = {};
  for (const [index, timeframe] of TIMEFRAMES.entries()) {
    for (const key of [`Digit${index + 1}`, `Numpad${index + 1}`, String(index + 1)]) {
      keys[key] = () => onTimeframe(timeframe);
    }
  }
  return keys;
}
