/** The configuration: every environment variable read once, all wrong ones named at once. */
import {
  addresses,
  anyHost,
  credential,
  databaseUrl,
  email,
  emails,
  flag,
  folder,
  integer,
  issuer,
  loopbackHost,
  origin,
  type Parse,
  safeOrigin,
  secret,
  token,
  url,
  value,
  wrong,
} from "./setting.ts";

/** Which market was asked for; `automatic` means Binance where it can be reached. */
export type MarketChoice =
  | { readonly kind: "automatic" }
  | { readonly kind: "binance" }
  | { readonly kind: "simulated" }
  | { readonly kind: "replay"; readonly files: readonly string[] };

/** Protected mode: everybody signs in with the provider. */
export interface SignInConfig {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The OpenID provider's issuer identifier. */
  readonly issuer: string;
  /** Signs what the browser keeps during a sign-in; null: Outcry makes one and keeps it. */
  readonly secret: string | null;
  /** Lower case, as all addresses here. Its first sign-in becomes user 1. */
  readonly ownerEmail: string | null;
  /** Addresses, or `@domain` for all of one; null lets everybody in. */
  readonly allowedEmails: readonly string[] | null;
}

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
  /** An external PostgreSQL; null for the one that Outcry starts in its data folder. */
  readonly databaseUrl: string | null;
  /** Null: local mode, without login, for this machine only. */
  readonly signIn: SignInConfig | null;
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

/** Reads the whole configuration; an empty value counts as none. */
export function parseConfig(environment: Environment): ConfigResult {
  const refusals: ConfigRefusal[] = [];
  const read: Read = (name, parse, absent) => {
    const text = environment[name]?.trim() ?? "";
    if (text === "") return absent;
    const parsed = parse(text);
    if (parsed.kind === "value") return parsed.value;
    refusals.push({ name, found: shown(name, text), expected: parsed.expected });
    return absent;
  };
  const unprotectedHost = read("ALLOW_UNPROTECTED_HOST", flag, false);
  const signIn = readSignIn(environment, read, refusals);
  const mayListenAnywhere = unprotectedHost || signIn !== null;
  const config: Config = {
    port: read("PORT", integer(0, 65_535), 3_000),
    host: read(
      "HOST",
      mayListenAnywhere ? anyHost : loopbackHost,
      signIn === null ? "127.0.0.1" : "0.0.0.0",
    ),
    market: read("MARKET", market, { kind: "automatic" }),
    symbols: read<readonly string[] | null>("SYMBOLS", symbols, null),
    binanceRestUrl: read("BINANCE_REST_URL", url("http"), "https://data-api.binance.vision"),
    binanceStreamUrl: read("BINANCE_STREAM_URL", url("ws"), "wss://data-stream.binance.vision"),
    dataFolder: read("OUTCRY_DATA", folder, "./data"),
    databaseUrl: read<string | null>("DATABASE_URL", databaseUrl, null),
    signIn,
    appUrl: read(
      nameSet(environment, "APP_URL", "NEXTAUTH_URL"),
      signIn === null ? origin : safeOrigin,
      "http://localhost:3000",
    ),
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

type Read = <Value>(name: string, parse: Parse<Value>, absent: Value) => Value;

/** Both credentials mean protected mode; one without the other is a mistake, not a mode. */
function readSignIn(
  environment: Environment,
  read: Read,
  refusals: ConfigRefusal[],
): SignInConfig | null {
  const clientId = read<string | null>("GOOGLE_CLIENT_ID", credential, null);
  const clientSecret = read<string | null>("GOOGLE_CLIENT_SECRET", credential, null);
  const secretName = nameSet(environment, "SESSION_SECRET", "NEXTAUTH_SECRET");
  const rest = {
    issuer: read("OIDC_ISSUER", issuer, "https://accounts.google.com"),
    secret: read<string | null>(secretName, secret, null),
    ownerEmail: read<string | null>("OWNER_EMAIL", email, null),
    allowedEmails: read<readonly string[] | null>("ALLOWED_EMAILS", emails, null),
  };
  const isSet = (name: string) => (environment[name]?.trim() ?? "") !== "";
  for (const [missing, present] of PAIRS) {
    if (isSet(missing) || !isSet(present)) continue;
    const expected = `the value that belongs to ${present}: both are set for sign-in, or none for local mode`;
    refusals.push({ name: missing, found: "", expected });
  }
  if (clientId === null || clientSecret === null) return null;
  return { clientId, clientSecret, ...rest };
}

/** Each needs the other. */
const PAIRS = [
  ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
  ["GOOGLE_CLIENT_SECRET", "GOOGLE_CLIENT_ID"],
] as const;

/** The name by which a variable is set, its own before the older one. */
function nameSet(environment: Environment, name: string, older: string): string {
  const isSet = (each: string) => (environment[each]?.trim() ?? "") !== "";
  return !isSet(name) && isSet(older) ? older : name;
}

/** The one line that a person reads for one wrong variable. */
export function refusalLine(refusal: ConfigRefusal): string {
  const found = foundText(refusal.found);
  return `${refusal.name}: found ${found}, expected ${refusal.expected}`;
}

function foundText(found: string | null): string {
  if (found === null) return "a value that is not shown";
  return found === "" ? "nothing" : `"${found}"`;
}

const SECRETS: ReadonlySet<string> = new Set([
  "METRICS_TOKEN",
  "DATABASE_URL",
  "GOOGLE_CLIENT_SECRET",
  "SESSION_SECRET",
  "NEXTAUTH_SECRET",
]);

/** Longest piece of a wrong value that is repeated to the reader. */
const SHOWN_MAX = 80;

function shown(name: string, text: string): string | null {
  // A URL with a login in it is a secret too.
  if (SECRETS.has(name) || text.includes("@")) return null;
  const printable = text.replace(/[^\x20-\x7e]/g, "?");
  return printable.length <= SHOWN_MAX ? printable : `${printable.slice(0, SHOWN_MAX)}…`;
}

const logLevel: Parse<LogLevel> = (text) => {
  const found = LOG_LEVELS.find((level) => level === text);
  return found === undefined ? wrong(`one of ${LOG_LEVELS.join(", ")}`) : value(found);
};

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
