/** Says which market is shown when it is not the real one. */
import { useMarketState } from "../../client/page-context.ts";
import { useWording } from "../../i18n/wording.ts";
import { Icon } from "../../ui/icon.tsx";

/** Always there, so that nothing moves when the server has said which market it is. */
export function MarketBanner() {
  const { t } = useWording();
  const text = useMarketText();
  return (
    <aside className="banner" data-tone={text === null ? "plain" : "warning"}>
      {text !== null && (
        <>
          <Icon name="warning" size={14} />
          <strong>{text}</strong>
        </>
      )}
      <span>{t("app.paper")}</span>
    </aside>
  );
}

/** What has to be known of the market's prices; null where they are real, or not known yet. */
function useMarketText(): string | null {
  const { t, format } = useWording();
  const market = useMarketState((state) => state.market);
  if (market === null) return null;
  const isRealTime = market.speed === 1;
  const speed = format.plain(market.speed);
  switch (market.kind) {
    case "binance":
      return null;
    case "replay":
      return isRealTime ? t("market.replayRealTime") : t("market.replay", { speed });
    case "simulated":
      return isRealTime
        ? t("market.simulated")
        : `${t("market.simulated")} ${t("market.fast", { speed })}`;
  }
}
