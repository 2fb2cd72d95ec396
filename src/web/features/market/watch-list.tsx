/** All symbols with their last prices; a click or Enter shows one. */
import { useRef } from "react";
import { useFrame, useMarket, useMarketState } from "../../client/page-context.ts";
import { useWording } from "../../i18n/wording.ts";
import { writeMark, writeText } from "../../ui/live-text.ts";
import { tickDecimals } from "./selection.ts";

/** Rows shown before the server has named its symbols: as many as it has unless told otherwise. */
const SKELETON_ROWS = 5;

export function WatchList({ onChoose }: { readonly onChoose: (symbol: string) => void }) {
  const { t, format } = useWording();
  const market = useMarket();
  const instruments = useMarketState((state) => state.instruments);
  const shown = useMarketState((state) => state.shown);
  const nodes = useRef(new Map<string, HTMLElement>()).current;
  const former = useRef(new Map<string, number>()).current;
  useFrame(() => {
    for (const instrument of instruments) {
      const { symbol } = instrument;
      const node = nodes.get(symbol) ?? null;
      const price = market.prices.get(symbol);
      if (price === undefined) continue;
      const before = former.get(symbol) ?? price;
      writeText(node, format.fixed(price, tickDecimals(instrument)));
      if (price !== before) writeMark(node, "direction", price > before ? "up" : "down");
      former.set(symbol, price);
    }
  });
  return (
    <nav className="watch" aria-label={t("symbols.heading")}>
      <h2 className="watch-heading">
        <span>{t("symbols.heading")}</span>
        <span>{t("symbols.lastPrice")}</span>
      </h2>
      <ul className="watch-list">
        {instruments.length === 0 &&
          Array.from({ length: SKELETON_ROWS }, (_, row) => `row ${row}`).map((row) => (
            <li key={row} className="watch-row" aria-hidden="true">
              <span className="blank" />
              <span className="blank" />
            </li>
          ))}
        {instruments.map(({ symbol, baseAsset, quoteAsset }) => (
          <li key={symbol}>
            <button
              type="button"
              className="watch-row"
              aria-current={symbol === shown?.symbol ? "true" : undefined}
              onClick={() => onChoose(symbol)}
            >
              <span className="watch-symbol">
                {baseAsset}
                <span className="watch-quote">/{quoteAsset}</span>
              </span>
              <span
                className="watch-price figure"
                ref={(node) => {
                  if (node === null) nodes.delete(symbol);
                  else nodes.set(symbol, node);
                }}
              >
                –
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
