/** The composition root: reads the environment, builds everything once, closes it in reverse. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { unreachable } from "../core/assert.ts";
import { instrumentAnswer } from "../protocol/market.ts";
import type { Market } from "../protocol/stream.ts";
import { keptSessionSecret, LoginWatch, openAuth, type SignInOptions } from "./auth/auth.ts";
import { systemClock } from "./clock.ts";
import {
  type Config,
  type ConfigRefusal,
  type Environment,
  parseConfig,
  refusalLine,
  SYMBOLS_DEFAULT,
} from "./config.ts";
import { createBinanceExchange, type Exchange } from "./exchange/exchange.ts";
import { createFeed } from "./feed/feed.ts";
import {
  type App,
  buildHttp,
  MarketGate,
  OpeningGate,
  type Pages,
  type People,
  StreamHub,
} from "./http/http.ts";
import { IndicatorSeries } from "./indicators/indicators.ts";
import { createLog, type Log } from "./log.ts";
import { databaseMarket } from "./market-database.ts";
import { Metrics } from "./metrics.ts";
import { type SimulatedMarket, startSimulatedExchange } from "./simulated-exchange.ts";
import {
  type CandleStore,
  type Database,
  openCandleStore,
  type Storage,
  StorageFault,
  startDatabase,
} from "./storage/storage.ts";
import { Strategies } from "./strategies/strategies.ts";

/** Binance answers within half a second; a machine without internet often only by this silence. */
const REACHABLE_MS_MAX = 3_000;

/** A stop is promised within 10 s: what is still open after this time is cut. */
const REQUESTS_MS_MAX = 6_000;
const STOP_MS_MAX = 9_000;

export interface OutcryParts {
  readonly config: Config;
  readonly pages: Pages;
  readonly log: Log;
  /** Something that everything depends on could not start, or has ended by itself. */
  readonly onFault: (cause: unknown) => void;
}

/** The start cannot go on until a person changes something; the message says what. */
class StartRefusal extends Error {
  override readonly name = "StartRefusal";
}

/** The whole server. It listens as soon as it is started; database and market open meanwhile. */
export class Outcry {
  /** Where it listens. */
  readonly url: string;
  readonly #parts: OutcryParts;
  readonly #app: App;
  readonly #gate: MarketGate;
  readonly #people: OpeningGate<People>;
  readonly #metrics: Metrics;
  /** What to close, in the order in which it was built. */
  readonly #built: Array<() => unknown> = [];
  #isClosing = false;

