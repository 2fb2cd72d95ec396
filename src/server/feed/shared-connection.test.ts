/** Shared connections against a real WebSocket server: broken, renewed, replaced, never more than seven. */
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { TIMEFRAMES, type Timeframe, timeframeMs } from "../../core/timeframe.ts";
import { ManualClock } from "../../simulator/manual-clock.ts";
import { createBinanceExchange, type Frame } from "../exchange/exchange.ts";
import { ReconnectPace } from "./reconnect-pace.ts";
import { RenewalSlot } from "./renewal-slot.ts";
import { SharedConnection } from "./shared-connection.ts";

const HOUR = 3_600_000;
const SYMBOLS = new Set(["BTCUSDT", "ETHUSDT"]);
const RENEW_AFTER_MS = 300_000;

let server: WebSocketServer;
let clock: ManualClock;
let fleet: Fleet;
/** What each connection asked for. */
const urls = new WeakMap<WebSocket, string>();

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  clock = new ManualClock(1_000_000);
  fleet = new Fleet();
});

afterEach(async () => {
  await fleet.stop();
  for (const client of server.clients) client.terminate();
  server.close();
});

/** Connections with their common pace and slot, and what the server sees of them. */
class Fleet {
  readonly connections: SharedConnection[] = [];
  readonly frames: Frame[] = [];
  /** The server's side of every connection so far, oldest first. */
  readonly peers: WebSocket[] = [];
  opened = 0;
  socketsMax = 0;
  readonly #exchange;
  readonly #pace: ReconnectPace;
  readonly #slot = new RenewalSlot();

  constructor() {
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const streamUrl = `ws://127.0.0.1:${port}`;
    this.#exchange = createBinanceExchange({ restUrl: "http://127.0.0.1:1", streamUrl, clock });
    const takeAttempt = (reserve: number) => this.#exchange.takeAttempt(reserve);
    this.#pace = new ReconnectPace({ clock, random: () => 0, takeAttempt });
    server.on("connection", (peer, request) => {
      this.peers.push(peer);
      urls.set(peer, request.url ?? "");
      this.socketsMax = Math.max(this.socketsMax, server.clients.size);
    });
  }

  add(timeframe: Timeframe = "1m"): SharedConnection {
    const connection = new SharedConnection({
      ...{ timeframe, symbols: SYMBOLS, renewAfterMs: RENEW_AFTER_MS },
      ...{ exchange: this.#exchange, clock, random: () => 0, pace: this.#pace, slot: this.#slot },
      log: pino({ level: "silent" }),
      listener: {
        onFrame: (frame) => this.frames.push(frame),
        onOpened: () => {
          this.opened += 1;
        },
        onState() {},
      },
    });
    this.connections.push(connection);
    connection.start();
    clock.advance(0);
    return connection;
  }

  /** The server's side of the newest connection. */
  get peer(): WebSocket {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error("nobody has connected");
    return peer;
  }

  async stop(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.stop()));
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("it does not happen");
    await nextTurn();
  }
}

/** Lets everything that is on its way arrive: whoever is there answers a ping after all the rest. */
async function arrivals(): Promise<void> {
  await nextTurn();
  await Promise.all(
    [...server.clients].map(async (peer) => {
      if (peer.readyState !== peer.OPEN) return;
      const answered = Promise.race([once(peer, "pong"), once(peer, "close")]);
      peer.ping();
      await answered;
    }),
  );
  await nextTurn();
}

/** Time goes on in steps, so that pings are answered on the way. */
async function advance(ms: number): Promise<void> {
  const end = clock.now() + ms;
  while (clock.now() < end) {
    clock.advance(Math.min(5_000, end - clock.now()));
    await arrivals();
  }
}

async function opened(timeframe: Timeframe = "1m"): Promise<SharedConnection> {
  const connection = fleet.add(timeframe);
  await until(() => connection.state === "open");
  return connection;
}

function candleEvent(timeframe: Timeframe = "1m"): string {
  const prices = { o: "10.0", c: "10.0", h: "10.0", l: "10.0", v: "1.0" };
  const t = Date.UTC(2026, 0, 1);
  const k = {
    t,
    T: t + timeframeMs(timeframe) - 1,
    s: "BTCUSDT",
    i: timeframe,
    ...prices,
    x: false,
  };
  return JSON.stringify({ e: "kline", E: t + 1_000, s: "BTCUSDT", k });
}

const SHUTDOWN = JSON.stringify({ e: "serverShutdown", E: 1_770_123_456_789 });

