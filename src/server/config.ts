/** The configuration: every environment variable read once, all wrong ones named at once. */
import { isIP } from "node:net";

/** Which market was asked for; `automatic` means Binance where it can be reached. */
export type MarketChoice =
  | { readonly kind: "automatic" }
  | { readonly kind: "binance" }
  | { readonly kind: "simulated" }
  | { readonly kind: "replay"; readonly files: readonly string[] };

export interface Config {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  readonly market: MarketChoice;
  /** Null where nothing was said: the replayed files' own, else `SYMBOLS_DEFAULT`. */
  readonly symbols: readonly string[] | null;
  readonly binanceRestUrl: string;
  readonly binanceStreamUrl: string;
  readonly dataFolder: string;
  /** The origin under which browsers reach the server. */
  readonly appUrl: string;
  readonly metricsToken: string | null;
  /** Addresses of the proxies in front whose `X-Forwarded-*` headers are believed. */
  readonly trustProxy: readonly string[];
  readonly simulatedSeed: number;
  /** Minutes of market a minute; 1 on Binance. */
  readonly marketSpeed: number;
  readonly logLevel: LogLevel;
}

/** One wrong variable; `found` is null where the value must not be shown. */
export interface ConfigRefusal {
  readonly name: string;
  readonly found: string | null;
  readonly expected: string;
}

export type ConfigResult =
  | { readonly kind: "config"; readonly config: Config }
  | { readonly kind: "refused"; readonly refusals: readonly ConfigRefusal[] };

export type Environment = Readonly<Record<string, string | undefined>>;

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const SYMBOLS_DEFAULT = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT"] as const;

/** One connection a timeframe carries all symbols; the exchange allows 1,024 streams on each. */
export const SYMBOLS_MAX = 100;

/** Replay files named at once; each is one symbol's history. */
export const REPLAY_FILES_MAX = SYMBOLS_MAX;

/** An hour of market a second: beyond it, closes come faster than a chart is drawn. */
export const MARKET_SPEED_MAX = 3_600;

/** 24 characters of a random alphabet hold more than 128 bits. */
export const METRICS_TOKEN_LENGTH_MIN = 24;

/** Reads the whole configuration; an empty value counts as none. */
export function parseConfig(environment: Environment): ConfigResult {
  const refusals: ConfigRefusal[] = [];
  const read = <Value>(name: string, parse: Parse<Value>, absent: Value): Value => {
    const text = environment[name]?.trim() ?? "";
    if (text === "") return absent;
    const parsed = parse(text);
    if (parsed.kind === "value") return parsed.value;
    refusals.push({ name, found: shown(name, text), expected: parsed.expected });
    return absent;
  };
  const unprotectedHost = read("ALLOW_UNPROTECTED_HOST", flag, false);
  const config: Config = {
    port: read("PORT", integer(0, 65_535), 3_000),
    host: read("HOST", unprotectedHost ? anyHost : loopbackHost, "127.0.0.1"),
    market: read("MARKET", market, { kind: "automatic" }),
    symbols: read<readonly string[] | null>("SYMBOLS", symbols, null),
    binanceRestUrl: read("BINANCE_REST_URL", url("http"), "https://data-api.binance.vision"),
    binanceStreamUrl: read("BINANCE_STREAM_URL", url("ws"), "wss://data-stream.binance.vision"),
    dataFolder: read("OUTCRY_DATA", folder, "./data"),
    appUrl: read("APP_URL", origin, "http://localhost:3000"),
    metricsToken: read<string | null>("METRICS_TOKEN", token, null),
    trustProxy: read("TRUST_PROXY", addresses, []),
    simulatedSeed: read("SIMULATED_SEED", integer(0, 4_294_967_295), 1),
    marketSpeed: read("MARKET_SPEED", integer(1, MARKET_SPEED_MAX), 1),
    logLevel: read("LOG_LEVEL", logLevel, "info"),
  };
  if (config.market.kind === "binance" && config.marketSpeed !== 1) {
    const found = String(config.marketSpeed);
    refusals.push({ name: "MARKET_SPEED", found, expected: "1 where MARKET is binance" });
  }
  return refusals.length === 0 ? { kind: "config", config } : { kind: "refused", refusals };
}

/** The one line that a person reads for one wrong variable. */
export function refusalLine(refusal: ConfigRefusal): string {
  const found = refusal.found === null ? "a value that is not shown" : `"${refusal.found}"`;
  return `${refusal.name}: found ${found}, expected ${refusal.expected}`;
}

type Parsed<Value> =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "wrong"; readonly expected: string };
type Parse<Value> = (text: string) => Parsed<Value>;

