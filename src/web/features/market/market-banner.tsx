/** Says which market is shown when it is not the real one. */
import { useMarketState } from "../../client/page-context.ts";
import { useWording } from "../../i18n/wording.ts";
import { Icon } from "../../ui/icon.tsx";

export function MarketBanner() {
  const { t, format } = useWording();
  const market = useMarketState((state) => state.market);
  if (market === null || market.kind === "binance") return null;
  const speed = format.plain(market.speed);
  const isRealTime = market.speed === 1;
  return (
    <aside className="banner" data-market={market.kind}>
      <Icon name="warning" size={14} />
      {market.kind === "simulated" && (
        <span>
          {t("market.simulated")}
          {!isRealTime && ` ${t("market.fast", { speed })}`}
        </span>
      )}
      {market.kind === "replay" && (
        <span>{isRealTime ? t("market.replayRealTime") : t("market.replay", { speed })}</span>
      )}
    </aside>
  );
}
