/** Asks REST about a symbol that all connections are silent about: quiet market, or silent streams? */
import type { Candle } from "../../core/candle.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { ExchangeTime } from "./exchange-time.ts";

export interface SilenceProbeParts {
  readonly exchange: Exchange;
  readonly exchangeTime: ExchangeTime;
  /** The newest 1m candle that the streams have shown, forming or closed. */
  readonly newest: (symbol: string) => Candle | null;
  /** REST shows a trade that no stream has shown. */
  readonly onTrade: (symbol: string) => void;
}

/** A silent symbol is asked about this often, and no more: 3 of 6,000 weights each time. */
const PROBE_PAUSE_MS = 10_000;

export class SilenceProbe {
  readonly #parts: SilenceProbeParts;
  /** When each symbol was asked about last. */
  readonly #askedAt = new Map<string, number>();

  constructor(parts: SilenceProbeParts) {
    this.#parts = parts;
  }

  /** Asks about those of the quiet symbols that were not asked about a moment ago. */
  consider(symbols: readonly string[], now: number): void {
    for (const symbol of symbols) {
      const askedAt = this.#askedAt.get(symbol);
      if (askedAt !== undefined && Math.abs(now - askedAt) < PROBE_PAUSE_MS) continue;
      this.#askedAt.set(symbol, now);
      void this.#ask(symbol);
    }
  }

  /** A refusal is no evidence of anything; the symbol is asked about again soon. */
  async #ask(symbol: string): Promise<void> {
    const { exchange, exchangeTime, newest, onTrade } = this.#parts;
    const time = await exchange.time("repair");
    if (time.kind === "ok") exchangeTime.observe(time.value);
    const rows = await exchange.candles({ symbol, timeframe: "1m", limit: 2 }, "repair");
    const row = rows.kind === "ok" ? rows.value.at(-1) : undefined;
    if (row !== undefined && showsTrade(row, newest(symbol))) onTrade(symbol);
  }
}

/** A candle without volume is made by time alone. */
function showsTrade(row: Candle, known: Candle | null): boolean {
  if (row.volume === 0) return false;
  if (known === null || row.openTime > known.openTime) return true;
  return row.openTime === known.openTime && row.volume !== known.volume;
}
