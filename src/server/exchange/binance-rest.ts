/** Binance's public REST routes: time, exchange information and candles, within one weight budget. */
import { z } from "zod";
import { type Candle, candleFault } from "../../core/candle.ts";
import { type Fixed, parseFixed } from "../../core/fixed.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import type { Clock } from "../clock.ts";
import type { Answer, Refusal } from "./answer.ts";
import { parseDecimal } from "./decimal.ts";
import type { Purpose, WeightBudget } from "./rate-limit.ts";

export interface CandleQuery {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Rows that open at or after it; absent: the newest rows (up to `to`). */
  readonly from?: number;
  /** Rows that open at or before it. */
  readonly to?: number;
  /** 1 to 1,000. */
  readonly limit: number;
}

/** Rows that one request for candles may bring (`rest-api.md`, klines). */
export const CANDLE_ROWS_MAX = 1_000;

export interface BinanceRestParts {
  /** Such as `https://data-api.binance.vision`, without a slash at its end. */
  readonly url: string;
  readonly clock: Clock;
  readonly budget: WeightBudget;
}

/** Counters since the start, for metrics. */
export interface RestCounters {
  requests: number;
  refusals: number;
  inFlight: number;
}

export class BinanceRest {
  readonly counters: RestCounters = { requests: 0, refusals: 0, inFlight: 0 };
  readonly #url: string;
  readonly #clock: Clock;
  readonly #budget: WeightBudget;
  readonly #running = new Set<AbortController>();

  constructor({ url, clock, budget }: BinanceRestParts) {
    this.#url = url.replace(/\/+$/, "");
    this.#clock = clock;
    this.#budget = budget;
  }

  /** The exchange's clock, ms. */
  async time(purpose: Purpose): Promise<Answer<number>> {
    const answer = await this.#get("/api/v3/time", { weight: 1, purpose });
    return parsed(answer, timeSchema, ({ serverTime }) => serverTime);
  }

  /** What is traded under these symbols, in their order. */
  async instruments(symbols: readonly string[]): Promise<Answer<readonly Instrument[]>> {
    const query = new URLSearchParams({ symbols: JSON.stringify(symbols) });
    const path = `/api/v3/exchangeInfo?${query}`;
    const answer = await this.#get(path, { weight: 20, purpose: "repair" });
    return parsed(answer, exchangeInfoSchema, (info) => instrumentsOf(info, symbols));
  }

  /**
   * Candles ascending by open time, as the exchange shows them: the last row may still be forming.
   */
  async candles(query: CandleQuery, purpose: Purpose): Promise<Answer<readonly Candle[]>> {
    const parameters = new URLSearchParams({
      symbol: query.symbol,
      interval: query.timeframe,
      limit: String(query.limit),
    });
    if (query.from !== undefined) parameters.set("startTime", String(query.from));
    if (query.to !== undefined) parameters.set("endTime", String(query.to));
    const answer = await this.#get(`/api/v3/klines?${parameters}`, { weight: 2, purpose });
    return parsed(answer, rowsSchema, (rows) => candlesOf(rows, query));
  }