const SECRETS: ReadonlySet<string> = new Set(["METRICS_TOKEN"]);

/** Longest piece of a wrong value that is repeated to the reader. */
const SHOWN_MAX = 80;

function shown(name: string, text: string): string | null {
  // A URL with a login in it is a secret too.
  if (SECRETS.has(name) || text.includes("@")) return null;
  const printable = text.replace(/[^\x20-\x7e]/g, "?");
  return printable.length <= SHOWN_MAX ? printable : `${printable.slice(0, SHOWN_MAX)}…`;
}

function value<Value>(parsed: Value): Parsed<Value> {
  return { kind: "value", value: parsed };
}

function wrong(expected: string): Parsed<never> {
  return { kind: "wrong", expected };
}

function integer(min: number, max: number): Parse<number> {
  return (text) => {
    const parsed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    const fits = parsed >= min && parsed <= max;
    return fits ? value(parsed) : wrong(`a whole number from ${min} to ${max}`);
  };
}

const flag: Parse<boolean> = (text) => {
  if (text === "1") return value(true);
  return text === "0" ? value(false) : wrong("1 or nothing");
};

const logLevel: Parse<LogLevel> = (text) => {
  const found = LOG_LEVELS.find((level) => level === text);
  return found === undefined ? wrong(`one of ${LOG_LEVELS.join(", ")}`) : value(found);
};

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

const loopbackHost: Parse<string> = (text) =>
  LOOPBACK.includes(text)
    ? value(text)
    : wrong(
        `one of ${LOOPBACK.join(", ")}: without a login only this machine may reach the server ` +
          "(ALLOW_UNPROTECTED_HOST=1 lifts this where something else keeps others out)",
      );

const anyHost: Parse<string> = (text) =>
  isIP(text) !== 0 || text === "localhost" ? value(text) : wrong("an IP address or localhost");

const MARKETS = "binance, simulated or replay:<file>[,<file>…]";

const market: Parse<MarketChoice> = (text) => {
  if (text === "binance" || text === "simulated") return value({ kind: text });
  if (!text.startsWith("replay:")) return wrong(MARKETS);
  const files = text.slice("replay:".length).split(",");
  if (files.some((file) => file.trim() === "")) return wrong(MARKETS);
  if (files.length > REPLAY_FILES_MAX) return wrong(`at most ${REPLAY_FILES_MAX} files`);
  return value({ kind: "replay", files: files.map((file) => file.trim()) });
};

const symbols: Parse<readonly string[]> = (text) => {
  const parts = text.split(",").map((part) => part.trim());
  const expected = `1 to ${SYMBOLS_MAX} different symbols in capitals, such as BTCUSDT,ETHUSDT`;
  if (parts.some((part) => !/^[A-Z0-9]{3,24}$/.test(part))) return wrong(expected);
  if (new Set(parts).size !== parts.length || parts.length > SYMBOLS_MAX) return wrong(expected);
  return value(parts);
};

/** An address without login, query or fragment; a path may follow, a closing slash is dropped. */
function url(protocol: "http" | "ws"): Parse<string> {
  const expected = `a URL that begins with ${protocol}:// or ${protocol}s://, without login or query`;
  return (text) => {
    const parsed = URL.parse(text);
    if (parsed === null) return wrong(expected);
    if (parsed.protocol !== `${protocol}:` && parsed.protocol !== `${protocol}s:`) {
      return wrong(expected);
    }
    const extra = parsed.username + parsed.password + parsed.search + parsed.hash;
    return extra === "" ? value(parsed.href.replace(/\/+$/, "")) : wrong(expected);
  };
}

const origin: Parse<string> = (text) => {
  const parsed = url("http")(text);
  if (parsed.kind === "value" && new URL(parsed.value).pathname === "/") return parsed;
  return wrong("the page's origin, such as https://trade.example.org");
};

const folder: Parse<string> = (text) =>
  text.includes("\0") ? wrong("the path of a folder") : value(text);

const token: Parse<string> = (text) =>
  /^[\x21-\x7e]+$/.test(text) && text.length >= METRICS_TOKEN_LENGTH_MIN
    ? value(text)
    : wrong(`at least ${METRICS_TOKEN_LENGTH_MIN} printable characters without spaces`);

const addresses: Parse<readonly string[]> = (text) => {
  const parts = text.split(",").map((part) => part.trim());
  const expected = "IP addresses or networks, such as 10.0.0.2,172.16.0.0/12";
  return parts.every(isNetwork) ? value(parts) : wrong(expected);
};

function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}
