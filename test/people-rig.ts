/** A server with people on it: real database, real OpenID provider on loopback, browsers with cookies. */
import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { Writable } from "node:stream";
import { Events, type MutableToken, OAuth2Server } from "oauth2-mock-server";
import { pino } from "pino";
import { type Auth, LoginWatch, openAuth } from "../src/server/auth/auth.ts";
import type { Clock } from "../src/server/clock.ts";
import { systemClock } from "../src/server/clock.ts";
import {
  type App,
  buildHttp,
  type HttpParts,
  MarketGate,
  OpeningGate,
  type People,
  StreamHub,
} from "../src/server/http/http.ts";
import { IndicatorSeries } from "../src/server/indicators/indicators.ts";
import { Metrics } from "../src/server/metrics.ts";
import type { Storage } from "../src/server/storage/storage.ts";
import { Strategies } from "../src/server/strategies/strategies.ts";
import { candle, HandDrivenMarket } from "./hand-driven-market.ts";
import { StreamReader } from "./stream-reader.ts";
import type { TestDatabase, TestServer } from "./test-database.ts";

/** What the provider says of a person; every claim can be bent. */
export type Claims = Record<string, unknown> & { readonly sub: string };

export interface RigOptions {
  readonly server: TestServer;
  readonly mode?: "protected" | "local";
  readonly ownerEmail?: string | null;
  readonly allowedEmails?: readonly string[] | null;
  readonly clock?: Clock;
  readonly rates?: HttpParts["rates"];
  /** Wraps the doors, to build a server with a fault in it. */
  readonly doors?: (storage: Storage) => Storage;
  readonly hub?: ConstructorParameters<typeof StreamHub>[0]["limits"];
  /** Adds routes before the server listens. */
  readonly addRoutes?: (app: App, people: People) => void;
  readonly appUrl?: (port: number) => string;
  /** What the first event of a stream holds. */
  readonly hello?: ConstructorParameters<typeof StreamHub>[0]["hello"];
  /** Leaves the hub without word of ended logins. */
  readonly deafHub?: boolean;
  /** Lets the market open only with `openMarket`. */
  readonly holdMarket?: boolean;
  /** One that another rig has used; that rig is closed first. */
  readonly database?: TestDatabase;
}

/** High enough that no test but the one of the limits meets them. */
const NO_RATES = { address: 1e6, person: 1e6, signIn: 1e6, costly: 1e6 };

export const CLIENT_ID = "outcry-test-client";
export const CLIENT_SECRET = "outcry-test-client-secret";
export const SECRET = "a-test-secret-of-more-than-32-characters";

export class PeopleRig {
  readonly url: string;
  readonly port: number;
  readonly database: TestDatabase;
  readonly app: App;
  readonly auth: Auth;
  readonly hub: StreamHub;
  readonly market: HandDrivenMarket;
  readonly provider: OAuth2Server;
  readonly issuer: string;
  /** Everything that was logged, at the most talkative level. */
  readonly log: string[];
  /** Called with every token before it is signed. */
  bend: (token: MutableToken) => void = () => {};
  readonly #people = new Map<string, Claims>();
  /** Opens the market that was held. */
  readonly openMarket: () => void;
  /** Requests that wait for it. */
  readonly requestsWaiting: () => number;
  readonly #close: () => Promise<void>;
  #superuser: ReturnType<TestDatabase["superuser"]> | null = null;

  static async open(options: RigOptions): Promise<PeopleRig> {
    const provider = new OAuth2Server();
    await provider.issuer.keys.generate("RS256");
    await provider.start(0, "127.0.0.1");
    const issuer = `http://127.0.0.1:${provider.address().port}`;
    provider.issuer.url = issuer;
    const database = options.database ?? (await options.server.createDatabase());
    const opened = await options.server.open(database);
    const built = await build(options, { storage: opened.storage, issuer });
    return new PeopleRig({ ...built, provider, issuer, database });
  }

  private constructor(
    made: Built & { provider: OAuth2Server; issuer: string; database: TestDatabase },
  ) {
    this.url = made.url;
    this.port = made.port;
    this.database = made.database;
    this.app = made.app;
    this.auth = made.auth;
    this.hub = made.hub;
    this.market = made.market;
    this.provider = made.provider;
    this.issuer = made.issuer;
    this.log = made.log;
    this.openMarket = made.openMarket;
    this.requestsWaiting = made.requestsWaiting;
    this.#close = made.close;
    this.provider.service.on(Events.BeforeTokenSigning, (token: MutableToken, request) => {
      const claims = this.#people.get(String(request.body.code));
      if (claims === undefined) return;
      // Which audience a token is for tells the two kinds apart.
      Object.assign(token.payload, claims);
      if (token.payload.aud === undefined) token.payload.aud = CLIENT_ID;
      this.bend(token);
    });
  }