  /** Whether the exchange answers at all within the time. */
  async isReachable(timeoutMs: number): Promise<boolean> {
    const limits = { weight: 1, purpose: "history", timeoutMs } as const;
    return (await this.#get("/api/v3/ping", limits)).kind === "ok";
  }

  /** Ends the requests that still run; they answer `unreachable`. */
  close(): void {
    for (const controller of this.#running) controller.abort();
  }

  async #get(path: string, limits: RequestLimits): Promise<Answer<unknown>> {
    const waitMs = this.#budget.take(limits.weight, limits.purpose);
    if (waitMs > 0) return { kind: "rateLimited", retryAfterMs: waitMs };
    this.counters.requests += 1;
    this.counters.inFlight += 1;
    const answer = await this.#fetch(path, limits.timeoutMs ?? TIMEOUT_MS);
    this.counters.inFlight -= 1;
    if (answer.kind !== "ok") this.counters.refusals += 1;
    return answer;
  }

  async #fetch(path: string, timeoutMs: number): Promise<Answer<unknown>> {
    const controller = new AbortController();
    this.#running.add(controller);
    let timedOut = false;
    const timer = this.#clock.after(timeoutMs, () => {
      timedOut = true;
      controller.abort();
    });
    const window = this.#budget.window;
    try {
      const response = await fetch(this.#url + path, {
        signal: controller.signal,
        redirect: "error",
      });
      const used = Number(response.headers.get("x-mbx-used-weight-1m"));
      if (Number.isSafeInteger(used)) this.#budget.observe(used, window);
      const text = await boundedText(response);
      if (text === null) return malformed(`more than ${BODY_BYTES_MAX} bytes`);
      return response.ok ? jsonOf(text) : this.#refusal(response, text);
    } catch (error) {
      if (timedOut) return { kind: "timeout" };
      return { kind: "unreachable", reason: reasonOf(error) };
    } finally {
      timer.cancel();
      this.#running.delete(controller);
    }
  }

  #refusal(response: Response, text: string): Refusal {
    const { status } = response;
    const body = jsonOf(text);
    const error = errorSchema.safeParse(body.kind === "ok" ? body.value : null);
    const message = error.success ? error.data.msg.slice(0, MESSAGE_LENGTH_MAX) : "";
    const code = error.success ? error.data.code : 0;
    if (status === 429 || status === 418) {
      const retryAfterMs = this.#pauseOf(response, message, status);
      this.#budget.pause(retryAfterMs);
      return { kind: status === 429 ? "rateLimited" : "banned", retryAfterMs };
    }
    if (status === 403) {
      this.#budget.pause(BLOCKED_PAUSE_MS);
      return { kind: "blocked" };
    }
    if (status >= 500) return { kind: "unavailable", status };
    // -1121 "Invalid symbol.", -1100 for characters that no symbol has.
    if (code === -1121 || code === -1100) return { kind: "unknownSymbol", message };
    return { kind: "refused", status, code, message };
  }

  /** `Retry-After` in seconds; else the instant in a ban's text; else a cautious guess. */
  #pauseOf(response: Response, message: string, status: 429 | 418): number {
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    if (seconds >= 0) return Math.min(seconds * 1000, PAUSE_MAX_MS);
    const until = /banned until (\d{13})\b/.exec(message)?.[1];
    const pauseMs = until === undefined ? 0 : Number(until) - this.#clock.now();
    if (pauseMs > 0) return Math.min(pauseMs, PAUSE_MAX_MS);
    return status === 429 ? RATE_LIMITED_PAUSE_MS : BANNED_PAUSE_MS;
  }
}

interface RequestLimits {
  readonly weight: number;
  readonly purpose: Purpose;
  readonly timeoutMs?: number;
}

/** Binance gives up after 10 s itself; a repair that waits longer is better asked again. */
const TIMEOUT_MS = 5_000;

/** 1,000 candles take some 180 kB; ten times that is no answer of this exchange. */
const BODY_BYTES_MAX = 2 * 1024 * 1024;

/** What is kept of the exchange's error texts; they end in logs. */
const MESSAGE_LENGTH_MAX = 200;

/** A 429 without `Retry-After`: the window is over by then. */
const RATE_LIMITED_PAUSE_MS = 60_000;

/** The shortest ban, when a 418 does not say how long it lasts. */
const BANNED_PAUSE_MS = 120_000;

/** Bans last up to 3 days. */
const PAUSE_MAX_MS = 3 * 86_400_000;

/** The firewall gives no hint; half a minute neither provokes it nor leaves the feed long behind. */
const BLOCKED_PAUSE_MS = 30_000;

const errorSchema = z.object({ code: z.number(), msg: z.string() });
const timeSchema = z.object({ serverTime: z.int().positive() });
const decimal = z.unknown().transform((value, context) => {
  const number = parseDecimal(value);
  if (number !== null) return number;
  context.addIssue({ code: "custom", message: "no decimal" });
  return z.NEVER;
});
const rowSchema = z
  .tuple([z.int(), decimal, decimal, decimal, decimal, decimal])
  .rest(z.unknown())
  .transform(([openTime, open, high, low, close, volume]) => ({
    openTime,
    open,
    high,
    low,
    close,
    volume,
  }));
