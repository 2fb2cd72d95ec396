/** The configuration, variable by variable: what is taken, what is refused and in which words. */
import { describe, expect, test } from "vitest";
import { type Config, type Environment, parseConfig, refusalLine } from "./config.ts";

function configOf(environment: Environment): Config {
  const result = parseConfig(environment);
  if (result.kind === "refused") throw new Error(result.refusals.map(refusalLine).join("\n"));
  return result.config;
}

function linesOf(environment: Environment): string[] {
  const result = parseConfig(environment);
  return result.kind === "refused" ? result.refusals.map(refusalLine) : [];
}

const CREDENTIALS = {
  GOOGLE_CLIENT_ID: "client-id.apps.example",
  GOOGLE_CLIENT_SECRET: "client-secret",
};
const STRONG = "kD9f3lQm7ZxP1vTe8sWc2uYb5nRh4jGo";

describe("configuration", () => {
  test("nothing set gives the documented defaults", () => {
    expect(configOf({})).toEqual({
      port: 3000,
      host: "127.0.0.1",
      market: { kind: "automatic" },
      symbols: null,
      binanceRestUrl: "https://data-api.binance.vision",
      binanceStreamUrl: "wss://data-stream.binance.vision",
      dataFolder: "./data",
      databaseUrl: null,
      signIn: null,
      appUrl: "http://localhost:3000",
      metricsToken: null,
      trustProxy: [],
      simulatedSeed: 1,
      marketSpeed: 1,
      logLevel: "info",
    });
  });

  const taken: ReadonlyArray<[Environment, Partial<Config>]> = [
    [{ PORT: "0" }, { port: 0 }],
    [{ PORT: "65535" }, { port: 65_535 }],
    [{ PORT: "" }, { port: 3000 }],
    [{ PORT: " 8080 " }, { port: 8080 }],
    [{ HOST: "::1" }, { host: "::1" }],
    [{ HOST: "localhost" }, { host: "localhost" }],
    [{ HOST: "0.0.0.0", ALLOW_UNPROTECTED_HOST: "1" }, { host: "0.0.0.0" }],
    [{ MARKET: "binance" }, { market: { kind: "binance" } }],
    [{ MARKET: "simulated", MARKET_SPEED: "60" }, { marketSpeed: 60 }],
    [
      { MARKET: "replay:a.csv.gz, b.csv.gz" },
      { market: { kind: "replay", files: ["a.csv.gz", "b.csv.gz"] } },
    ],
    [{ SYMBOLS: "BTCUSDT, ETHUSDT" }, { symbols: ["BTCUSDT", "ETHUSDT"] }],
    [{ BINANCE_REST_URL: "http://127.0.0.1:9000/" }, { binanceRestUrl: "http://127.0.0.1:9000" }],
    [{ BINANCE_STREAM_URL: "ws://[::1]:9000" }, { binanceStreamUrl: "ws://[::1]:9000" }],
    [{ APP_URL: "https://trade.example.org/" }, { appUrl: "https://trade.example.org" }],
    [{ METRICS_TOKEN: "x".repeat(24) }, { metricsToken: "x".repeat(24) }],
    [{ TRUST_PROXY: "10.0.0.2,172.16.0.0/12" }, { trustProxy: ["10.0.0.2", "172.16.0.0/12"] }],
    [{ SIMULATED_SEED: "4294967295" }, { simulatedSeed: 4_294_967_295 }],
    [{ LOG_LEVEL: "silent" }, { logLevel: "silent" }],
    [{ OUTCRY_DATA: "/var/lib/outcry" }, { dataFolder: "/var/lib/outcry" }],
    [
      { DATABASE_URL: "postgres://o:p@db.example/outcry" },
      { databaseUrl: "postgres://o:p@db.example/outcry" },
    ],
    [
      CREDENTIALS,
      {
        host: "0.0.0.0",
        appUrl: "http://localhost:3000",
        signIn: {
          clientId: "client-id.apps.example",
          clientSecret: "client-secret",
          issuer: "https://accounts.google.com",
          secret: null,
          ownerEmail: null,
          allowedEmails: null,
        },
      },
    ],
    [{ ...CREDENTIALS, HOST: "127.0.0.1" }, { host: "127.0.0.1" }],
    [
      { ...CREDENTIALS, APP_URL: "https://trade.example.org" },
      { appUrl: "https://trade.example.org" },
    ],
    [{ ...CREDENTIALS, APP_URL: "http://[::1]:3000" }, { appUrl: "http://[::1]:3000" }],
    [
      { ...CREDENTIALS, NEXTAUTH_URL: "https://old.example.org" },
      { appUrl: "https://old.example.org" },
    ],
    [
      { APP_URL: "https://new.example.org", NEXTAUTH_URL: "https://old.example.org" },
      { appUrl: "https://new.example.org" },
    ],
    // What is for sign-in only says nothing in local mode.
    [{ OWNER_EMAIL: "ann@example.org", SESSION_SECRET: STRONG }, { signIn: null }],
  ];
  test.each(taken)("%j is taken", (environment, expected) => {
    expect(configOf(environment)).toMatchObject(expected);
  });

  const refused: ReadonlyArray<[Environment, string]> = [
    [{ PORT: "65536" }, 'PORT: found "65536", expected a whole number from 0 to 65535'],
    [{ PORT: "3000x" }, 'PORT: found "3000x", expected a whole number from 0 to 65535'],
    [{ PORT: "-1" }, 'PORT: found "-1", expected a whole number from 0 to 65535'],
    [
      { HOST: "0.0.0.0" },
      'HOST: found "0.0.0.0", expected one of 127.0.0.1, ::1, localhost: without a login only this machine may reach the server (ALLOW_UNPROTECTED_HOST=1 lifts this where something else keeps others out)',
    ],
    [
      { HOST: "a b", ALLOW_UNPROTECTED_HOST: "1" },
      'HOST: found "a b", expected an IP address or localhost',
    ],
    [
      { ALLOW_UNPROTECTED_HOST: "yes" },
      'ALLOW_UNPROTECTED_HOST: found "yes", expected 1 or nothing',
    ],
    [
      { MARKET: "kraken" },
      'MARKET: found "kraken", expected binance, simulated or replay:<file>[,<file>…]',
    ],
    [
      { MARKET: "replay:" },
      'MARKET: found "replay:", expected binance, simulated or replay:<file>[,<file>…]',
    ],
    [
      { SYMBOLS: "btcusdt" },
      'SYMBOLS: found "btcusdt", expected 1 to 100 different symbols in capitals, such as BTCUSDT,ETHUSDT',
    ],
    [
      { SYMBOLS: "BTCUSDT,BTCUSDT" },
      'SYMBOLS: found "BTCUSDT,BTCUSDT", expected 1 to 100 different symbols in capitals, such as BTCUSDT,ETHUSDT',
    ],
    [
      { BINANCE_REST_URL: "wss://x" },
      'BINANCE_REST_URL: found "wss://x", expected a URL that begins with http:// or https://, without login or query',
    ],
    [
      { BINANCE_STREAM_URL: "wss://user:secret@x" },
      "BINANCE_STREAM_URL: found a value that is not shown, expected a URL that begins with ws:// or wss://, without login or query",
    ],
    [
      { APP_URL: "https://x.org/page" },
      'APP_URL: found "https://x.org/page", expected the page\'s origin, such as https://trade.example.org',
    ],
    [
      { DATABASE_URL: "mysql://root:secret@db/outcry" },
      "DATABASE_URL: found a value that is not shown, expected postgres://user:password@host:5432/database",
    ],
    [
      { GOOGLE_CLIENT_ID: "client-id.apps.example" },
      "GOOGLE_CLIENT_SECRET: found nothing, expected the value that belongs to GOOGLE_CLIENT_ID: both are set for sign-in, or none for local mode",
    ],
    [
      { GOOGLE_CLIENT_SECRET: "client-secret" },
      "GOOGLE_CLIENT_ID: found nothing, expected the value that belongs to GOOGLE_CLIENT_SECRET: both are set for sign-in, or none for local mode",
    ],
    [
      { ...CREDENTIALS, GOOGLE_CLIENT_SECRET: "se cret" },
      "GOOGLE_CLIENT_SECRET: found a value that is not shown, expected the text that the provider gave, 8 to 512 characters without spaces",
    ],
    [
      { ...CREDENTIALS, APP_URL: "http://trade.example.org" },
      'APP_URL: found "http://trade.example.org", expected an https:// origin: with a login, http:// is taken for localhost only',
    ],
    [
      { ...CREDENTIALS, NEXTAUTH_URL: "https://x.example/api/auth" },
      'NEXTAUTH_URL: found "https://x.example/api/auth", expected the page\'s origin, such as https://trade.example.org',
    ],
    [
      { OIDC_ISSUER: "http://idp.example.org" },
      'OIDC_ISSUER: found "http://idp.example.org", expected the provider\'s issuer, such as https://accounts.google.com',
    ],
    ...["short", "a".repeat(64), "changeme".repeat(8)].flatMap((weak) =>
      ["SESSION_SECRET", "NEXTAUTH_SECRET"].map((name): [Environment, string] => [
        { ...CREDENTIALS, [name]: weak },
        `${name}: found a value that is not shown, expected at least 32 random characters (openssl rand -base64 32 makes some), or nothing`,
      ]),
    ),
    [{ OWNER_EMAIL: "ann" }, 'OWNER_EMAIL: found "ann", expected one e-mail address'],
    [
      { ALLOWED_EMAILS: "example.org" },
      'ALLOWED_EMAILS: found "example.org", expected e-mail addresses or domains, such as ann@example.org,@example.com',
    ],
    [
      { METRICS_TOKEN: "hunter2" },
      "METRICS_TOKEN: found a value that is not shown, expected at least 24 printable characters without spaces",
    ],
    [
      { TRUST_PROXY: "10.0.0.0/33" },
      'TRUST_PROXY: found "10.0.0.0/33", expected IP addresses or networks, such as 10.0.0.2,172.16.0.0/12',
    ],
    [
      { SIMULATED_SEED: "1.5" },
      'SIMULATED_SEED: found "1.5", expected a whole number from 0 to 4294967295',
    ],
    [{ MARKET_SPEED: "0" }, 'MARKET_SPEED: found "0", expected a whole number from 1 to 3600'],
    [
      { MARKET: "binance", MARKET_SPEED: "2" },
      'MARKET_SPEED: found "2", expected 1 where MARKET is binance',
    ],
    [
      { LOG_LEVEL: "loud" },
      'LOG_LEVEL: found "loud", expected one of trace, debug, info, warn, error, fatal, silent',
    ],
    [
      { PORT: "9".repeat(100) },
      `PORT: found "${"9".repeat(80)}…", expected a whole number from 0 to 65535`,
    ],
  ];
  test.each(refused)("%j is refused", (environment, line) => {
    expect(linesOf(environment)).toEqual([line]);
  });

  test("of sign-in, addresses are kept in lower case, and the older name of the secret is read", () => {
    const { signIn } = configOf({
      ...CREDENTIALS,
      OIDC_ISSUER: "http://127.0.0.1:9000",
      NEXTAUTH_SECRET: STRONG,
      OWNER_EMAIL: "Ann@Example.org",
      ALLOWED_EMAILS: "Bob@example.org, @Firm.example",
    });
    expect(signIn).toMatchObject({
      issuer: "http://127.0.0.1:9000",
      secret: STRONG,
      ownerEmail: "ann@example.org",
      allowedEmails: ["bob@example.org", "@firm.example"],
    });
  });

  test("a hundred symbols are taken, one more is refused", () => {
    const symbols = Array.from({ length: 101 }, (_, i) => `S${i}USDT`);
    expect(linesOf({ SYMBOLS: symbols.slice(0, 100).join(",") })).toEqual([]);
    expect(linesOf({ SYMBOLS: symbols.join(",") })).toHaveLength(1);
  });

  test("all wrong variables are named at once", () => {
    const lines = linesOf({ PORT: "x", MARKET: "x", SYMBOLS: "x", LOG_LEVEL: "x" });
    expect(lines.map((line) => line.split(":")[0])).toEqual([
      "PORT",
      "MARKET",
      "SYMBOLS",
      "LOG_LEVEL",
    ]);
  });
});