  static async start(parts: OutcryParts): Promise<Outcry> {
    const gate = new MarketGate();
    const people = new OpeningGate<People>();
    const metrics = new Metrics();
    const { config, log, pages } = parts;
    // Another process does this work, while this one builds the web server.
    const database = startedDatabase(parts);
    const mode = config.signIn === null ? "local" : "protected";
    const app = await buildHttp({ ...config, mode, log, gate, people, metrics, pages });
    const meaning = mode === "local" ? "no login, for this machine only" : "everybody signs in";
    const listenTextResolver = (address: string) =>
      `Outcry listens on ${address} (${mode} mode: ${meaning})`;
    const { port, host } = config;
    const url = await app.listen({ port, host, listenTextResolver }).catch(async (cause) => {
      await database.then((started) => started.close()).catch(() => {});
      throw cause;
    });
    const outcry = new Outcry({ parts, app, gate, people, metrics, url });
    outcry.#open(database).catch((cause: unknown) => {
      if (!outcry.#isClosing) parts.onFault(cause);
    });
    return outcry;
  }

  private constructor(built: {
    readonly parts: OutcryParts;
    readonly app: App;
    readonly gate: MarketGate;
    readonly people: OpeningGate<People>;
    readonly metrics: Metrics;
    readonly url: string;
  }) {
    this.#parts = built.parts;
    this.#app = built.app;
    this.#gate = built.gate;
    this.#people = built.people;
    this.#metrics = built.metrics;
    this.url = built.url;
  }

  /** Takes no new request, tells the streams, lets requests finish, then closes all the rest. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const patience = setTimeout(() => this.#app.server.closeAllConnections(), REQUESTS_MS_MAX);
    const requestsEnd = this.#app.close();
    this.#gate.close();
    this.#people.close();
    await Promise.all([requestsEnd, this.#gate.current()?.hub.close()]);
    clearTimeout(patience);
    for (const close of this.#built.reverse()) await close();
  }

  async #open(started: Promise<Database>): Promise<void> {
    this.#gate.waitFor("the database starts");
    const starting = this.#keepDatabase(started);
    const [database, chosen] = await Promise.all([starting, this.#chooseExchange(starting)]);
    const storage = await database.open(databaseMarket(this.#parts.config, chosen.market.kind));
    await this.#keep(() => storage.close());
    await this.#openPeople(storage, chosen.symbols);
    await this.#openMarket(storage, chosen);
  }

  async #keepDatabase(started: Promise<Database>): Promise<Database> {
    const database = await started;
    await this.#keep(() => database.close());
    return database;
  }

  async #openPeople(storage: Storage, symbols: readonly string[]): Promise<void> {
    const [symbol = SYMBOLS_DEFAULT[0]] = symbols;
    const { log } = this.#parts;
    const auth = await openAuth({ storage, clock: systemClock, symbol, signIn: this.#signIn() });
    const { logins } = auth;
    await this.#keep(logins.onEnd((ids) => this.#gate.current()?.hub.endSessions(ids)));
    const watch = new LoginWatch({
      logins,
      clock: systemClock,
      open: () => this.#gate.current()?.hub.logins() ?? [],
      onFault: (cause) => log.warn({ err: cause }, "logins of open streams could not be verified"),
    });
    await this.#keep(() => watch.stop());
    this.#people.open({ auth, strategies: new Strategies(storage) });
  }

  #signIn(): SignInOptions | null {
    const { signIn, appUrl, dataFolder } = this.#parts.config;
    if (signIn === null) return null;
    const redirectUri = `${appUrl}/api/auth/callback/google`;
    if (signIn.secret !== null) return { ...signIn, secret: signIn.secret, redirectUri };
    const kept = keptSessionSecret(dataFolder);
    if (kept.kind === "refused") throw new StartRefusal(kept.message);
    return { ...signIn, secret: kept.secret, redirectUri };
  }

  async #openMarket(storage: Storage, chosen: ChosenExchange): Promise<void> {
    const { log } = this.#parts;
    const { market, exchange, symbols } = chosen;
    this.#gate.waitFor("the market's history is being loaded");
    const kept = await this.#keptCandles(storage);
    const clock = systemClock;
    const feed = createFeed({ exchange, symbols, clock, random: Math.random, log, kept });
    await this.#keep(() => feed.stop());
    await feed.start();
    const indicators = new IndicatorSeries(feed);
    await this.#keep(() => indicators.close());
    const instruments = feed.instruments.map(instrumentAnswer);
    const hello = () => ({ market, instruments });
    const hub = new StreamHub({ market: feed, hello, clock });
    await this.#keep(() => hub.close());
    await this.#keep(this.#metrics.watch(feed, hub));
    this.#gate.open({ market, data: feed, hub, indicators });
    log.info(`the market is open: ${market.kind}, ${symbols.join(" ")}`);
  }

  async #keptCandles(storage: Storage): Promise<CandleStore> {
    const { log } = this.#parts;
    const candles = openCandleStore({
      doors: storage,
      clock: systemClock,
      onFault: (fault) => log.warn({ err: fault }, "candles wait to be stored"),
    });
    await this.#keep(() => candles.close());
    return candles;
  }

  async #chooseExchange(database: Promise<Database>): Promise<ChosenExchange> {
    const { config, log } = this.#parts;
    const symbols = config.symbols ?? SYMBOLS_DEFAULT;
    const { kind } = config.market;
    switch (kind) {
      case "binance":
        return this.#binance(symbols);
      case "automatic": {
        const binance = await this.#binance(symbols);
        if (config.signIn !== null) return binance;
        this.#gate.waitFor("Binance is being asked whether it is there");
        if (await binance.exchange.isReachable(REACHABLE_MS_MAX)) return binance;
        if (await (await database).holdsCandles("binance")) {
          log.warn(`${config.binanceRestUrl} does not answer: asking again until it does`);
          return binance;
        }
        log.warn(`${config.binanceRestUrl} does not answer: starting the SIMULATED MARKET instead`);
        return this.#simulated({ kind: "simulated", seed: config.simulatedSeed, symbols });
      }
      case "simulated":
        return this.#simulated({ kind, seed: config.simulatedSeed, symbols });
      case "replay":
        return this.#simulated({ kind, files: config.market.files, symbols: config.symbols });
      default:
        return unreachable(kind);
    }
  }

  async #binance(symbols: readonly string[]): Promise<ChosenExchange> {
    const { binanceRestUrl, binanceStreamUrl } = this.#parts.config;
    const exchange = await this.#exchange(binanceRestUrl, binanceStreamUrl);
    return { market: { kind: "binance", speed: 1 }, exchange, symbols };
  }

  async #simulated(order: SimulatedMarket): Promise<ChosenExchange> {
    const { config, log, onFault } = this.#parts;
    this.#gate.waitFor("the simulated exchange starts");
    const speed = config.marketSpeed;
    const started = await startSimulatedExchange({ market: order, speed }, onFault);
    if (started.kind === "failed") throw new Error(started.message);
    const { restUrl, streamUrl, symbols, close } = started.exchange;
    await this.#keep(close);
    if (order.kind === "simulated")
      log.warn(`SIMULATED MARKET: prices are invented (seed ${order.seed})`);
    else log.warn(`REPLAY of recorded candles: ${order.files.join(", ")}`);
    if (speed !== 1) log.warn(`the market runs ${speed} times as fast as time`);
    const exchange = await this.#exchange(restUrl, streamUrl);
    return { market: { kind: order.kind, speed }, exchange, symbols };
  }

  async #exchange(restUrl: string, streamUrl: string): Promise<Exchange> {
    const exchange = createBinanceExchange({ restUrl, streamUrl, clock: systemClock });
    await this.#keep(() => exchange.close());
    return exchange;
  }

  /** Remembers how to close what was just built; what is built while closing is closed at once. */
  async #keep(close: () => unknown): Promise<void> {
    if (!this.#isClosing) {
      this.#built.push(close);
      return;
    }
    await close();
    throw new Error("the server closes");
  }
}