test("connects, says so, and passes frames on", async () => {
  const connection = fleet.add();
  expect(connection.state).toBe("connecting");
  expect(connection.sockets).toBe(0);
  await until(() => connection.state === "open");
  expect(connection.sockets).toBe(1);
  fleet.peer.send(candleEvent());
  await until(() => fleet.frames.length === 1);
  expect(fleet.frames[0]?.kind).toBe("candle");
  expect([fleet.opened, connection.reconnects]).toEqual([1, 0]);
});

describe("a connection that breaks", () => {
  test("is made again at once when it had proved itself", async () => {
    const connection = await opened();
    await advance(10_000);
    fleet.peer.close(1001);
    await until(() => connection.state === "closed");
    expect(connection.sockets).toBe(0);
    clock.advance(300);
    await until(() => connection.state === "open");
    expect([fleet.opened, connection.reconnects]).toEqual([2, 1]);
  });

  test("is made again whatever broke it", async () => {
    const connection = await opened();
    const breaks: ReadonlyArray<() => void> = [
      () => fleet.peer.terminate(),
      () => fleet.peer.close(1011),
      () => fleet.peer.send("x".repeat(100_000)),
    ];
    for (const [i, breakIt] of breaks.entries()) {
      await advance(10_000);
      breakIt();
      await until(() => connection.state === "closed");
      clock.advance(300);
      await until(() => connection.state === "open");
      expect(connection.reconnects).toBe(i + 1);
    }
  });

  test("right after opening, again and again, is tried no more than 105 times in five minutes", async () => {
    server.on("connection", (peer) => peer.terminate());
    fleet.add();
    for (let second = 0; second < 300; second += 1) await advance(1_000);
    expect(fleet.peers.length).toBeGreaterThan(20);
    expect(fleet.peers.length).toBeLessThanOrEqual(105);
  });
});

describe("a planned renewal", () => {
  test("opens the second socket first, lets both run, then says goodbye to the first", async () => {
    const connection = await opened();
    const first = fleet.peer;
    let goodbye: number | null = null;
    first.on("close", (code) => {
      goodbye = code;
    });
    await advance(RENEW_AFTER_MS - 1);
    expect(fleet.peers.length).toBe(1);
    await advance(1);
    await until(() => connection.state === "renewing");
    expect(connection.sockets).toBe(2);
    fleet.peer.send(candleEvent());
    first.send(candleEvent());
    await until(() => fleet.frames.length === 2);
    await advance(4_999);
    expect([connection.state, goodbye]).toEqual(["renewing", null]);
    await advance(1);
    await until(() => goodbye !== null);
    await until(() => connection.sockets === 1);
    expect(goodbye).toBe(1000);
    expect([connection.state, connection.reconnects]).toEqual(["open", 1]);
    expect(fleet.socketsMax).toBe(2);
  });

  test("comes again after the same time", async () => {
    const connection = await opened();
    for (let renewal = 1; renewal <= 3; renewal += 1) {
      await advance(RENEW_AFTER_MS);
      await until(() => connection.state === "renewing");
      fleet.peer.send(candleEvent());
      await until(() => fleet.frames.length === renewal);
      await advance(5_000);
      await until(() => connection.sockets === 1);
      expect(connection.reconnects).toBe(renewal);
    }
  });

  test("does not take a second socket that is silent while the first one talks", async () => {
    const connection = await opened();
    const first = fleet.peer;
    await advance(RENEW_AFTER_MS);
    await until(() => connection.state === "renewing");
    await advance(14_000);
    first.send(candleEvent());
    await until(() => fleet.frames.length === 1);
    await advance(1_000);
    await until(() => connection.state === "open");
    expect(first.readyState).toBe(first.OPEN);
    expect(connection.reconnects).toBe(0);
    await advance(30_000);
    await until(() => connection.state === "renewing");
  });

  test("takes a silent second socket when the market is quiet on both", async () => {
    const connection = await opened();
    await advance(RENEW_AFTER_MS);
    await until(() => connection.state === "renewing");
    await advance(15_000);
    await until(() => connection.state === "open" && connection.sockets === 1);
    expect(connection.reconnects).toBe(1);
  });

  test("that is refused leaves the first socket alone and is tried again", async () => {
    const connection = await opened();
    const first = fleet.peer;
    const refuse = (peer: WebSocket) => peer.terminate();
    server.on("connection", refuse);
    await advance(RENEW_AFTER_MS);
    await until(() => fleet.peers.length === 2 && connection.state === "open");
    server.off("connection", refuse);
    expect(first.readyState).toBe(first.OPEN);
    await advance(30_000);
    await until(() => connection.state === "renewing");
  });

  test("survives the end of the first socket: the second one takes over", async () => {
    const connection = await opened();
    const first = fleet.peer;
    await advance(RENEW_AFTER_MS);
    await until(() => connection.state === "renewing");
    first.terminate();
    await until(() => connection.sockets === 1 && connection.state === "open");
    fleet.peer.send(candleEvent());
    await until(() => fleet.frames.length === 1);
    expect([connection.reconnects, fleet.opened]).toEqual([1, 2]);
    await advance(60_000);
    expect(fleet.peers.length).toBe(2);
  });
});

