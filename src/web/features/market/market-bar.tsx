/** The market at a glance: price, the newest candle, moving averages and RSI, written past React. */
import { useEffect, useRef } from "react";
import { indicatorText } from "../../client/indicator-reference.ts";
import { useFrame, useMarket, useMarketState } from "../../client/page-context.ts";
import { useWording } from "../../i18n/wording.ts";
import { Icon } from "../../ui/icon.tsx";
import { writeMark, writeText } from "../../ui/live-text.ts";
import { decimalsOf } from "./selection.ts";

const AVERAGES = [12, 26, 50, 200].map((period) => ({ id: "ema", parameters: [period] }));
const RSI = { id: "rsi", parameters: [14] };
const RSI_LOW = 30;
const RSI_HIGH = 70;

const CANDLE_CELLS = ["open", "high", "low", "close", "volume"] as const;

interface MarketBarProps {
  /** What is asked for; null while the server chooses. */
  readonly symbol: string | null;
  readonly onSearch: () => void;
}

export function MarketBar({ symbol, onSearch }: MarketBarProps) {
  const { t } = useWording();
  const cells = useCells();
  const cell = (name: string) => (node: HTMLElement | null) => {
    if (node === null) cells.delete(name);
    else cells.set(name, node);
  };
  return (
    <section className="bar" aria-label={t("bar.label")}>
      <div className="bar-head">
        <button
          type="button"
          className="bar-symbol"
          onClick={onSearch}
          aria-label={t("symbols.open", { symbol: symbol ?? "…" })}
          aria-keyshortcuts="/"
        >
          <span className="bar-symbol-name">{symbol ?? <span className="blank" />}</span>
          <Icon name="chevron" size={14} />
        </button>
        <span className="bar-price figure" data-testid="price" ref={cell("price")}>
          <span className="blank" />
        </span>
        <span className="bar-change figure" title={t("bar.changeHint")} ref={cell("change")} />
      </div>
      <dl className="bar-cells">
        {CANDLE_CELLS.map((name) => (
          <Cell key={name} label={t(`bar.${name}`)} node={cell(name)} />
        ))}
        {AVERAGES.map((reference) => (
          <Cell
            key={indicatorText(reference)}
            label={`EMA ${reference.parameters[0]}`}
            node={cell(indicatorText(reference))}
          />
        ))}
        <Cell label="RSI 14" node={cell(indicatorText(RSI))} />
      </dl>
    </section>
  );
}

interface CellProps {
  readonly label: string;
  readonly node: (node: HTMLElement | null) => void;
}

function Cell({ label, node }: CellProps) {
  return (
    <div className="bar-cell">
      <dt>{label}</dt>
      <dd className="figure" ref={node}>
        –
      </dd>
    </div>
  );
}

/** The nodes by name; what they say is written in frames. */
function useCells(): Map<string, HTMLElement> {
  const cells = useRef(new Map<string, HTMLElement>()).current;
  const market = useMarket();
  const { t, format } = useWording();
  const decimals = useMarketState(decimalsOf);
  useEffect(() => {
    const releases = [...AVERAGES, RSI].map((reference) => market.tracks.hold(reference));
    return () => {
      for (const release of releases) release();
    };
  }, [market]);
  useFrame(() => {
    const write = (name: string, text: string) => writeText(cells.get(name) ?? null, text);
    const price = (value: number | null) => (value === null ? "–" : format.fixed(value, decimals));
    const { last } = market.history;
    const candle = market.forming ?? last;
    for (const name of ["open", "high", "low", "close"] as const) {
      write(name, price(candle?.[name] ?? null));
    }
    write("volume", candle === null ? "–" : format.volume(candle.volume));
    write("price", price(candle?.close ?? null));
    const before = candle === last ? market.history.candles.at(-2) : last;
    const change = candle && before ? candle.close / before.close - 1 : null;
    write("change", change === null ? "" : format.percent(change));
    for (const name of ["price", "change"]) {
      writeMark(cells.get(name) ?? null, "direction", directionOf(change));
    }
    for (const reference of AVERAGES) {
      const text = indicatorText(reference);
      write(text, price(market.tracks.get(text)?.latest(0) ?? null));
    }
    const rsi = market.tracks.get(indicatorText(RSI))?.latest(0) ?? null;
    const zone = rsi === null ? null : zoneOf(rsi);
    const word = zone === null ? "" : ` ${t(`bar.${zone}`)}`;
    write(indicatorText(RSI), rsi === null ? "–" : `${format.fixed(rsi, 1)}${word}`);
    writeMark(cells.get(indicatorText(RSI)) ?? null, "zone", zone);
  });
  return cells;
}

function directionOf(change: number | null): "up" | "down" | null {
  if (change === null || change === 0) return null;
  return change > 0 ? "up" : "down";
}

function zoneOf(rsi: number): "oversold" | "overbought" | null {
  if (rsi < RSI_LOW) return "oversold";
  return rsi > RSI_HIGH ? "overbought" : null;
}
