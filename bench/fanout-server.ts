/** The two Node servers of the fan-out bench: Outcry's hub, and the way most people write it first. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createPlainServer } from "node:net";
import type { Candle } from "../src/core/candle.ts";
import { CandleSeries } from "../src/core/candle-series.ts";
import { MINUTE_MS, TIMEFRAMES, type Timeframe } from "../src/core/timeframe.ts";
import type { ConnectionStatus } from "../src/protocol/statistics.ts";
import { LOCAL_LOGIN } from "../src/server/auth/auth.ts";
import { type Clock, systemClock } from "../src/server/clock.ts";
import type { FeedListener, MarketData } from "../src/server/feed/feed.ts";
import { StreamHub } from "../src/server/http/stream.ts";

/** What a server does with one published message; `done` answers the publisher. */
interface Contestant {
  subscribe(request: IncomingMessage, response: ServerResponse): void;
  publish(stamp: number, path: string, done: () => void): void;
}

const SYMBOL = "BTCUSDT";
const TIMEFRAME = "1m";
const ORIGIN = 1_700_000_040_000;
/** Any size of market would do; these are the symbols that Outcry follows by default. */
const SYMBOLS = [SYMBOL, "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT"];

/** A market driven by hand: one message is one change of the forming candle and of all prices. */
class BenchMarket implements MarketData {
  readonly instruments = SYMBOLS.map((symbol) => ({
    symbol,
    baseAsset: symbol.slice(0, -4),
    quoteAsset: "USDT",
    tickSize: 1_000_000n,
    stepSize: 1_000n,
    quantityMin: 1_000n,
    notionalMin: 500_000_000n,
  }));
  readonly #series = new Map<string, CandleSeries>();
  readonly #prices = new Map(SYMBOLS.map((symbol, i) => [symbol, 43_210.12 / 8 ** i]));
  #listener: FeedListener | null = null;
  #forming: Candle = { ...seedCandle(1_000), volume: 1 };

  series(symbol: string, timeframe: Timeframe): CandleSeries {
    const key = `${symbol} ${timeframe}`;
    const found = this.#series.get(key) ?? new CandleSeries(timeframe, 1_000);
    this.#series.set(key, found);
    if (found.length === 0 && timeframe === TIMEFRAME) {
      for (let i = 0; i < 1_000; i += 1) found.append({ ...seedCandle(i), ...FROM_REST });
    }
    return found;
  }
  forming(symbol: string, timeframe: Timeframe): Candle | null {
    return symbol === SYMBOL && timeframe === TIMEFRAME ? this.#forming : null;
  }
  prices(): ReadonlyMap<string, number> {
    return this.#prices;
  }
  connections(): Readonly<Record<Timeframe, ConnectionStatus>> {
    const status = { state: "open", sockets: 1, ageMs: 412, reconnects: 0, repaired: 0 } as const;
    const [a, b, c, d, e, f] = TIMEFRAMES;
    return { [a]: status, [b]: status, [c]: status, [d]: status, [e]: status, [f]: status };
  }
  isReady(): boolean {
    return true;
  }
  candles(): Promise<never[]> {
    return Promise.resolve([]);
  }
  subscribe(listener: FeedListener): () => void {
    this.#listener = listener;
    return () => {};
  }