const rowsSchema = z.array(rowSchema).max(CANDLE_ROWS_MAX);

const filterSchema = z.object({
  filterType: z.string(),
  tickSize: z.string().optional(),
  stepSize: z.string().optional(),
  minQty: z.string().optional(),
  minNotional: z.string().optional(),
});
const exchangeInfoSchema = z.object({
  symbols: z.array(
    z.object({
      symbol: z.string(),
      baseAsset: z.string(),
      quoteAsset: z.string(),
      filters: z.array(filterSchema),
    }),
  ),
});
type SymbolInfo = z.infer<typeof exchangeInfoSchema>["symbols"][number];

/** Parses an answer and turns it into what was asked for; a text says why it cannot be. */
function parsed<Schema extends z.ZodType, T>(
  answer: Answer<unknown>,
  schema: Schema,
  into: (value: z.output<Schema>) => T | string,
): Answer<T> {
  if (answer.kind !== "ok") return answer;
  const result = schema.safeParse(answer.value);
  if (!result.success) {
    const issue = result.error.issues[0];
    return malformed(`${issue?.path.join(".")}: ${issue?.message}`);
  }
  const value = into(result.data);
  return typeof value === "string" ? malformed(value) : { kind: "ok", value };
}

function candlesOf(rows: readonly Candle[], query: CandleQuery): readonly Candle[] | string {
  let last = query.from === undefined ? -1 : query.from - 1;
  for (const row of rows) {
    const fault = candleFault(query.timeframe, row);
    if (fault !== null) return fault;
    if (row.openTime <= last) return `row ${row.openTime} does not follow ${last}`;
    if (query.to !== undefined && row.openTime > query.to) return `row ${row.openTime} is too late`;
    last = row.openTime;
  }
  return rows.length > query.limit ? `${rows.length} rows for ${query.limit}` : rows;
}

function instrumentsOf(
  info: z.infer<typeof exchangeInfoSchema>,
  symbols: readonly string[],
): readonly Instrument[] | string {
  const found: Instrument[] = [];
  for (const symbol of symbols) {
    const row = info.symbols.find((candidate) => candidate.symbol === symbol);
    if (row === undefined) return `${symbol} is missing`;
    const instrument = instrumentOf(row);
    if (typeof instrument === "string") return `${symbol}: ${instrument}`;
    found.push(instrument);
  }
  return found;
}

/** Reads tick, step and minima from the filters (`filters.md`); other filters are left alone. */
function instrumentOf(row: SymbolInfo): Instrument | string {
  const filter = (type: string) => row.filters.find(({ filterType }) => filterType === type);
  const lot = filter("LOT_SIZE");
  const notional = filter("NOTIONAL") ?? filter("MIN_NOTIONAL");
  const tickSize = positive(filter("PRICE_FILTER")?.tickSize);
  const stepSize = positive(lot?.stepSize);
  const quantityMin = parseFixed(lot?.minQty ?? "");
  const notionalMin = parseFixed(notional?.minNotional ?? "0");
  if (tickSize === null || stepSize === null) return "no tick or step size";
  if (quantityMin === null || quantityMin < 0n) return "no smallest quantity";
  if (notionalMin === null || notionalMin < 0n) return "no smallest notional";
  const { symbol, baseAsset, quoteAsset } = row;
  return { symbol, baseAsset, quoteAsset, tickSize, stepSize, quantityMin, notionalMin };
}

/** "0" switches a filter off; a market without tick or step does not exist on the spot exchange. */
function positive(text: string | undefined): Fixed | null {
  const value = parseFixed(text ?? "");
  return value !== null && value > 0n ? value : null;
}

/** The body as text, or null when it is larger than any answer. */
async function boundedText(response: Response): Promise<string | null> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function jsonOf(text: string): Answer<unknown> {
  try {
    return { kind: "ok", value: JSON.parse(text) };
  } catch {
    return malformed("not JSON");
  }
}

function malformed(reason: string): Refusal {
  return { kind: "malformed", reason };
}

/** `fetch` hides what happened in the cause of "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.cause instanceof Error && error.cause.message !== "") return error.cause.message;
  return error.message;
}
