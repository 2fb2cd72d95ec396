/** The hub over a real HTTP server and real sockets: what is told, to whom, once, and at what cost. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { candle, closed, HandDrivenMarket } from "../../../test/hand-driven-market.ts";
import { StreamReader } from "../../../test/stream-reader.ts";
import { MINUTE_MS, type Timeframe } from "../../core/timeframe.ts";
import { ManualClock } from "../../simulator/manual-clock.ts";
import { LOCAL_LOGIN } from "../auth/auth.ts";
import { type OpenResult, StreamHub } from "./stream.ts";
import type { StreamLimits } from "./stream-limits.ts";

const BEAT_MS = 250;
const START = 1_700_000_040_000;
const at = (minute: number) => START + minute * MINUTE_MS;

interface Stand {
  readonly market: HandDrivenMarket;
  readonly clock: ManualClock;
  readonly hub: StreamHub;
  readonly port: number;
  readonly server: Server;
  /** The server's ends of the connections. */
  readonly sockets: Socket[];
  readonly results: OpenResult[];
  beat(): void;
  open(coding?: "plain" | "gzip", path?: string): Promise<StreamReader>;
}

const stands: Stand[] = [];
const readers: StreamReader[] = [];

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.leave();
  for (const { hub, server } of stands.splice(0)) {
    server.closeAllConnections();
    server.close();
    await hub.close();
  }
});

/** `/BTCUSDT/1m` opens a stream of that channel; a refusal is answered with 503 and its reason. */
async function stand(limits: Partial<StreamLimits> = {}, candles = 400): Promise<Stand> {
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
  const { port } = server.address() as AddressInfo;
  const made: Stand = {
    ...{ market, clock, hub, port, server, sockets, results },
    beat: () => clock.advance(BEAT_MS),
    async open(coding = "plain", path = "/") {
      const reader = await StreamReader.open({ port, coding, path });
      readers.push(reader);
      return reader;
    },
  };
  stands.push(made);
  return made;
}

/** Resolves when the condition holds, looked at whenever the event loop has turned. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Changes a price to a value never used before and waits until all have read it. */
let sentinel = 5_000_000;
async function allCaughtUp(s: Stand, all: readonly StreamReader[]): Promise<void> {
  sentinel += 1;
  s.market.price("ETHUSDT", sentinel);
  s.market.changeStatus();
  s.beat();
  const isIt = ({ prices }: { prices: Record<string, number> }) => prices.ETHUSDT === sentinel;
  for (const reader of all) await reader.until(() => reader.hasRead("prices", isIt));
}

