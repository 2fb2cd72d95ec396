/** One's strategies as they are kept: names, places and settings, to read. */
import "./strategies.css";
import { useQuery } from "@tanstack/react-query";
import type { StrategyAnswer } from "../../../protocol/account.ts";
import { strategiesQuery } from "../../client/account-api.ts";
import { PlainPage } from "../../frame/plain-page.tsx";
import { useWording, type Wording } from "../../i18n/wording.ts";
import { Notice } from "../../ui/notice.tsx";

export function StrategiesPage() {
  const { t } = useWording();
  const { data, isError, refetch } = useQuery(strategiesQuery);
  return (
    <PlainPage title={t("strategies.title")} lead={t("strategies.lead")}>
      {data !== undefined && <Found strategies={data} />}
      {data === undefined && isError && (
        <div className="strategies-notice">
          <Notice
            tone="danger"
            action={{ label: t("account.retry"), onClick: () => void refetch() }}
          >
            {t("strategies.failed")}
          </Notice>
        </div>
      )}
    </PlainPage>
  );
}

function Found({ strategies }: { readonly strategies: readonly StrategyAnswer[] }) {
  const { t } = useWording();
  if (strategies.length === 0) {
    return (
      <div className="strategies-notice">
        <Notice tone="info">{t("strategies.empty")}</Notice>
      </div>
    );
  }
  return (
    <>
      {strategies.some(({ isRunnable }) => !isRunnable) && (
        <div className="strategies-notice">
          <Notice tone="warning">{t("strategies.notRunnable")}</Notice>
        </div>
      )}
      <StrategyTable strategies={strategies} />
    </>
  );
}

/** The settings' columns; narrow screens show the first five columns of the table only. */
const SETTINGS = ["takeProfit", "stopLoss", "maxTime", "cooldown", "size"] as const;

function StrategyTable({ strategies }: { readonly strategies: readonly StrategyAnswer[] }) {
  const { t } = useWording();
  return (
    <section className="strategies card" aria-label={t("strategies.title")}>
      <table className="table">
        <caption>{t("strategies.caption", { count: strategies.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{t("strategies.name")}</th>
            <th scope="col">{t("strategies.symbol")}</th>
            <th scope="col">{t("strategies.timeframe")}</th>
            <th scope="col">{t("strategies.state")}</th>
            {SETTINGS.map((setting) => (
              <th scope="col" key={setting} className="strategy-setting">
                {t(`strategies.${setting}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {strategies.map((strategy) => (
            <StrategyRow key={strategy.id} strategy={strategy} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function StrategyRow({ strategy }: { readonly strategy: StrategyAnswer }) {
  const wording = useWording();
  const { t } = wording;
  const texts = settingTexts(strategy.settings, wording);
  return (
    <tr>
      <th scope="row">{strategy.name}</th>
      <td>{strategy.symbol}</td>
      <td>{strategy.timeframe}</td>
      <td className="strategy-state">
        {t(strategy.isEnabled ? "strategies.on" : "strategies.off")}
        {!strategy.isRunnable && (
          <span className="badge" data-tone="plain">
            {t("strategies.notYet")}
          </span>
        )}
      </td>
      {SETTINGS.map((setting) => (
        <td key={setting} className="strategy-setting">
          {texts[setting]}
        </td>
      ))}
    </tr>
  );
}

function settingTexts(
  settings: StrategyAnswer["settings"],
  { t, format }: Wording,
): Readonly<Record<(typeof SETTINGS)[number], string>> {
  const absent = t("strategies.absent");
  const percent = (value: number | null) => (value === null ? absent : format.share(value / 100));
  const time = (ms: number | null) => (ms === null ? absent : format.duration(ms));
  return {
    takeProfit: percent(settings.takeProfitPercent),
    stopLoss: percent(settings.stopLossPercent),
    maxTime: time(settings.maxTimeMs),
    cooldown: time(settings.cooldownMs),
    size: percent(settings.sizePercent),
  };
}