describe("serverShutdown", () => {
  test("opens a new connection at once, with overlap", async () => {
    const connection = await opened();
    await advance(10_000);
    fleet.peer.send(SHUTDOWN);
    await until(() => connection.sockets === 2);
    expect(connection.state).toBe("renewing");
    fleet.peer.send(candleEvent());
    await until(() => fleet.frames.length === 2);
    await advance(5_000);
    await until(() => connection.sockets === 1);
    expect(connection.reconnects).toBe(1);
  });

  test("for all six at the same time never makes more than seven sockets", async () => {
    for (const timeframe of TIMEFRAMES) await opened(timeframe);
    await advance(10_000);
    for (const peer of [...fleet.peers]) peer.send(SHUTDOWN);
    for (let renewed = 1; renewed <= 6; renewed += 1) {
      await until(() => fleet.peers.length === 6 + renewed);
      const name = /kline_(\w+)$/.exec(urls.get(fleet.peer) ?? "")?.[1];
      fleet.peer.send(candleEvent(TIMEFRAMES.find((one) => one === name)));
      await until(() => fleet.frames.filter(({ kind }) => kind === "candle").length === renewed);
      await advance(5_000);
    }
    await until(() => fleet.connections.every(({ sockets }) => sockets === 1));
    expect(fleet.connections.map(({ reconnects }) => reconnects)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(fleet.socketsMax).toBe(7);
  });
});

describe("a stale connection", () => {
  test("with all symbols silent is ended at once and made again", async () => {
    const connection = await opened();
    await advance(60_000);
    connection.setOverdue(["BTCUSDT", "ETHUSDT"], clock.now());
    expect(connection.state).toBe("stale");
    await until(() => connection.state === "closed");
    clock.advance(300);
    await until(() => connection.state === "open");
    expect([connection.staleAlarms, connection.reconnects]).toEqual([1, 1]);
  });

  test("with one symbol silent is renewed: the other one misses nothing", async () => {
    const connection = await opened();
    const first = fleet.peer;
    connection.setOverdue(["BTCUSDT"], clock.now());
    await until(() => connection.sockets === 2);
    expect(connection.state).toBe("stale");
    first.send(candleEvent());
    fleet.peer.send(candleEvent());
    await until(() => fleet.frames.length === 2);
    await advance(5_000);
    await until(() => connection.sockets === 1);
    expect(connection.state).toBe("open");
  });

  test("that stays stale is replaced at growing intervals", async () => {
    const connection = await opened();
    const replacedAt: number[] = [];
    const from = clock.now();
    for (let second = 0; second < 200; second += 1) {
      const before = fleet.peers.length;
      connection.setOverdue([...SYMBOLS], clock.now());
      await advance(1_000);
      if (fleet.peers.length > before) replacedAt.push((clock.now() - from) / 1_000);
    }
    const pauses = replacedAt.slice(1).map((time, i) => time - (replacedAt[i] ?? 0));
    expect(pauses.length).toBeGreaterThanOrEqual(3);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBeGreaterThanOrEqual(10);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(40);
  });

  test("is open again as soon as data come", async () => {
    const connection = await opened();
    connection.setOverdue(["BTCUSDT"], clock.now());
    expect(connection.state).toBe("stale");
    connection.setOverdue([], clock.now());
    expect(["open", "renewing"]).toContain(connection.state);
  });
});

describe("a stop", () => {
  const moments: ReadonlyArray<[string, () => Promise<unknown>]> = [
    ["before the first attempt", async () => fleet.add()],
    ["while it is open", () => opened()],
    [
      "during a renewal",
      async () => {
        const connection = await opened();
        await advance(RENEW_AFTER_MS);
        await until(() => connection.sockets === 2);
      },
    ],
    [
      "while it waits to try again",
      async () => {
        const connection = await opened();
        fleet.peer.terminate();
        await until(() => connection.state === "closed");
      },
    ],
  ];
  test.each(moments)("%s leaves no socket, and nothing follows", async (_name, before) => {
    await before();
    await fleet.stop();
    await until(() => server.clients.size === 0);
    const peers = fleet.peers.length;
    clock.advance(48 * HOUR);
    await arrivals();
    expect(fleet.peers.length).toBe(peers);
    expect(fleet.connections.map(({ state, sockets }) => [state, sockets])).toEqual([
      ["closed", 0],
    ]);
  });
});
