/** The foot of the page: the exchange's clock, what the numbers are worth, whose chart library this is. */
import { useRef } from "react";
import { useClock, useMarket } from "../../client/page-context.ts";
import { useWording } from "../../i18n/wording.ts";
import { writeText } from "../../ui/live-text.ts";

export function PageFooter() {
  const { t, format } = useWording();
  const market = useMarket();
  const clock = useRef<HTMLTimeElement>(null);
  useClock(1_000, () => {
    const now = Date.now() + market.getState().clockOffsetMs;
    writeText(clock.current, `${format.time(now)} ${t("chart.utc")}`);
  });
  return (
    <footer className="footer">
      <time className="figure" ref={clock} />
      <span>{t("app.disclaimer")}</span>
      <span className="spring" />
      <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
        {t("app.attribution")}
      </a>
    </footer>
  );
}