describe("the answer", () => {
  test("is an event stream without length or chunks, with the headers it was given", async () => {
    const s = await stand();
    const { head } = await s.open();
    expect(head.split("\r\n")).toEqual([
      "HTTP/1.1 200 OK",
      expect.stringMatching(/^date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/),
      "x-frame-options: DENY",
      "set-cookie: a=1",
      "set-cookie: b=2",
      "content-type: text/event-stream; charset=utf-8",
      "cache-control: no-store, no-transform",
      "vary: Accept-Encoding",
      "x-accel-buffering: no",
      "connection: close",
      "",
      "",
    ]);
  });

  test("names its coding", async () => {
    const s = await stand();
    expect((await s.open("gzip")).head).toContain("\r\ncontent-encoding: gzip\r\n");
  });

  test("to HEAD is the head alone and no session", async () => {
    const s = await stand();
    const reader = await StreamReader.whole({
      port: s.port,
      request: "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    });
    expect(reader.head).toContain("text/event-stream");
    expect(reader.body.length).toBe(0);
    expect(s.hub.counters.opened).toBe(0);
  });

  test("serves HTTP/1.0", async () => {
    const s = await stand();
    const reader = await StreamReader.open({ port: s.port, request: "GET / HTTP/1.0\r\n\r\n" });
    readers.push(reader);
    expect(reader.named("hello")).toHaveLength(1);
  });

  test("works for fetch, compressed or not", async () => {
    const s = await stand();
    for (const coding of ["gzip", "identity"]) {
      const abort = new AbortController();
      const response = await fetch(`http://127.0.0.1:${s.port}/`, {
        headers: { "Accept-Encoding": coding },
        signal: abort.signal,
      });
      expect(response.headers.get("content-encoding")).toBe(coding === "gzip" ? coding : null);
      let text = "";
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        if (text.includes('"prices":{}}\n\n')) break;
      }
      expect(text).toMatch(/^retry: 3000\n\nevent: hello\ndata: .*\n\nevent: snapshot\ndata: /);
      abort.abort();
    }
    await eventually(() => s.hub.streams === 0);
  });
});

describe("what is told", () => {
  test("begins with hello and a snapshot of the newest 300 candles, under 64 KiB", async () => {
    const s = await stand({}, 0);
    const long = 0.1 + 0.2 + 1e10;
    s.market.load(
      "BTCUSDT",
      "1m",
      Array.from({ length: 400 }, (_, i) => ({
        ...{ openTime: at(i), open: long, high: long, low: long, close: long, volume: long },
      })),
    );
    s.market.form("BTCUSDT", "1m", candle(at(400), 107));
    const reader = await s.open();
    expect(reader.retryMs).toBe(3_000);
    expect(reader.events.map(({ name }) => name)).toEqual(["hello", "snapshot"]);
    expect(reader.named("hello")).toEqual([
      {
        protocol: 1,
        market: { kind: "simulated", speed: 1 },
        instruments: [],
        symbol: "BTCUSDT",
        timeframe: "1m",
        timeframes: ["1m", "5m", "15m", "1h", "4h", "1d"],
        serverTime: START,
      },
    ]);
    const [snapshot] = reader.named("snapshot");
    expect(snapshot?.candles.map(([openTime]) => openTime)).toEqual(
      Array.from({ length: 300 }, (_, i) => at(100 + i)),
    );
    expect(snapshot?.forming).toEqual([at(400), 100, 109, 99.5, 107, at(400) / MINUTE_MS]);
    expect(snapshot?.prices).toEqual({ BTCUSDT: 107 });
    expect(reader.body.length).toBeLessThan(65_536);
  });

  test("is one write a beat: all closes in order, then the latest of what changes", async () => {
    const s = await stand();
    const reader = await s.open();
    await allCaughtUp(s, [reader]);
    reader.events.length = 0;
    s.market.form("BTCUSDT", "1m", candle(at(400), 101));
    s.market.form("BTCUSDT", "1m", candle(at(400), 102));
    s.market.close("BTCUSDT", "1m", candle(at(400), 103));
    s.market.close("BTCUSDT", "1m", candle(at(401), 104));
    s.market.form("BTCUSDT", "1m", candle(at(402), 105));
    s.market.form("BTCUSDT", "1m", candle(at(402), 106));
    s.market.form("ETHUSDT", "1m", candle(at(402), 7));
    s.beat();
    await reader.until(() => reader.named("prices").length > 0);
    expect(reader.events.map(({ name, data }) => [name, data])).toEqual([
      [
        "closed",
        expect.objectContaining({ candle: [at(400), 100, 105, 99.5, 103, at(400) / 6e4] }),
      ],
      [
        "closed",
        expect.objectContaining({ candle: [at(401), 100, 106, 99.5, 104, at(401) / 6e4] }),
      ],
      [
        "forming",
        expect.objectContaining({ candle: [at(402), 100, 108, 99.5, 106, at(402) / 6e4] }),
      ],
      ["prices", { prices: { BTCUSDT: 106, ETHUSDT: 7 } }],
    ]);
    expect(reader.named("closed")[0]).toMatchObject({ source: "stream", latenessMs: 12 });
  });

  test("is silent while nothing changes", async () => {
    const s = await stand({ statusMs: 1e9, heartbeatMs: 1e9 });
    const reader = await s.open();
    await allCaughtUp(s, [reader]);
    const before = s.hub.counters.deliveries;
    s.market.form("BTCUSDT", "1m", candle(at(400), 101));
    s.beat();
    for (let i = 0; i < 10; i += 1) {
      s.market.form("BTCUSDT", "1m", candle(at(400), 101));
      s.beat();
    }
    expect(s.hub.counters.deliveries).toBe(before + 1);
  });

  test("follows the first change at once, and the next after a beat", async () => {
    const s = await stand({ statusMs: 1e9 });
    await s.open();
    s.clock.advance(10 * BEAT_MS);
    const before = s.hub.counters.deliveries;
    s.market.form("BTCUSDT", "1m", candle(at(400), 101));
    s.clock.advance(0);
    expect(s.hub.counters.deliveries).toBe(before + 1);
    s.market.form("BTCUSDT", "1m", candle(at(400), 102));
    s.clock.advance(BEAT_MS - 1);
    expect(s.hub.counters.deliveries).toBe(before + 1);
    s.clock.advance(1);
    expect(s.hub.counters.deliveries).toBe(before + 2);
  });

  test("goes to the channel it concerns; prices go to all", async () => {
    const s = await stand();
    const paths = ["/BTCUSDT/1m", "/BTCUSDT/5m", "/ETHUSDT/1m"];
    s.market.load("ETHUSDT", "1m", [candle(at(-1))]);
    const all = await Promise.all(paths.map((path) => s.open("plain", path)));
    s.market.form("BTCUSDT", "5m", candle(at(0), 42));
    s.market.close("ETHUSDT", "1m", candle(at(0), 8));
    await allCaughtUp(s, all);
    expect(all.map((reader) => reader.named("forming").length)).toEqual([0, 1, 0]);
    expect(all.map((reader) => reader.named("closed").length)).toEqual([0, 0, 1]);
    for (const reader of all) expect(reader.named("prices").at(-1)?.prices.BTCUSDT).toBe(42);
  });

  test("includes a heartbeat every 15 s and the state every 5 s and when it changes", async () => {
    const s = await stand();
    const reader = await s.open();
    s.clock.advance(60_000);
    await allCaughtUp(s, [reader]);
    expect(reader.comments).toBe(4);
    // At once, then every 5 s for a minute, then the one that a change of state brings.
    expect(reader.named("status")).toHaveLength(14);
    expect(reader.named("status")[0]?.connections["1d"].sockets).toBe(1);
  });

  test("survives a wall clock that is set back", async () => {
    const s = await stand();
    const reader = await s.open();
    await allCaughtUp(s, [reader]);
    Object.defineProperty(s.clock, "now", { value: () => START - 3_600_000 });
    await allCaughtUp(s, [reader]);
  });

  test("never shows a forming candle that has closed", async () => {
    const s = await stand();
    const early = await s.open();
    s.market.close("BTCUSDT", "1m", candle(at(400), 103));
    s.market.form("BTCUSDT", "1m", candle(at(400), 102));
    await allCaughtUp(s, [early]);
    const late = await s.open();
    expect(early.named("forming")).toEqual([]);
    expect(late.named("snapshot")[0]?.forming).toBe(null);
  });
});

describe("joining", () => {
  test("in mid-beat shows what has been told; the rest follows once", async () => {
    const s = await stand();
    const early = await s.open();
    s.market.close("BTCUSDT", "1m", candle(at(400)));
    s.market.form("BTCUSDT", "1m", candle(at(401), 77));
    const late = await s.open();
    expect(late.named("snapshot")[0]?.candles.at(-1)?.[0]).toBe(at(399));
    await allCaughtUp(s, [early, late]);
    for (const reader of [early, late]) {
      expect(reader.named("closed").map((event) => event.candle[0])).toEqual([at(400)]);
      expect(reader.named("forming").map((event) => event.candle[4])).toEqual([77]);
    }
    expect((await s.open()).named("snapshot")[0]?.candles.at(-1)?.[0]).toBe(at(400));
  });

  test("right after a beat shows what it told", async () => {
    const s = await stand();
    s.clock.advance(10 * BEAT_MS);
    const early = await s.open();
    s.market.close("BTCUSDT", "1m", candle(at(400)));
    s.market.form("BTCUSDT", "1m", candle(at(401), 77));
    s.clock.advance(1);
    await early.until(() => early.named("forming").length > 0);
    const [snapshot] = (await s.open()).named("snapshot");
    expect(snapshot?.candles.at(-1)?.[0]).toBe(at(400));
    expect(snapshot?.forming?.[4]).toBe(77);
  });

  test("gives all who join within a beat the same bytes", async () => {
    const s = await stand();
    s.market.form("BTCUSDT", "1m", candle(at(400), 101));
    for (const coding of ["plain", "gzip"] as const) {
      const [a, b, c] = await Promise.all([s.open(coding), s.open(coding), s.open(coding)]);
      s.market.close("BTCUSDT", "1m", candle(s.market.series("BTCUSDT", "1m").nextOpenTime ?? 0));
      await allCaughtUp(s, [a, b, c]);
      expect(a.body.length).toBeGreaterThan(1_000);
      expect(b.body.equals(a.body)).toBe(true);
      expect(c.body.equals(a.body)).toBe(true);
    }
  });

  test("later gives the same bytes from then on, compressed too", async () => {
    const s = await stand();
    for (const coding of ["plain", "gzip"] as const) {
      const early = await s.open(coding);
      for (let i = 0; i < 7; i += 1) {
        s.market.form("BTCUSDT", "1m", candle(at(500), 101 + i));
        await allCaughtUp(s, [early]);
      }
      const late = await s.open(coding);
      await allCaughtUp(s, [early, late]);
      const [earlyStart, lateStart] = [early.body.length, late.body.length];
      for (let i = 0; i < 7; i += 1) {
        s.market.form("BTCUSDT", "1m", candle(at(500), 111 + i));
        await allCaughtUp(s, [early, late]);
      }
      const told = early.body.subarray(earlyStart);
      expect(told.length).toBeGreaterThan(100);
      expect(late.body.subarray(lateStart).equals(told)).toBe(true);
    }
  });

  test("before history is loaded brings a second snapshot when it is", async () => {
    const s = await stand({}, 0);
    const reader = await s.open("gzip");
    expect(reader.named("snapshot")[0]?.candles).toEqual([]);
    s.market.load("BTCUSDT", "1m", [candle(at(0)), candle(at(1))]);
    await allCaughtUp(s, [reader]);
    expect(reader.named("snapshot")[1]?.candles.map(([time]) => time)).toEqual([at(0), at(1)]);
    s.market.close("BTCUSDT", "1m", candle(at(2)));
    await allCaughtUp(s, [reader]);
    expect(reader.named("closed").map((event) => event.candle[0])).toEqual([at(2)]);
  });

  test("when a series runs ahead of what is told doubles nothing", async () => {
    const s = await stand();
    const early = await s.open();
    s.market.close("BTCUSDT", "1m", candle(at(400)));
    await allCaughtUp(s, [early]);
    s.market.load("BTCUSDT", "1m", [candle(at(401))]);
    const late = await s.open();
    expect(late.named("snapshot")[0]?.candles.at(-1)?.[0]).toBe(at(400));
    s.market.tell("BTCUSDT", at(401), [closed("1m", candle(at(401)))]);
    s.market.tell("BTCUSDT", at(401), [closed("1m", candle(at(401)))]);
    await allCaughtUp(s, [early, late]);
    s.market.tell("BTCUSDT", at(401), [closed("1m", candle(at(401)))]);
    await allCaughtUp(s, [early, late]);
    const closes = (reader: StreamReader) => reader.named("closed").map(({ candle }) => candle[0]);
    expect(closes(early)).toEqual([at(400), at(401)]);
    expect(closes(late)).toEqual([at(401)]);
  });

  test("a candle that no event told is made good by a snapshot", async () => {
    const s = await stand();
    const reader = await s.open();
    s.market.load("BTCUSDT", "1m", [candle(at(400)), candle(at(401))]);
    s.market.close("BTCUSDT", "1m", candle(at(402)));
    await allCaughtUp(s, [reader]);
    expect(reader.named("closed")).toEqual([]);
    const times = reader.named("snapshot")[1]?.candles.map(([time]) => time);
    expect(times?.slice(-3)).toEqual([at(400), at(401), at(402)]);
  });
});

/** What a client knows that follows the events as docs/protocol.md says. */
function known(reader: StreamReader) {
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

const step = fc.oneof(
  fc.record({ act: fc.constant("form" as const), close: fc.integer({ min: 1, max: 1e6 }) }),
  fc.record({ act: fc.constant("price" as const), close: fc.integer({ min: 1, max: 1e6 }) }),
  fc.record({ act: fc.constant("wait" as const), close: fc.constantFrom(0, 1, 100, BEAT_MS) }),
  fc.record({ act: fc.constantFrom("close", "plain", "gzip", "leave") }),
);

test("whoever joins whenever knows the same in the end, whatever happens between", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const s = await stand({}, 5);
      const all = [await s.open(), await s.open("gzip")];
      for (const { act, close } of steps.map((one) => ({ close: 0, ...one }))) {
        const next = s.market.series("BTCUSDT", "1m").nextOpenTime ?? 0;
        if (act === "form") s.market.form("BTCUSDT", "1m", candle(next, close));
        else if (act === "price") s.market.price("BTCUSDT", close);
        else if (act === "close") s.market.close("BTCUSDT", "1m", candle(next));
        else if (act === "wait") s.clock.advance(close);
        else if (act === "leave") all.splice(2, 1)[0]?.leave();
        else all.push(await s.open(act === "gzip" ? "gzip" : "plain"));
      }
      // A candle of which everyone will have heard, so that the last states can be compared.
      const last = s.market.series("BTCUSDT", "1m").nextOpenTime ?? 0;
      s.market.form("BTCUSDT", "1m", candle(last, 2_000_000));
      await allCaughtUp(s, all);
      const truth = {
        candles: s.market
          .series("BTCUSDT", "1m")
          .tail(300)
          .map(({ openTime }) => openTime),
        forming: 2_000_000,
        prices: Object.fromEntries(s.market.prices()),
      };
      for (const reader of all) expect(known(reader)).toEqual(truth);
      for (const reader of all) reader.leave();
      await eventually(() => s.hub.streams === 0);
    }),
    { numRuns: 40 },
  );
});