  /** Moves every price a little; the first one carries the stamp, by which the delay is measured. */
  move(stamp: number): void {
    for (const [symbol, price] of this.#prices) {
      const change = 1 + ((((stamp ^ symbol.charCodeAt(0)) * 7_919) % 1_000) - 500) / 1e6;
      this.#prices.set(symbol, symbol === SYMBOL ? stamp : Number((price * change).toFixed(2)));
    }
    const { volume, close, high, low } = this.#forming;
    const next = Number((close + ((stamp % 401) - 200) / 100).toFixed(2));
    this.#forming = {
      ...this.#forming,
      close: next,
      high: Math.max(high, next),
      low: Math.min(low, next),
      volume: Number((volume + (stamp % 97) / 1e5).toFixed(5)),
    };
  }
  tellForming(): void {
    this.#listener?.onForming(SYMBOL, TIMEFRAME, this.#forming);
  }
  /** Tells `count` closes at once: frames that must not be lost and fall into one beat. */
  tellClosed(stamp: number, count: number): void {
    const series = this.series(SYMBOL, TIMEFRAME);
    for (let i = 0; i < count; i += 1) {
      const openTime = series.nextOpenTime ?? ORIGIN;
      const closed = { ...this.#forming, ...FROM_REST, openTime, latenessMs: stamp };
      series.append(closed);
      this.#listener?.onMinute({ kind: "closed", symbol: SYMBOL, openTime, candles: [closed] });
    }
    this.#forming = { ...this.#forming, openTime: series.nextOpenTime ?? ORIGIN };
  }
  get message(): object {
    const candle = Object.values(this.#forming);
    return {
      forming: { symbol: SYMBOL, timeframe: TIMEFRAME, candle },
      prices: { prices: Object.fromEntries(this.#prices) },
    };
  }
}

const FROM_REST = { timeframe: TIMEFRAME, source: "rest", latenessMs: 0 } as const;

function seedCandle(index: number): Candle {
  const close = Number((43_210 + Math.sin(index) * 50).toFixed(2));
  return {
    openTime: ORIGIN + index * MINUTE_MS,
    open: 43_210,
    high: Math.max(43_210, close) + 3,
    low: Math.min(43_210, close) - 2.5,
    close,
    volume: Number((index * 1.23457).toFixed(5)),
  };
}

/** The peers tell nothing about their own state, so neither does the hub here. */
const NEVER_MS = 86_400_000;

/** Runs what is due at once when told to, so that every message gets a beat and a write of its own. */
class SteppedClock implements Clock {
  #due: (() => void)[] = [];
  now(): number {
    return Date.now();
  }
  after(delayMs: number, action: () => void) {
    if (delayMs > 0) return systemClock.after(delayMs, action);
    this.#due.push(action);
    return { cancel: () => {} };
  }
  step(): void {
    const due = this.#due;
    this.#due = [];
    for (const action of due) action();
  }
}

function outcry(pace: "beats" | "every-message"): Contestant {
  const market = new BenchMarket();
  const clock = new SteppedClock();
  const hub = new StreamHub({
    market,
    hello: () => ({ market: { kind: "simulated", speed: 1 }, instruments: [] }),
    ...(pace === "beats" ? { clock: systemClock } : { clock }),
    limits: { statusMs: NEVER_MS, ...(pace === "beats" ? {} : { beatMs: 0 }) },
  });
  return {
    subscribe(_request, response) {
      hub.open(response, { symbol: SYMBOL, timeframe: TIMEFRAME, headers: {}, login: LOCAL_LOGIN });
    },
    publish(stamp, path, done) {
      const count = Number(/closed=(\d+)/.exec(path)?.[1] ?? 0);
      if (count > 0) {
        market.tellClosed(stamp, count);
      } else {
        market.move(stamp);
        market.tellForming();
      }
      clock.step();
      done();
    },
  };
}

/** The plain way: the event is built and written for each client. */
function naive(): Contestant {
  const market = new BenchMarket();
  const clients = new Set<ServerResponse>();
  return {
    subscribe(request, response) {
      response.writeHead(200, {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-cache",
        Connection: "keep-alive",
      });
      response.write(`data: ${JSON.stringify(market.message)}\n\n`);
      clients.add(response);
      request.on("close", () => clients.delete(response));
    },
    publish(stamp, _path, done) {
      market.move(stamp);
      for (const client of clients) client.write(`data: ${JSON.stringify(market.message)}\n\n`);
      done();
    },
  };
}

function contestant(name: string | undefined): Contestant {
  if (name === "naive") return naive();
  return outcry(name === "outcry-beats" ? "beats" : "every-message");
}

/**
 * Answers the publisher with as little HTTP as it understands: how messages come in is not what is
 * measured, and the application gets them from a WebSocket.
 */
function listenToPublisher(publishPort: number, chosen: Contestant): void {
  const server = createPlainServer((socket) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
      const [head = "", body = ""] = text.split("\r\n\r\n");
      if (body === "" || body.length < Number(/Content-Length: (\d+)/.exec(head)?.[1])) return;
      text = "";
      chosen.publish(Number(body), head, () => socket.write(PUBLISHED));
    });
    socket.on("error", () => socket.destroy());
  });
  server.listen(publishPort, "127.0.0.1");
}

const PUBLISHED = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

const [name, port, publishPort] = process.argv.slice(2);
const chosen = contestant(name);
listenToPublisher(Number(publishPort), chosen);
const server = createServer((request, response) => chosen.subscribe(request, response));
server.listen(Number(port), "127.0.0.1", 4_096, () => process.stdout.write("listening\n"));
