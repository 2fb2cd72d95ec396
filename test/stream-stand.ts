/** A stream hub on a real HTTP server, with a market and a clock in the hand of the test. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createPlainServer,
  type Server as PlainServer,
  type Socket,
} from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect } from "vitest";
import { MINUTE_MS, type Timeframe } from "../src/core/timeframe.ts";
import { LOCAL_LOGIN } from "../src/server/auth/auth.ts";
import { type OpenResult, StreamHub } from "../src/server/http/stream.ts";
import type { StreamLimits } from "../src/server/http/stream-limits.ts";
import { ManualClock } from "../src/simulator/manual-clock.ts";
import { candle, HandDrivenMarket } from "./hand-driven-market.ts";
import { StreamReader } from "./stream-reader.ts";

export const BEAT_MS = 250;
export const START = 1_700_000_040_000;
export const at = (minute: number) => START + minute * MINUTE_MS;

export interface Stand {
  readonly market: HandDrivenMarket;
  readonly clock: ManualClock;
  readonly hub: StreamHub;
  readonly port: number;
  /** The same server on a unix socket, whose buffer is small and does not grow. */
  readonly path: string;
  readonly server: Server;
  readonly local: PlainServer;
  /** The server's ends of the connections. */
  readonly sockets: Socket[];
  readonly results: OpenResult[];
  beat(): void;
  open(coding?: "plain" | "gzip", path?: string): Promise<StreamReader>;
  /** Opens a stream over the unix socket. */
  openLocal(coding?: "plain" | "gzip"): Promise<StreamReader>;
}

const stands: Stand[] = [];
const readers: StreamReader[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.leave();
  for (const { hub, server, local } of stands.splice(0)) {
    server.closeAllConnections();
    server.close();
    local.close();
    await hub.close();
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** `/BTCUSDT/1m` opens a stream of that channel; a refusal is answered with 503 and its reason. */
export async function stand(limits: Partial<StreamLimits> = {}, candles = 400): Promise<Stand> {
  const market = new HandDrivenMarket(["BTCUSDT", "ETHUSDT"]);
  market.load(
    "BTCUSDT",
    "1m",
    Array.from({ length: candles }, (_, i) => candle(at(i))),
  );
  const clock = new ManualClock(START);
  const hub = new StreamHub({
    market,
    clock,
    limits: { beatMs: BEAT_MS, ...limits },
    hello: () => ({ market: { kind: "simulated", speed: 1 }, instruments: [] }),
  });
  const results: OpenResult[] = [];
  const server = createServer((request, response) => {
    const [, symbol = "", timeframe = ""] = (request.url ?? "").split("/");
    const result = hub.open(response, {
      symbol: symbol || "BTCUSDT",
      timeframe: (timeframe || "1m") as Timeframe,
      headers: { "X-Frame-Options": "DENY", "content-length": 5, "set-cookie": ["a=1", "b=2"] },
      login: LOCAL_LOGIN,
    });
    results.push(result);
    if (result.kind === "refused") response.writeHead(503).end(result.reason);
  });
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = mkdtempSync(join(tmpdir(), "outcry-stream-"));
  folders.push(folder);
  const local = createPlainServer({ allowHalfOpen: true }, (socket) =>
    server.emit("connection", socket),
  );
  local.listen(join(folder, "socket"));
  await once(local, "listening");
  const { port } = server.address() as AddressInfo;
  const made: Stand = {
    ...{ market, clock, hub, port, server, local, sockets, results },
    path: join(folder, "socket"),
    beat: () => clock.advance(BEAT_MS),
    async open(coding = "plain", path = "/") {
      const reader = await StreamReader.open({ port, coding, path });
      readers.push(reader);
      return reader;
    },
    async openLocal(coding = "plain") {
      const reader = await StreamReader.open({ port: join(folder, "socket"), coding });
      readers.push(reader);
      return reader;
    },
  };
  stands.push(made);
  return made;
}

/** Resolves when the condition holds, looked at whenever the event loop has turned. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Changes a price to a value never used before and waits until all have read it. */
let sentinel = 5_000_000;
export async function allCaughtUp(s: Stand, all: readonly StreamReader[]): Promise<void> {
  sentinel += 1;
  s.market.price("ETHUSDT", sentinel);
  s.market.changeStatus();
  s.beat();
  const isIt = ({ prices }: { prices: Record<string, number> }) => prices.ETHUSDT === sentinel;
  for (const reader of all) await reader.until(() => reader.hasRead("prices", isIt));
}

/** What a client knows that follows the events as docs/protocol.md says. */
export function known(reader: StreamReader) {
  let candles: number[] = [];
  let forming: number | null = null;
  let prices: Record<string, number> = {};
  for (const { name, data } of reader.events) {
    if (name === "snapshot") {
      candles = data.candles.map(([openTime]) => openTime);
      forming = data.forming?.[4] ?? null;
      prices = data.prices;
    } else if (name === "closed") {
      expect(data.candle[0], "closed candles follow each other").toBe(
        (candles.at(-1) ?? 0) + 60_000,
      );
      candles = [...candles, data.candle[0]].slice(-300);
    } else if (name === "forming") {
      forming = data.candle[4];
    } else if (name === "prices") {
      prices = { ...prices, ...data.prices };
    }
  }
  return { candles, forming, prices };
}

/** A client that asks and then reads nothing. */
export async function stalled(s: Stand, way: "tcp" | "unix"): Promise<Socket> {
  const socket = way === "tcp" ? connect(s.port, "127.0.0.1") : connect(s.path);
  socket.pause();
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(socket, "connect");
  return socket;
}

/** Closes that make some 130 KB in one beat, half of it when compressed. */
export function burst(s: Stand, closes = 800): void {
  for (let i = 0; i < closes; i += 1) {
    const openTime = nextOpenTime(s);
    s.market.close("BTCUSDT", "1m", candle(openTime, 100 + Math.abs(Math.sin(openTime))));
  }
  s.beat();
}

export function nextOpenTime(s: Stand): number {
  return s.market.series("BTCUSDT", "1m").nextOpenTime ?? 0;
}