  /** Rows of a table, whoever's they are. */
  async rows(table: string, where = "true"): Promise<number> {
    this.#superuser ??= this.database.superuser();
    const client = await this.#superuser;
    const { rows } = await client.query(
      `SELECT count(*)::int AS count FROM ${table} WHERE ${where}`,
    );
    return rows[0].count;
  }

  browser(): Browser {
    return new Browser(this);
  }

  /** A browser in which this person has signed in. */
  async signedIn(sub: string, claims: Record<string, unknown> = {}): Promise<Browser> {
    const browser = this.browser();
    const answer = await browser.signIn(person(sub, claims));
    if (!browser.cookies.has("outcry-session")) {
      throw new Error(`no login: ${answer.status} ${answer.headers.location}`);
    }
    return browser;
  }

  /** Lets the provider say this of whoever brings the code. */
  expect(code: string, claims: Claims): void {
    this.#people.set(code, claims);
  }

  async close(): Promise<void> {
    await this.#close();
    await (await this.#superuser)?.end();
    await this.provider.stop();
  }
}

/** A person as the provider describes one. */
export function person(sub: string, claims: Record<string, unknown> = {}): Claims {
  return {
    sub,
    email: `${sub}@example.org`,
    email_verified: true,
    name: `Name of ${sub}`,
    ...claims,
  };
}

interface Built {
  readonly url: string;
  readonly port: number;
  readonly app: App;
  readonly auth: Auth;
  readonly hub: StreamHub;
  readonly market: HandDrivenMarket;
  readonly log: string[];
  readonly openMarket: () => void;
  readonly requestsWaiting: () => number;
  readonly close: () => Promise<void>;
}

async function build(
  options: RigOptions,
  { storage, issuer }: { storage: Storage; issuer: string },
): Promise<Built> {
  const { mode = "protected", clock = systemClock, doors = (same) => same } = options;
  const gate = new WatchedGate();
  const people = new OpeningGate<People>();
  const metrics = new Metrics();
  const log: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const port = await freePort();
  const appUrl = options.appUrl?.(port) ?? `http://127.0.0.1:${port}`;
  const app = await buildHttp({
    ...{ mode, gate, people, metrics, appUrl, host: "127.0.0.1" },
    ...{ trustProxy: [], metricsToken: null, rates: options.rates ?? NO_RATES },
    log: pino({ level: "trace" }, sink),
    pages: { kind: "built", folder: "dist/web" },
  });
  const walled = doors(storage);
  const auth = await openAuth({
    ...{ storage: walled, clock, symbol: "BTCUSDT" },
    signIn:
      mode === "local"
        ? null
        : {
            ...{ issuer, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, secret: SECRET },
            redirectUri: `${appUrl}/api/auth/callback/google`,
            ownerEmail: options.ownerEmail ?? null,
            allowedEmails: options.allowedEmails ?? null,
          },
  });
  const open: People = { auth, strategies: new Strategies(walled) };
  options.addRoutes?.(app, open);
  people.open(open);
  const market = new HandDrivenMarket(["BTCUSDT", "ETHUSDT"]);
  market.load(
    "BTCUSDT",
    "1m",
    Array.from({ length: 5 }, (_, i) => candle(1_700_000_040_000 + i * 60_000)),
  );
  const hello =
    options.hello ??
    (() => ({ market: { kind: "simulated", speed: 1 } as const, instruments: [] }));
  const hub = new StreamHub({
    ...{ market, hello, clock },
    ...(options.hub === undefined ? {} : { limits: options.hub }),
  });
  const indicators = new IndicatorSeries(market);
  const openMarket = () =>
    gate.open({ market: { kind: "simulated", speed: 1 }, data: market, hub, indicators });
  if (options.holdMarket !== true) openMarket();
  if (options.deafHub !== true) auth.logins.onEnd((ids) => hub.endSessions(ids));
  const watch = new LoginWatch({
    ...{ logins: auth.logins, clock, open: () => hub.logins() },
    onFault: (cause) => log.push(String(cause)),
  });
  const url = await app.listen({ port, host: "127.0.0.1" });
  return {
    ...{ url, port, app, auth, hub, market, log, openMarket },
    requestsWaiting: () => gate.waiting,
    close: async () => {
      watch.stop();
      await Promise.all([app.close(), hub.close()]);
      indicators.close();
      await storage.close();
    },
  };
}

/** Counts who waits for the market. */
class WatchedGate extends MarketGate {
  waiting = 0;