test("gzip takes at most 0.35 of the plain bytes at the usual pace", async () => {
  const s = await stand();
  const [plain, gzip] = [await s.open(), await s.open("gzip")];
  await allCaughtUp(s, [plain, gzip]);
  const before = [plain.body.length, gzip.body.length] as const;
  let price = 43_210.12;
  for (let i = 0; i < 400; i += 1) {
    price = Number((price + Math.sin(i * i) * 8).toFixed(2));
    s.market.form("BTCUSDT", "1m", { ...candle(at(400), price), volume: i * 1.23457 });
    s.market.price("ETHUSDT", Number((2_300 + Math.cos(i * i) * 9).toFixed(2)));
    s.beat();
  }
  await allCaughtUp(s, [plain, gzip]);
  expect(gzip.text).toBe(plain.text);
  const ratio = (gzip.body.length - before[1]) / (plain.body.length - before[0]);
  expect(ratio).toBeLessThan(0.35);
});

describe("sessions", () => {
  test("are removed however the client goes", async () => {
    const s = await stand();
    const all = await Promise.all([s.open(), s.open("gzip"), s.open(), s.open()]);
    expect(s.hub.streams).toBe(4);
    all[0]?.socket.end();
    all[1]?.socket.destroy();
    all[2]?.socket.resetAndDestroy();
    await eventually(() => s.hub.streams === 1);
    all[3]?.leave();
    await eventually(() => s.hub.streams === 0);
    expect(s.hub.counters).toMatchObject({ opened: 4, ended: { gone: 4, slow: 0, closed: 0 } });
    expect(s.clock.nextTime, "no timer runs without streams").toBe(null);
  });

  test("leave the others in place", async () => {
    const s = await stand();
    const all = await Promise.all(Array.from({ length: 9 }, () => s.open()));
    for (const i of [0, 8, 4]) all[i]?.leave();
    await eventually(() => s.hub.streams === 6);
    const rest = all.filter((_, i) => ![0, 8, 4].includes(i));
    s.market.close("BTCUSDT", "1m", candle(at(400)));
    await allCaughtUp(s, rest);
    for (const reader of rest) expect(reader.named("closed")).toHaveLength(1);
  });

  test("are refused past the bound, and taken again when one leaves", async () => {
    const s = await stand({ streamsMax: 2 });
    const first = await s.open();
    await s.open();
    const refused = await fetch(`http://127.0.0.1:${s.port}/`);
    expect([refused.status, await refused.text()]).toEqual([503, "full"]);
    expect(s.hub.counters).toMatchObject({ opened: 2, refused: 1 });
    first.leave();
    await eventually(() => s.hub.streams === 1);
    await s.open();
    expect(s.hub.streams).toBe(2);
  });

  test("ignore whatever the client says afterwards", async () => {
    const s = await stand();
    const reader = await s.open();
    reader.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    reader.socket.write("\0 not HTTP at all \r\n\r\n".repeat(1_000));
    await eventually(() => s.sockets[0]?.bytesRead === reader.socket.bytesWritten);
    await new Promise((resolve) => setTimeout(resolve, 20));
    s.market.close("BTCUSDT", "1m", candle(at(400)));
    await allCaughtUp(s, [reader]);
    expect(reader.text).not.toContain("HTTP/1.1");
    expect(s.results).toHaveLength(1);
    expect(s.hub.streams).toBe(1);
  });

  test("are refused on a connection that is still answering", async () => {
    const s = await stand();
    const slow = createServer((request, response) => {
      if (request.url === "/slow") return;
      s.results.push(
        s.hub.open(response, {
          symbol: "BTCUSDT",
          timeframe: "1m",
          headers: {},
          login: LOCAL_LOGIN,
        }),
      );
    });
    slow.listen(0, "127.0.0.1");
    await once(slow, "listening");
    const socket = connect((slow.address() as AddressInfo).port, "127.0.0.1");
    socket.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await eventually(() => s.results.length === 1);
    expect(s.results[0]).toEqual({ kind: "refused", reason: "pipelined" });
    socket.destroy();
    slow.close();
  });
});

