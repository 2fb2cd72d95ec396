/** The six timeframes as one row of buttons. */
import { TIMEFRAMES, type Timeframe } from "../../../core/timeframe.ts";
import { useWording } from "../../i18n/wording.ts";

interface TimeframeSwitchProps {
  readonly timeframe: Timeframe;
  readonly onChoose: (timeframe: Timeframe) => void;
}

export function TimeframeSwitch({ timeframe, onChoose }: TimeframeSwitchProps) {
  const { t } = useWording();
  return (
    <fieldset className="segments">
      <legend className="unseen">{t("timeframe.label")}</legend>
      {TIMEFRAMES.map((one, index) => (
        <button
          key={one}
          type="button"
          className="segment"
          aria-pressed={one === timeframe}
          aria-label={t(`timeframe.${one}`)}
          aria-keyshortcuts={String(index + 1)}
          onClick={() => onChoose(one)}
        >
          {one}
        </button>
      ))}
    </fieldset>
  );
}