  override async whenOpen(waitMs: number) {
    this.waiting += 1;
    return super.whenOpen(waitMs).finally(() => {
      this.waiting -= 1;
    });
  }
}

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Where an answer leads that leads nowhere else. */
const NOWHERE = "http://nowhere.invalid";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of the cookies set: name=value and attributes. */
  readonly setCookies: readonly string[];
  json(): unknown;
}

export interface Wish {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Bytes as they are, in place of a body in JSON. */
  readonly raw?: string;
}

/** Keeps cookies and follows nothing by itself, so that each step can be tampered with. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #rig: PeopleRig;

  constructor(rig: PeopleRig) {
    this.#rig = rig;
  }

  /** A request as the server's own page makes it. */
  async ask(path: string, wish: Wish = {}): Promise<Answer> {
    const method = wish.method ?? "GET";
    const sent = wish.raw ?? (wish.body === undefined ? undefined : JSON.stringify(wish.body));
    const own = method === "GET" ? {} : { "sec-fetch-site": "same-origin" };
    const type = sent === undefined ? {} : { "content-type": "application/json" };
    const cookie = this.cookies.size === 0 ? {} : { cookie: this.cookieHeader() };
    const headers = { ...own, ...type, ...cookie, ...wish.headers };
    const answer = await exchange(new URL(path, this.#rig.url), { method, headers }, sent);
    for (const text of answer.setCookies) this.#keep(text);
    return answer;
  }

  /** Begins a sign-in: what the provider is asked. */
  async begin(path = "/"): Promise<{ readonly answer: Answer; readonly authorize: URL }> {
    const query = new URLSearchParams({ return: path });
    const answer = await this.ask(`/api/auth/signin/google?${query}`);
    return { answer, authorize: new URL(answer.headers.location ?? "/", NOWHERE) };
  }

  /** Goes to the provider, which sends this person back: the address that it leads to. */
  async authorize(authorize: URL, claims: Claims): Promise<URL> {
    const answer = await exchange(authorize, { method: "GET", headers: {} });
    const callback = new URL(answer.headers.location ?? "/", NOWHERE);
    this.#rig.expect(callback.searchParams.get("code") ?? "", claims);
    return callback;
  }

  /** All of it: begins, goes to the provider, comes back. */
  async signIn(claims: Claims, path = "/"): Promise<Answer> {
    const { answer, authorize } = await this.begin(path);
    if (answer.status !== 303 || !authorize.href.startsWith(this.#rig.issuer)) return answer;
    const callback = await this.authorize(authorize, claims);
    return this.ask(callback.pathname + callback.search);
  }

  /** Opens the event stream; resolves at its snapshot. */
  stream(query = "action=start"): Promise<StreamReader> {
    return StreamReader.open({ port: this.#rig.port, request: this.streamRequest(query) });
  }

  streamRequest(query = "action=start"): string {
    const cookie = this.cookies.size === 0 ? "" : `Cookie: ${this.cookieHeader()}\r\n`;
    const host = `Host: 127.0.0.1:${this.#rig.port}\r\n`;
    // A refusal ends the connection as well.
    return `GET /api/trading-shared?${query} HTTP/1.1\r\n${host}${cookie}Connection: close\r\n\r\n`;
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  #keep(text: string): void {
    const [pair = "", ...attributes] = text.split("; ");
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** Connections are kept from one request to the next, as browsers do. */
const AGENT = new Agent({ keepAlive: true, maxSockets: 8 });

/** By `node:http`, which sends any header as it is told. */
async function exchange(
  url: URL,
  { method, headers }: { method: string; headers: Record<string, string> },
  body?: string,
): Promise<Answer> {
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const request = httpRequest(url, { method, headers: { ...length, ...headers }, agent: AGENT });
  request.end(body);
  const [response] = await once(request, "response");
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk;
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    setCookies: response.headers["set-cookie"] ?? [],
    json: () => JSON.parse(text),
  };
}
