/** The truth about the data on screen: live, late, lost; with its age, counted every second. */
import { Popover } from "@mantine/core";
import { useRef, useState } from "react";
import { TIMEFRAMES } from "../../../core/timeframe.ts";
import { type Freshness, freshness } from "../../client/freshness.ts";
import type { MarketClient } from "../../client/market-client.ts";
import { useClock, useMarket, useMarketState } from "../../client/page-context.ts";
import { useWording, type Wording } from "../../i18n/wording.ts";
import { writeText } from "../../ui/live-text.ts";

/** What is known at this moment. */
export function freshnessNow(market: MarketClient): Freshness {
  const { link, status, shown } = market.getState();
  const timeframe = shown?.timeframe ?? "1m";
  return freshness({
    link,
    isShown: shown !== null,
    status:
      status === null
        ? null
        : { connection: status.connections[timeframe], receivedAt: status.receivedAt },
    tickAt: market.tickAt,
    now: Date.now(),
  });
}

/** The kind of freshness as state: it changes rarely, its age is written by the clock. */
export function useFreshness(onTick: (state: Freshness) => void): Freshness["kind"] {
  const market = useMarket();
  const [kind, setKind] = useState<Freshness["kind"]>(() => freshnessNow(market).kind);
  useMarketState((state) => state.link);
  useClock(CLOCK_MS, () => {
    const state = freshnessNow(market);
    setKind(state.kind);
    onTick(state);
  });
  return kind;
}

/** Often enough for tenths of seconds to look alive, rarely enough to cost nothing. */
const CLOCK_MS = 500;

export function ConnectionStatus() {
  const wording = useWording();
  const { t } = wording;
  const age = useRef<HTMLSpanElement>(null);
  const kind = useFreshness((state) => writeText(age.current, ageText(state, wording)));
  return (
    <Popover
      position="bottom-end"
      shadow="md"
      width={380}
      trapFocus
      returnFocus
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <button type="button" className="status" data-kind={kind} title={t("connection.details")}>
          <span className="status-dot" aria-hidden="true" />
          <span className="status-word" role="status">
            {t(`connection.${kind}`)}
          </span>
          <span className="status-age figure" ref={age} />
        </button>
      </Popover.Target>
      <Popover.Dropdown className="popover">
        <ConnectionTable />
      </Popover.Dropdown>
    </Popover>
  );
}

function ageText(state: Freshness, { t, format }: Wording): string {
  switch (state.kind) {
    case "connecting":
    case "refused":
      return "";
    case "live":
      return state.ageMs === null ? "" : format.duration(state.ageMs);
    case "stale":
      return state.since === null ? "" : t("connection.since", { time: format.time(state.since) });
    case "reconnecting":
      return state.ageMs === null ? "" : t("connection.age", { age: format.duration(state.ageMs) });
  }
}

function ConnectionTable() {
  const { t, format } = useWording();
  const status = useMarketState((state) => state.status);
  return (
    <table className="table">
      <caption>{t("connection.feed")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("connection.timeframe")}</th>
          <th scope="col">{t("connection.state")}</th>
          <th scope="col">{t("connection.dataAge")}</th>
          <th scope="col">{t("connection.reconnects")}</th>
          <th scope="col">{t("connection.repaired")}</th>
        </tr>
      </thead>
      <tbody>
        {TIMEFRAMES.map((timeframe) => {
          const connection = status?.connections[timeframe];
          return (
            <tr key={timeframe}>
              <th scope="row">{timeframe}</th>
              <td>{connection === undefined ? "–" : t(`connection.states.${connection.state}`)}</td>
              <td>{connection?.ageMs == null ? "–" : format.duration(connection.ageMs)}</td>
              <td>{connection === undefined ? "–" : format.plain(connection.reconnects)}</td>
              <td>{connection === undefined ? "–" : format.plain(connection.repaired)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
