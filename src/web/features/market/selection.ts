/** What is looked at: read from the address, then from memory; the server fills in what is missing. */
import { parseFixed } from "../../../core/fixed.ts";
import { priceDecimals } from "../../../core/instrument.ts";
import { isTimeframe, type Timeframe } from "../../../core/timeframe.ts";
import type { InstrumentAnswer } from "../../../protocol/market.ts";
import type { MarketState } from "../../client/market-client.ts";

/** The part of the address after `?`. */
export interface SelectionSearch {
  readonly symbol?: string;
  readonly timeframe?: Timeframe;
}

/** How an exchange may spell a symbol; anything else in the address is passed over. */
const SYMBOL = /^[A-Z0-9]{2,20}$/;

export function parseSearch(search: Readonly<Record<string, unknown>>): SelectionSearch {
  const symbol = String(search.symbol ?? "").toUpperCase();
  const timeframe = String(search.timeframe ?? "");
  return {
    ...(SYMBOL.test(symbol) ? { symbol } : {}),
    ...(isTimeframe(timeframe) ? { timeframe } : {}),
  };
}

/** The instrument on screen, null until the server has named it. */
export function instrumentOf({ shown, instruments }: MarketState): InstrumentAnswer | null {
  return instruments.find(({ symbol }) => symbol === shown?.symbol) ?? null;
}

/** Decimals that a price on screen is written with. */
export function decimalsOf(state: MarketState): number {
  return tickDecimals(instrumentOf(state));
}

export function tickDecimals(instrument: InstrumentAnswer | null): number {
  const tickSize = parseFixed(instrument?.tickSize ?? "");
  return tickSize === null ? 2 : priceDecimals({ tickSize });
}