function startedDatabase({ config, log, onFault }: OutcryParts): Promise<Database> {
  const { databaseUrl: url, dataFolder } = config;
  const place =
    url === null
      ? ({ kind: "embedded", dataFolder } as const)
      : ({ kind: "external", url } as const);
  const started = startDatabase({ place, onFault, log });
  // A failure is told when the server has come to need it.
  started.catch(() => {});
  return started;
}

interface ChosenExchange {
  readonly market: Market;
  readonly exchange: Exchange;
  readonly symbols: readonly string[];
}

/** Where the page's built files are, when nobody says otherwise. */
const BUILT_PAGES: Pages = {
  kind: "built",
  folder: join(import.meta.dirname, "..", "..", "dist", "web"),
};

/** Runs the server until a signal or a fault ends it. */
export async function main(pages: Pages = BUILT_PAGES): Promise<void> {
  const environment = readEnvironment();
  const parsed = parseConfig(environment);
  if (parsed.kind === "refused") {
    refuseToStart(parsed.refusals);
    return;
  }
  const { config } = parsed;
  const log = createLog(config.logLevel, process.stdout.isTTY ? "terminal" : "lines");
  let outcry: Outcry | null = null;
  let isStopping = false;
  const stop = async (code: number) => {
    // Whoever asks twice does not want to wait.
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
    await outcry?.close();
    log.info("closed");
    process.exit(code);
  };
  const onFault = (cause: unknown) => {
    // What a person has to mend is one line; a fault is told with all that is known of it.
    if (cause instanceof StartRefusal || cause instanceof StorageFault) {
      process.stderr.write(`outcry: ${cause.message}\n`);
    } else log.fatal({ err: cause }, "a fault that the server cannot outlive");
    stop(1).catch(() => process.exit(1));
  };
  process.on("uncaughtException", onFault);
  process.on("unhandledRejection", onFault);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      log.info(`${signal}: closing`);
      stop(0).catch(onFault);
    });
  }
  try {
    outcry = await Outcry.start({ config, pages, log, onFault });
  } catch (cause) {
    const refusal = listenRefusal(cause, config);
    if (refusal === null) onFault(cause);
    else refuseToStart([refusal]);
  }
}

function refuseToStart(refusals: readonly ConfigRefusal[]): void {
  for (const refusal of refusals) process.stderr.write(`outcry: ${refusalLine(refusal)}\n`);
  process.exitCode = 1;
}

/** A port or address that cannot be listened on is a wrong setting, not a fault. */
function listenRefusal(cause: unknown, { port, host }: Config): ConfigRefusal | null {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  const portRefusal = (expected: string) => ({ name: "PORT", found: String(port), expected });
  if (code === "EADDRINUSE") return portRefusal("a port that no other program listens on");
  if (code === "EACCES") return portRefusal("a port that this user may open, such as 3000");
  if (code !== "EADDRNOTAVAIL") return null;
  return { name: "HOST", found: host, expected: "an address of this machine" };
}

/** The process's own variables go before those of the file `.env` in the folder of the start. */
function readEnvironment(): Environment {
  const file = ".env";
  if (!existsSync(file)) return process.env;
  return { ...parseEnv(readFileSync(file, "utf8")), ...process.env };
}

if (import.meta.main) await main();
