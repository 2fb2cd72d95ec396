/** One connection against a real WebSocket server: what it asks, what it hears, how it ends. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { ManualClock } from "../../simulator/manual-clock.ts";
import type { Frame } from "./binance-frame.ts";
import { openBinanceStream, type StreamConnection } from "./binance-stream.ts";

let server: WebSocketServer;
let clock: ManualClock;
let heard: string[];
let frames: Frame[];
let closed: PromiseWithResolvers<string>;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  clock = new ManualClock(1_000_000);
  heard = [];
  frames = [];
  closed = Promise.withResolvers();
});

afterEach(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

function portOf(listener: Pick<Server, "address">): number {
  const address = listener.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function open(port = portOf({ address: () => server.address() })): StreamConnection {
  // What a former test's connection still says must not end up in this one's list.
  const [events, received, ended] = [heard, frames, closed];
  return openBinanceStream({
    url: `ws://127.0.0.1:${port}/`,
    clock,
    context: { timeframe: "5m", symbols: new Set(["BTCUSDT", "ETHUSDT"]) },
    listener: {
      onOpen: () => events.push("open"),
      onFrame: (frame) => received.push(frame),
      onClose: (reason) => {
        events.push("close");
        ended.resolve(reason);
      },
    },
  });
}

/** Opens a connection and returns the server's side of it. */
async function opened(): Promise<{ stream: StreamConnection; peer: WebSocket; path: string }> {
  const arrived = once(server, "connection");
  const stream = open();
  const [peer, request] = await arrived;
  await until(() => heard.includes("open"));
  return { stream, peer, path: request.url };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("it does not happen");
    await nextTurn();
  }
}

test("asks for the combined stream of all symbols, in lower case, without compression", async () => {
  const { path, peer } = await opened();
  expect(path).toBe("/stream?streams=btcusdt@kline_5m/ethusdt@kline_5m");
  expect(peer.extensions).toBe("");
});

test("gives every message as a frame, binary ones too", async () => {
  const { peer } = await opened();
  peer.send('{"e":"somethingNew"}');
  peer.send(Buffer.from([1, 2, 3]));
  await until(() => frames.length === 2);
  expect(frames).toEqual([
    { kind: "unknown", event: "somethingNew" },
    { kind: "fault", reason: "binary message" },
  ]);
});

test("answers a ping with its payload, once", async () => {
  const { peer } = await opened();
  const pongs: string[] = [];
  peer.on("pong", (payload) => pongs.push(payload.toString()));
  peer.ping("1770123456789");
  await until(() => pongs.length > 0);
  peer.send("{}");
  await until(() => frames.length === 1);
  expect(pongs).toEqual(["1770123456789"]);
});

describe("ends", () => {
  test("when the exchange closes", async () => {
    const { peer } = await opened();
    peer.close(1001);
    expect(await closed.promise).toBe("closed by the exchange (1001)");
    expect(heard).toEqual(["open", "close"]);
  });

  test("when the connection is reset", async () => {
    const { peer } = await opened();
    peer.terminate();
    expect(await closed.promise).toBe("closed by the exchange (1006)");
  });

  test("when a message is larger than any frame", async () => {
    const { peer } = await opened();
    peer.send("x".repeat(5 * 1024 * 1024));
    expect(await closed.promise).toBe("Max payload size exceeded");
    expect(frames).toEqual([]);
  });

  test("when nobody listens", async () => {
    const port = portOf({ address: () => server.address() });
    server.close();
    await until(() => server.address() === null);
    open(port);
    expect(await closed.promise).toContain("ECONNREFUSED");
    expect(heard).toEqual(["close"]);
  });

  test("when the handshake hangs, after five seconds", async () => {
    const silent = createServer(() => {});
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const arrived = once(silent, "connection");
    open(portOf(silent));
    const [socket] = await arrived;
    clock.advance(4_999);
    await nextTurn();
    expect(heard).toEqual([]);
    clock.advance(1);
    expect(await closed.promise).toBe("no connection in time");
    socket.destroy();
    silent.close();
  });

  test("when it is half open: silence for 22 s, and no pong for 8 s more", async () => {
    const { peer } = await opened();
    // The socket is open but nobody reads it: no pong comes.
    peer.pause();
    clock.advance(29_999);
    await nextTurn();
    expect(heard).toEqual(["open"]);
    clock.advance(1);
    expect(await closed.promise).toBe("half open: no answer to a ping");
  });

  test("not when the exchange still answers pings", async () => {
    const { peer } = await opened();
    let pings = 0;
    peer.on("ping", () => {
      pings += 1;
    });
    for (let round = 1; round <= 5; round += 1) {
      clock.advance(22_000);
      await until(() => pings === round);
      await nextTurn();
      peer.send("{}");
      await until(() => frames.length === round);
    }
    expect(heard).toEqual(["open"]);
  });

  test("when we close, and what comes meanwhile is thrown away", async () => {
    const { stream, peer } = await opened();
    stream.close();
    peer.send("{}");
    expect(await closed.promise).toBe("closed by us");
    expect(frames).toEqual([]);
  });

  test("two seconds after our goodbye when the exchange does not answer it", async () => {
    const { stream, peer } = await opened();
    peer.pause();
    stream.close();
    await nextTurn();
    clock.advance(1_999);
    await nextTurn();
    expect(heard).toEqual(["open"]);
    clock.advance(1);
    expect(await closed.promise).toBe("closed by us");
  });

  test("at once, when told to, even while it connects", async () => {
    const stream = open();
    stream.terminate();
    expect(await closed.promise).toBe("ended by us");
    expect(heard).toEqual(["close"]);
  });
});