/** A client that asks and then reads nothing. */
async function stalled(s: Stand): Promise<Socket> {
  const socket = connect(s.port, "127.0.0.1");
  socket.pause();
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(socket, "connect");
  return socket;
}

/** Closes that make some 130 KB in one beat, half of it when compressed. */
function burst(s: Stand): void {
  for (let i = 0; i < 800; i += 1) {
    const openTime = nextOpenTime(s);
    s.market.close("BTCUSDT", "1m", candle(openTime, 100 + Math.abs(Math.sin(openTime))));
  }
  s.beat();
}

function nextOpenTime(s: Stand): number {
  return s.market.series("BTCUSDT", "1m").nextOpenTime ?? 0;
}

describe("a client that does not read", () => {
  test("is spared frames past the bound, and closed when still behind after 15 s", async () => {
    const s = await stand();
    const healthy = await s.open();
    const socket = await stalled(s);
    await eventually(() => s.hub.streams === 2);
    while (s.hub.counters.skipped === 0) {
      burst(s);
      expect(s.sockets[1]?.writableLength).toBeLessThanOrEqual(262_144);
      await allCaughtUp(s, [healthy]);
    }
    s.clock.advance(14_000);
    await eventually(() => s.hub.streams === 2);
    s.clock.advance(1_000);
    await eventually(() => s.hub.streams === 1);
    expect(s.hub.counters.ended).toEqual({ gone: 0, slow: 1, closed: 0 });
    await allCaughtUp(s, [healthy]);
    expect(known(healthy).candles.at(-1)).toBe(s.market.series("BTCUSDT", "1m").last()?.openTime);
    socket.destroy();
  });

  test.each(["plain", "gzip"] as const)(
    "and reads again starts over from a snapshot (%s)",
    async (coding) => {
      const s = await stand();
      const reader = await s.open(coding);
      reader.socket.pause();
      while (s.hub.counters.skipped === 0) {
        burst(s);
        s.market.form("BTCUSDT", "1m", candle(nextOpenTime(s), 55));
        await new Promise((resolve) => setImmediate(resolve));
      }
      burst(s);
      expect(s.sockets[0]?.writableLength).toBeLessThanOrEqual(262_144);
      reader.socket.resume();
      await reader.until(() => reader.named("snapshot").length === 2);
      expect(s.hub.counters.resumed).toBe(1);
      s.market.form("BTCUSDT", "1m", candle(nextOpenTime(s), 77));
      await allCaughtUp(s, [reader]);
      s.clock.advance(60_000);
      await allCaughtUp(s, [reader]);
      expect(known(reader)).toEqual({
        candles: s.market
          .series("BTCUSDT", "1m")
          .tail(300)
          .map(({ openTime }) => openTime),
        forming: 77,
        prices: Object.fromEntries(s.market.prices()),
      });
      expect(s.hub.counters.ended.slow).toBe(0);
    },
  );

  test("and 499 like it leave the others undisturbed and memory bounded", async () => {
    const s = await stand();
    const healthy = await s.open();
    const sockets = await Promise.all(Array.from({ length: 500 }, () => stalled(s)));
    await eventually(() => s.hub.streams === 501);
    const memoryBefore = process.memoryUsage();
    let slowestMs = 0;
    // Each round has two beats, so all are behind when a round skips 1,000.
    for (let skipped = 0, before = 0; skipped < 1_000; ) {
      before = s.hub.counters.skipped;
      burst(s);
      const begun = performance.now();
      await allCaughtUp(s, [healthy]);
      slowestMs = Math.max(slowestMs, performance.now() - begun);
      skipped = s.hub.counters.skipped - before;
      for (const socket of s.sockets) expect(socket.writableLength).toBeLessThanOrEqual(262_144);
    }
    const memory = process.memoryUsage();
    expect(memory.arrayBuffers - memoryBefore.arrayBuffers).toBeLessThan(500 * 262_144);
    s.clock.advance(15_000);
    await eventually(() => s.hub.streams === 1);
    expect(s.hub.counters.ended).toEqual({ gone: 0, slow: 500, closed: 0 });
    expect(slowestMs).toBeLessThan(1_000);
    for (const socket of sockets) socket.destroy();
  });
});

describe("closing", () => {
  test("tells the streams, ends them and refuses new ones", async () => {
    const s = await stand();
    const all = await Promise.all([s.open(), s.open("gzip")]);
    s.market.close("BTCUSDT", "1m", candle(at(400)));
    s.beat();
    await s.hub.close();
    for (const reader of all) {
      await reader.closed();
      expect(reader.named("closed")).toHaveLength(1);
      expect(reader.events.at(-1)).toEqual({ name: "bye", data: { reason: "shutdown" } });
    }
    expect(s.hub.streams).toBe(0);
    expect(s.market.listeners).toBe(0);
    expect(s.hub.counters.ended).toEqual({ gone: 0, slow: 0, closed: 2 });
    expect(await (await fetch(`http://127.0.0.1:${s.port}/`)).text()).toBe("closing");
  });

  test("does not wait for those who do not listen", async () => {
    const s = await stand();
    const socket = await stalled(s);
    await eventually(() => s.hub.streams === 1);
    while ((s.sockets[0]?.writableLength ?? 0) === 0) {
      burst(s);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const closing = s.hub.close();
    s.clock.advance(2_500);
    await closing;
    expect(s.hub.streams).toBe(0);
    socket.destroy();
  });
});
