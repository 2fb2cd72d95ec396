/** A bot with a paper wallet, driven minute by minute in the tests of trading. */
import { type Fixed, parseFixed } from "../src/core/fixed.ts";
import type { Instrument } from "../src/core/instrument.ts";
import { MINUTE_MS } from "../src/core/timeframe.ts";
import { Bot, type BotMarket, type BotMinute } from "../src/core/trading/bot.ts";
import { newBotState } from "../src/core/trading/bot-state.ts";
import type { Command } from "../src/core/trading/command.ts";
import type { Fact } from "../src/core/trading/fact.ts";
import { PAPER_COSTS } from "../src/core/trading/fill.ts";
import { DEFAULT_RISK, type RiskSettings } from "../src/core/trading/risk.ts";
import type { Signals } from "../src/core/trading/signal.ts";
import type { Trade } from "../src/core/trading/trade.ts";
import { MARKET_START } from "./indicator-candles.ts";

/** The amount that a decimal text means. */
export function d(text: string): Fixed {
  const amount = parseFixed(text);
  if (amount === null) throw new Error(`not an amount: ${text}`);
  return amount;
}

export const BTC: Instrument = {
  symbol: "BTCUSDT",
  baseAsset: "BTC",
  quoteAsset: "USDT",
  tickSize: d("0.01"),
  stepSize: d("0.00001"),
  quantityMin: d("0.00001"),
  notionalMin: d("5"),
};

export const BTC_MARKET: BotMarket = { instrument: BTC, costs: PAPER_COSTS };

export const SILENT: Signals = {
  longEntry: false,
  longExit: false,
  shortEntry: false,
  shortExit: false,
  atr: Number.NaN,
};

/** What may be said of a minute; a price of four is open, high, low, close, and null is a hole. */
export interface MinuteChange {
  readonly price?: readonly [number, number, number, number] | null;
  readonly signals?: Partial<Signals> | null;
  readonly commands?: readonly NewCommand[];
}

type WithoutId<T> = T extends { readonly id: number } ? Omit<T, "id"> : never;
export type NewCommand = WithoutId<Command>;

/** Created with 10,000 and switched on; minute 0 is the first one. */
export class BotRig {
  readonly bot: Bot;
  readonly facts: Fact[] = [];
  #minute = 0;
  #commands = 0;

  constructor(settings: Partial<RiskSettings> = {}, market = BTC_MARKET) {
    this.bot = new Bot(market, newBotState({ ...DEFAULT_RISK, ...settings }));
    this.minute({ commands: [{ kind: "create", capital: d("10000") }, { kind: "start" }] });
  }

  /** Open time of the minute before the next one. */
  get time(): number {
    return MARKET_START + (this.#minute - 1) * MINUTE_MS;
  }

  /** Steps one minute: silent rules at 50,000 unless told otherwise. */
  minute(change: MinuteChange = {}): readonly Fact[] {
    const facts = this.bot.step(this.#next(change));
    this.facts.push(...facts);
    return facts;
  }

  /** Steps minutes of these prices. */
  prices(...all: ReadonlyArray<readonly [number, number, number, number]>): void {
    for (const price of all) this.minute({ price });
  }

  trades(): Trade[] {
    return this.facts.flatMap((fact) => (fact.kind === "position_closed" ? [fact.trade] : []));
  }

  #next({ price, signals, commands = [] }: MinuteChange): BotMinute {
    const openTime = MARKET_START + this.#minute * MINUTE_MS;
    this.#minute += 1;
    const [open, high, low, close] = price ?? [50_000, 50_000, 50_000, 50_000];
    return {
      openTime,
      commands: commands.map((command) => {
        this.#commands += 1;
        return { ...command, id: this.#commands };
      }),
      candle: price === null ? null : { openTime, open, high, low, close, volume: 1 },
      signals: signals === null ? null : { ...SILENT, ...signals },
    };
  }
}
