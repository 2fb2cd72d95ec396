/** What can be done with the chart: timeframe, indicators, view. */
import type { Timeframe } from "../../../core/timeframe.ts";
import { useWording } from "../../i18n/wording.ts";
import { Icon } from "../../ui/icon.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import type { CandleChart } from "./candle-chart.ts";
import { TimeframeSwitch } from "./timeframe-switch.tsx";

interface ChartToolbarProps {
  readonly timeframe: Timeframe;
  readonly onTimeframe: (timeframe: Timeframe) => void;
  readonly onIndicators: () => void;
  readonly chart: { readonly current: CandleChart | null };
  readonly isFullScreen: boolean;
  readonly onFullScreen: () => void;
}

export function ChartToolbar({
  timeframe,
  onTimeframe,
  onIndicators,
  chart,
  isFullScreen,
  onFullScreen,
}: ChartToolbarProps) {
  const { t } = useWording();
  return (
    <div className="toolbar" role="toolbar" aria-label={t("chart.toolbar")}>
      <TimeframeSwitch timeframe={timeframe} onChoose={onTimeframe} />
      <button
        type="button"
        className="button button-quiet"
        aria-keyshortcuts="I"
        onClick={onIndicators}
      >
        <Icon name="indicator" />
        <span className="toolbar-word">{t("indicators.button")}</span>
      </button>
      <span className="spring" />
      <span className="toolbar-view toolbar-zoom">
        <IconButton
          icon="minus"
          label={t("chart.zoomOut")}
          shortcut="-"
          onClick={() => chart.current?.zoom(-1)}
        />
        <IconButton
          icon="plus"
          label={t("chart.zoomIn")}
          shortcut="+"
          onClick={() => chart.current?.zoom(1)}
        />
      </span>
      <span className="toolbar-view">
        <IconButton
          icon="newest"
          label={t("chart.newest")}
          shortcut="N"
          onClick={() => chart.current?.goToNewest()}
        />
        <IconButton
          icon="reset"
          label={t("chart.reset")}
          shortcut="R"
          onClick={() => chart.current?.reset()}
        />
        <IconButton
          icon={isFullScreen ? "shrink" : "expand"}
          label={t(isFullScreen ? "chart.leaveFullScreen" : "chart.fullScreen")}
          shortcut="F"
          onClick={onFullScreen}
        />
      </span>
    </div>
  );
}
