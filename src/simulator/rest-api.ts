/** The exchange's REST interface: what each path answers, and what it weighs. */
import type { Instrument } from "../core/instrument.ts";
import { timeframeMs } from "../core/timeframe.ts";
import { exchangeInfo } from "./exchange-info.ts";
import { type ExchangeMarket, revisedCandle } from "./exchange-market.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { klineRow } from "./kline-wire.ts";
import type { MarketCandle } from "./market.ts";
import { INVALID_SYMBOL, type Refusal, RestParameters } from "./rest-parameters.ts";
import { fullTicker, miniTicker } from "./ticker.ts";

/** A body to send as JSON, or a refusal to send with status 400. */
export type Reply =
  | { readonly kind: "found"; readonly body: unknown }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** What a request sees of the exchange: its time, and how far its database lags behind. */
export interface Sight {
  /** The instant whose candles the database shows. */
  readonly asOf: number;
  /** Candles that end after this instant are missing. */
  readonly endedUntil: number;
}

interface Endpoint {
  weight(query: URLSearchParams): number;
  reply(parameters: RestParameters, sight: Sight): unknown;
}

const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 1_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;

export class RestApi {
  readonly #market: ExchangeMarket;
  readonly #faults: FaultPlan;
  readonly #serverTime: () => number;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  constructor(market: ExchangeMarket, faults: FaultPlan, serverTime: () => number) {
    this.#market = market;
    this.#faults = faults;
    this.#serverTime = serverTime;
    const klines: Endpoint = { weight: () => 2, reply: (p, sight) => this.#klines(p, sight) };
    this.#endpoints = new Map([
      ["/api/v3/ping", { weight: () => 1, reply: () => ({}) }],
      ["/api/v3/time", { weight: () => 1, reply: () => ({ serverTime: serverTime() }) }],
      ["/api/v3/exchangeInfo", { weight: () => 20, reply: (p) => this.#exchangeInfo(p) }],
      ["/api/v3/klines", klines],
      ["/api/v3/uiKlines", klines],
      [
        "/api/v3/ticker/price",
        { weight: (q) => (q.has("symbol") ? 2 : 4), reply: (p, sight) => this.#prices(p, sight) },
      ],
      ["/api/v3/ticker/24hr", { weight: dayWeight, reply: (p, sight) => this.#days(p, sight) }],
    ]);
  }

  /** What a request weighs; null for a path that does not exist. */
  weight(path: string, query: URLSearchParams): number | null {
    return this.#endpoints.get(path)?.weight(query) ?? null;
  }

  reply(path: string, query: URLSearchParams, sight: Sight): Reply {
    const parameters = new RestParameters(query);
    const body = this.#endpoints.get(path)?.reply(parameters, sight);
    const { refusal } = parameters;
    return refusal === null ? { kind: "found", body } : { kind: "refused", refusal };
  }

  #klines(parameters: RestParameters, sight: Sight): unknown {
    const symbol = parameters.required("symbol", parameters.symbol());
    const timeframe = parameters.interval();
    const startTime = parameters.time("startTime");
    const endTime = parameters.time("endTime");
    parameters.timeZone();
    const limit = parameters.limit(LIMIT_DEFAULT, LIMIT_MAX);
    if (symbol !== null) this.#known(parameters, [symbol]);
    if (symbol === null || timeframe === null || parameters.refusal !== null) return null;
    const query = { symbol, timeframe, startTime, endTime, limit };
    return this.#market
      .klines(query, sight.asOf)
      .filter((candle) => candle.openTime + timeframeMs(timeframe) <= sight.endedUntil)
      .map((candle) => klineRow(timeframe, this.#revised(query, candle)));
  }

  /** The candle, or its revision where one was announced. */
  #revised(stream: { symbol: string; timeframe: string }, candle: MarketCandle): MarketCandle {
    const name = `${stream.symbol.toLowerCase()}@kline_${stream.timeframe}`;
    return this.#faults.isRevised(name, candle.openTime) ? revisedCandle(candle) : candle;
  }

  #exchangeInfo(parameters: RestParameters): unknown {
    const symbol = parameters.symbol();
    const symbols = parameters.symbols();
    const permissions = parameters.text("permissions", '^[A-Z0-9_"\\[\\],]+$');
    const status = parameters.word("symbolStatus");
    const sets = parameters.word("showPermissionSets");
    if (symbol !== null && symbols !== null) refuseCombination(parameters);
    if ((symbol ?? symbols) !== null && (permissions ?? status) !== null) {
      refuseCombination(parameters);
    }
    if (status !== null && !["TRADING", "HALT", "BREAK"].includes(status)) {
      parameters.refuse(-1122, "Invalid symbolStatus.");
    }
    const all = [...this.#market.instruments.keys()];
    const wanted = symbols ?? (symbol === null ? all : [symbol]);
    const instruments = this.#known(parameters, wanted);
    const isShown = (status ?? "TRADING") === "TRADING" && (permissions ?? "SPOT").includes("SPOT");
    return exchangeInfo(isShown ? instruments : [], {
      serverTime: this.#serverTime(),
      permissionSets: sets === "false" ? [] : [["SPOT", "MARGIN"]],
    });
  }

  #prices(parameters: RestParameters, sight: Sight): unknown {
    return this.#eachSymbol(parameters, (symbol) => ({
      symbol,
      price: (this.#market.lastPrice(symbol, sight.asOf) ?? 0).toFixed(8),
    }));
  }

  #days(parameters: RestParameters, sight: Sight): unknown {
    const type = parameters.word("type") ?? "FULL";
    if (type !== "FULL" && type !== "MINI") parameters.refuse(-1139, "Invalid ticker type.");
    return this.#eachSymbol(parameters, (symbol) => {
      const endTime = sight.asOf;
      const startTime = endTime - DAY_MS;
      const query = { symbol, timeframe: "1m", startTime, endTime } as const;
      const rows = [...this.#market.klines({ ...query, limit: DAY_MINUTES }, sight.asOf)];
      const mini = miniTicker(symbol, rows, { startTime, endTime });
      return type === "MINI" ? mini : fullTicker(mini, rows);
    });
  }

  #eachSymbol(parameters: RestParameters, describe: (symbol: string) => unknown): unknown {
    const symbol = parameters.symbol();
    const symbols = parameters.symbols();
    parameters.word("symbolStatus");
    if (symbol !== null && symbols !== null) refuseCombination(parameters);
    const all = [...this.#market.instruments.keys()];
    const wanted = this.#known(parameters, symbols ?? (symbol === null ? all : [symbol]));
    if (parameters.refusal !== null) return null;
    const described = wanted.map((instrument) => describe(instrument.symbol));
    return symbol === null ? described : described[0];
  }

  #known(parameters: RestParameters, symbols: readonly string[]): Instrument[] {
    const found: Instrument[] = [];
    for (const symbol of symbols) {
      const instrument = this.#market.instruments.get(symbol);
      if (instrument === undefined) parameters.refuse(INVALID_SYMBOL.code, INVALID_SYMBOL.msg);
      else found.push(instrument);
    }
    return found;
  }
}

function refuseCombination(parameters: RestParameters): void {
  parameters.refuse(-1128, "Combination of optional parameters invalid.");
}

function dayWeight(query: URLSearchParams): number {
  if (query.has("symbol")) return 2;
  const list = query.get("symbols");
  if (list === null) return 80;
  const count = list.split(",").length;
  if (count <= 20) return 2;
  return count <= 100 ? 40 : 80;
}
