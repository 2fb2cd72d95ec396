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

/** Silent symbols are asked about this often. */
const ROUND_MS = 10_000;

/**
 * Symbols asked about in a round, those that waited longest first: 100 silent ones all have their
 * turn within 30 s, at 1 + 2 × 34 weights a round, 414 of 6,000 a minute.
 */
const SYMBOLS_A_ROUND_MAX = 34;

export class SilenceProbe {
  readonly #parts: SilenceProbeParts;
  #roundAt = Number.NEGATIVE_INFINITY;
  /** When each symbol was asked about last. */
  readonly #askedAt = new Map<string, number>();

  constructor(parts: SilenceProbeParts) {
    this.#parts = parts;
  }

  /** Asks about the silent symbols, unless that was done a moment ago. */
  consider(symbols: readonly string[], now: number): void {
    if (symbols.length === 0 || Math.abs(now - this.#roundAt) < ROUND_MS) return;
    this.#roundAt = now;
    const askedAt = (symbol: string) => this.#askedAt.get(symbol) ?? -1;
    const longest = [...symbols].sort((a, b) => askedAt(a) - askedAt(b));
    const asked = longest.slice(0, SYMBOLS_A_ROUND_MAX);
    for (const symbol of asked) this.#askedAt.set(symbol, now);
    void this.#ask(asked);
  }

  /** A refusal is no evidence of anything; the next round asks again. */
  async #ask(symbols: readonly string[]): Promise<void> {
    const { exchange, exchangeTime, newest, onTrade } = this.#parts;
    const time = await exchange.time("repair");
    if (time.kind !== "ok") return;
    exchangeTime.observe(time.value);
    for (const symbol of symbols) {
      const rows = await exchange.candles({ symbol, timeframe: "1m", limit: 2 }, "repair");
      const row = rows.kind === "ok" ? rows.value.at(-1) : undefined;
      if (row !== undefined && showsTrade(row, newest(symbol))) onTrade(symbol);
    }
  }
}

/** A candle without volume is made by time alone. */
function showsTrade(row: Candle, known: Candle | null): boolean {
  if (row.volume === 0) return false;
  if (known === null || row.openTime > known.openTime) return true;
  return row.openTime === known.openTime && row.volume !== known.volume;
}
