/** What stands over the chart when its data are not what they seem: lost, stale or refused. */
import { useRef } from "react";
import type { Freshness } from "../../client/freshness.ts";
import { useMarket, useMarketState } from "../../client/page-context.ts";
import { problemText } from "../../i18n/problem-text.ts";
import { useWording } from "../../i18n/wording.ts";
import { writeText } from "../../ui/live-text.ts";
import { Notice } from "../../ui/notice.tsx";
import { useFreshness } from "./connection-status.tsx";

interface ConnectionNoticeProps {
  readonly onChooseSymbol: (symbol: string) => void;
}

export function ConnectionNotice({ onChooseSymbol }: ConnectionNoticeProps) {
  const wording = useWording();
  const { t, format } = wording;
  const market = useMarket();
  const link = useMarketState((state) => state.link);
  const line = useRef<HTMLSpanElement>(null);
  const kind = useFreshness((state) => writeText(line.current, lineOf(state)));

  function retryOf(code: string | null) {
    return code === "page_outdated"
      ? { label: t("app.reload"), onClick: () => window.location.reload() }
      : { label: t("connection.retry"), onClick: () => market.retry() };
  }

  function lineOf(state: Freshness): string {
    if (state.kind === "stale") {
      const time = state.since === null ? "–" : format.time(state.since);
      return t("connection.staleNotice", { time });
    }
    if (state.kind !== "reconnecting") return "";
    if (!navigator.onLine) return t("connection.offlineNotice");
    if (state.retryInMs === null) return t("connection.lostNow");
    const time = format.duration(Math.max(1_000, state.retryInMs));
    return t("connection.lost", { when: t("connection.retryIn", { time }) });
  }

  if (link.kind === "refused") {
    const { problem } = link;
    const symbols = problem.field === "symbol" ? (problem.allowed ?? []) : [];
    return (
      <div className="notices">
        <Notice tone="danger" {...(symbols.length > 0 ? {} : { action: retryOf(problem.code) })}>
          {t("connection.refusedNotice", { reason: problemText(problem, t) })}
          {symbols.length > 0 && <SymbolChoices symbols={symbols} onChoose={onChooseSymbol} />}
        </Notice>
      </div>
    );
  }
  if (kind === "live" || kind === "connecting") return null;
  return (
    <div className="notices">
      <Notice tone="warning" {...(kind === "stale" ? {} : { action: retryOf(null) })}>
        <span ref={line} />
        {link.kind === "waiting" && link.problem !== null && ` ${problemText(link.problem, t)}`}
      </Notice>
    </div>
  );
}

interface SymbolChoicesProps {
  readonly symbols: readonly string[];
  readonly onChoose: (symbol: string) => void;
}

function SymbolChoices({ symbols, onChoose }: SymbolChoicesProps) {
  const { t } = useWording();
  return (
    <span className="notice-choices">
      {t("connection.choose")}
      {symbols.map((symbol) => (
        <button key={symbol} type="button" className="button" onClick={() => onChoose(symbol)}>
          {symbol}
        </button>
      ))}
    </span>
  );
}
