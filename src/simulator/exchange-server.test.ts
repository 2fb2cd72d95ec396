/** The exchange on a real wire: REST as documented, kline streams in time, limits at their bounds. */
import { afterEach, describe, expect, test } from "vitest";
import { MINUTE_MS, TIMEFRAMES, timeframeMs } from "../core/timeframe.ts";
import {
  type ExchangeOptions,
  type ExchangeServer,
  startExchangeServer,
} from "./exchange-server.ts";
import { decimalText } from "./kline-wire.ts";
import { ManualClock } from "./manual-clock.ts";
import { seededMarket } from "./seeded-market.ts";
import { opened, StreamClient } from "./stream-client.ts";

const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
const NOW = Date.UTC(2026, 5, 15, 23, 59, 0);
const market = seededMarket(3, SYMBOLS);

const running: ExchangeServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((exchange) => exchange.close()));
});

async function start(options: Partial<ExchangeOptions> = {}) {
  const clock = new ManualClock(NOW);
  const exchange = await startExchangeServer({ market, clock, ...options });
  running.push(exchange);
  const get = async (path: string) => {
    const response = await fetch(exchange.restUrl + path);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return { clock, exchange, get };
}

describe("REST", () => {
  test("answers ping, time and exchange information with their weights", async () => {
    const { get } = await start();
    const ping = await get("/api/v3/ping");
    expect([ping.status, ping.body, ping.headers.get("x-mbx-used-weight-1m")]).toEqual([
      200,
      {},
      "1",
    ]);
    expect((await get("/api/v3/time")).body).toEqual({ serverTime: NOW });
    const info = await get("/api/v3/exchangeInfo");
    expect(info.headers.get("x-mbx-used-weight-1m")).toBe("22");
    expect(info.body.symbols.map((one: { symbol: string }) => one.symbol)).toEqual(SYMBOLS);
    const query = encodeURIComponent('["ETHUSDT"]');
    const one = await get(`/api/v3/exchangeInfo?symbols=${query}`);
    expect(one.body.symbols).toHaveLength(1);
    expect(one.body.symbols[0].filters).toContainEqual({
      filterType: "LOT_SIZE",
      minQty: "0.00010000",
      maxQty: "9000000000.00000000",
      stepSize: "0.00010000",
    });
  });

  const openTimes = async (get: Awaited<ReturnType<typeof start>>["get"], query: string) =>
    (await get(`/api/v3/klines?symbol=BTCUSDT&${query}`)).body.map((row: number[]) => row[0]);

  test.each(TIMEFRAMES)("has the latest %s candles, the forming one last", async (timeframe) => {
    const { get, clock } = await start();
    clock.advance(30_000);
    const length = timeframeMs(timeframe);
    const { body } = await get(`/api/v3/klines?symbol=BTCUSDT&interval=${timeframe}&limit=3`);
    const last = Math.floor(clock.now() / length) * length;
    expect(body.map((row: unknown[]) => [row[0], row[6]])).toEqual(
      [last - 2 * length, last - length, last].map((time) => [time, time + length - 1]),
    );
    const forming = market.formingCandle("BTCUSDT", timeframe, clock.now());
    expect(body[2].slice(1, 6)).toEqual(
      [forming?.open, forming?.high, forming?.low, forming?.close, forming?.volume].map((n) =>
        decimalText(n ?? 0),
      ),
    );
  });

  test("reads ranges as documented", async () => {
    const { get } = await start();
    const at = (minutes: number) => NOW - minutes * MINUTE_MS;
    expect(await openTimes(get, "interval=1m")).toHaveLength(500);
    expect(await openTimes(get, "interval=1m&limit=5000")).toHaveLength(1_000);
    expect(await openTimes(get, `interval=1m&limit=2&startTime=${at(10)}`)).toEqual([
      at(10),
      at(9),
    ]);
    expect(await openTimes(get, `interval=1m&limit=2&startTime=${at(10) - 1}`)).toEqual([
      at(10),
      at(9),
    ]);
    expect(await openTimes(get, `interval=1m&limit=2&endTime=${at(10)}`)).toEqual([at(11), at(10)]);
    expect(await openTimes(get, `interval=1m&startTime=${at(9)}&endTime=${at(8)}`)).toEqual([
      at(9),
      at(8),
    ]);
    expect(await openTimes(get, `interval=1m&startTime=${at(8)}&endTime=${at(9)}`)).toEqual([]);
    expect(await openTimes(get, `interval=1m&startTime=${at(-1)}`)).toEqual([]);
    expect(await openTimes(get, `interval=1m&limit=1&startTime=${at(8)}000`)).toEqual([at(8)]);
    expect(await openTimes(get, "interval=1d&limit=1&startTime=0")).toEqual([market.startTime]);
  });

  test("tells prices and the last day", async () => {
    const { get } = await start();
    const price = market.formingCandle("BTCUSDT", "1m", NOW)?.close ?? 0;
    expect((await get("/api/v3/ticker/price?symbol=BTCUSDT")).body).toEqual({
      symbol: "BTCUSDT",
      price: price.toFixed(8),
    });
    expect((await get("/api/v3/ticker/price")).body).toHaveLength(2);
    const mini = await get("/api/v3/ticker/24hr?symbol=ETHUSDT&type=MINI");
    expect(mini.body).toMatchObject({
      symbol: "ETHUSDT",
      closeTime: NOW,
      openTime: NOW - 86_400_000,
    });
    expect(Number(mini.body.highPrice)).toBeGreaterThan(Number(mini.body.lowPrice));
    const full = await get("/api/v3/ticker/24hr");
    expect(full.body[0]).toHaveProperty("weightedAvgPrice");
    expect(full.headers.get("x-mbx-used-weight-1m")).toBe("88");
  });

  const klines = "/api/v3/klines";
  test.each([
    [klines, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."],
    [
      `${klines}?symbol=BTCUSDT`,
      -1102,
      "Mandatory parameter 'interval' was not sent, was empty/null, or malformed.",
    ],
    [`${klines}?symbol=&interval=1m`, -1105, "Parameter 'symbol' was empty."],
    [`${klines}?symbol=NOPE&interval=1m`, -1121, "Invalid symbol."],
    [`${klines}?symbol=BTCUSDT&interval=2m`, -1120, "Invalid interval."],
    [`${klines}?symbol=BTCUSDT&interval=1M`, -1120, "Invalid interval."],
    [
      `${klines}?symbol=btcusdt&interval=1m`,
      -1100,
      "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.",
    ],
    [
      `${klines}?symbol=BTCUSDT&interval=1m&limit=x`,
      -1100,
      "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.",
    ],
    [
      `${klines}?symbol=BTCUSDT&interval=1m&startTime=-1`,
      -1100,
      "Illegal characters found in parameter 'startTime'; legal range is '^[0-9]{1,20}$'.",
    ],
    [
      `${klines}?symbol=BTCUSDT&interval=1m&limit=0`,
      -1130,
      "Data sent for parameter 'limit' is not valid.",
    ],
    [
      `${klines}?symbol=BTCUSDT&interval=1m&timeZone=99`,
      -1130,
      "Data sent for parameter 'timeZone' is not valid.",
    ],
    [
      `${klines}?symbol=BTCUSDT&symbol=BTCUSDT&interval=1m`,
      -1101,
      "Duplicate values for a parameter detected.",
    ],
    [
      `${klines}?symbol=BTCUSDT&interval=1m&x=1`,
      -1104,
      "Not all sent parameters were read; read '2' parameter(s) but was sent '3'.",
    ],
    ["/api/v3/exchangeInfo?symbol=NOPE", -1121, "Invalid symbol."],
    [
      "/api/v3/exchangeInfo?symbol=BTCUSDT&symbolStatus=TRADING",
      -1128,
      "Combination of optional parameters invalid.",
    ],
    ["/api/v3/ticker/24hr?symbol=BTCUSDT&type=HUGE", -1139, "Invalid ticker type."],
  ])("%s is refused with %d", async (path, code, msg) => {
    const { get } = await start();
    expect(await get(path)).toMatchObject({ status: 400, body: { code, msg } });
  });

  test("counts weight, refuses beyond it, then bans", async () => {
    const { get, clock } = await start();
    for (let i = 0; i < 300; i += 1) await get("/api/v3/exchangeInfo?symbol=BTCUSDT");
    const limited = await get("/api/v3/ping");
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(limited.body).toMatchObject({ code: -1003 });
    for (let i = 0; i < 19; i += 1) await get("/api/v3/ping");
    const banned = await get("/api/v3/ping");
    expect([banned.status, banned.headers.get("retry-after")]).toEqual([418, "120"]);
    expect(banned.body.msg).toContain(`IP banned until ${NOW + 120_000}`);
    clock.advance(120_000);
    expect((await get("/api/v3/ping")).status).toBe(200);
  });

  test("knows no other paths and methods", async () => {
    const { exchange } = await start();
    expect((await fetch(`${exchange.restUrl}/api/v3/order`)).status).toBe(404);
    expect((await fetch(`${exchange.restUrl}/api/v3/ping`, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${exchange.restUrl}//`)).status).toBe(400);
  });
});

describe("kline streams", () => {
  test("tell a candle every two seconds, and its end at its boundary", async () => {
    const { clock, exchange } = await start();
    const client = await opened(exchange, "/stream?streams=btcusdt@kline_1m/ethusdt@kline_5m");
    clock.advance(59_999);
    await exchange.drained();
    const forming = client.events.filter((event) => event.s === "BTCUSDT");
    expect(forming.map((event) => event.E)).toEqual(
      Array.from({ length: 29 }, (_, i) => NOW + 2_000 * (i + 1)),
    );
    expect(forming.every((event) => event.k.t === NOW && !event.k.x)).toBe(true);
    clock.advance(1);
    await exchange.drained();
    const last = client.events.slice(-2);
    expect(last.map((event) => [event.s, event.k.i, event.k.x, event.E])).toEqual([
      ["BTCUSDT", "1m", true, NOW + MINUTE_MS],
      ["ETHUSDT", "5m", true, NOW + MINUTE_MS],
    ]);
    const candle = market.candle("BTCUSDT", "1m", NOW);
    expect(last[0]?.k).toMatchObject({
      t: NOW,
      o: decimalText(candle?.open ?? 0),
      c: decimalText(candle?.close ?? 0),
    });
    expect(client.messages[0]).toMatchObject({ stream: "btcusdt@kline_1m" });
  });

  test("close all six timeframes at midnight, the shortest first", async () => {
    const { clock, exchange } = await start();
    const names = TIMEFRAMES.map((timeframe) => `btcusdt@kline_${timeframe}`);
    const client = await opened(exchange, `/ws/${names.join("/")}`);
    clock.advance(MINUTE_MS);
    await exchange.drained();
    const closed = client.events.filter((event) => event.k.x);
    expect(closed.map((event) => event.k.i)).toEqual(TIMEFRAMES);
    expect(client.messages[0]).not.toHaveProperty("stream");
  });

  test("are silent for names that mean nothing", async () => {
    const { clock, exchange } = await start();
    const client = await opened(exchange, "/ws/BTCUSDT@kline_1m/nope@kline_1m/btcusdt@trade");
    clock.advance(10_000);
    await exchange.drained();
    expect(client.messages).toEqual([]);
  });

  test("can be changed while open, in either form", async () => {
    const { clock, exchange } = await start();
    const client = await opened(exchange, "/ws");
    await client.ask({ method: "SUBSCRIBE", params: ["btcusdt@kline_1m"], id: 1 });
    clock.advance(2_000);
    await exchange.drained();
    await client.ask({ method: "SET_PROPERTY", params: ["combined", true], id: 2 });
    clock.advance(2_000);
    await exchange.drained();
    await client.ask({ method: "UNSUBSCRIBE", params: ["btcusdt@kline_1m"], id: 3 });
    clock.advance(2_000);
    await exchange.drained();
    expect(client.messages).toMatchObject([
      { result: null, id: 1 },
      { e: "kline" },
      { result: null, id: 2 },
      { stream: "btcusdt@kline_1m", data: { e: "kline" } },
      { result: null, id: 3 },
    ]);
  });

  test("come faster with a faster market, each boundary in its order", async () => {
    const { clock, exchange } = await start({ speed: 60 });
    const client = await opened(exchange, "/ws/btcusdt@kline_1m");
    clock.advance(3_000);
    await exchange.drained();
    const closed = client.events.filter((event) => event.k.x).map((event) => event.k.t);
    expect(closed).toEqual([0, 1, 2].map((minute) => NOW + minute * MINUTE_MS));
    expect(client.events.length - closed.length).toBe(9);
  });
});

describe("a timer that comes late", () => {
  test("skips no boundary", async () => {
    const { clock, exchange } = await start({ speed: 240_000 });
    const client = await opened(exchange, "/ws/btcusdt@kline_1m");
    clock.advance(3);
    await exchange.drained();
    const closed = client.events.filter((event) => event.k.x).map((event) => event.k.t);
    expect(closed).toEqual(Array.from({ length: 12 }, (_, i) => NOW + i * MINUTE_MS));
  });
});

describe("a stream connection", () => {
  test("is pinged every 20 s and ended without a pong for a minute", async () => {
    const { clock, exchange } = await start();
    const client = new StreamClient(exchange, "/ws/btcusdt@kline_1d", { autoPong: false });
    await client.opened;
    clock.advance(79_999);
    await client.heard(() => client.pings.length === 3);
    expect(client.pings).toEqual([20_000, 40_000, 60_000].map((ms) => String(NOW + ms)));
    clock.advance(1);
    expect(await client.closed).toEqual({ code: 1008, reason: "Pong timeout" });
  });

  test("lasts while it pongs, and 24 hours at most", async () => {
    const { clock, exchange } = await start({ updateMs: MINUTE_MS });
    const client = await opened(exchange, "/ws/btcusdt@kline_1d");
    await clock.advanceSettling(86_399_999, MINUTE_MS, () => exchange.drained());
    expect(exchange.counters.connectionsOpen).toBe(1);
    clock.advance(1);
    expect((await client.closed).code).toBe(1001);
  });

  test("answers pings with their payload", async () => {
    const { exchange } = await start();
    const client = await opened(exchange, "/ws");
    client.socket.ping("hello");
    await client.heard(() => client.pongs.length > 0);
    expect(client.pongs).toEqual(["hello"]);
  });

  test("may send five messages a second, and not six", async () => {
    const { clock, exchange } = await start();
    const client = await opened(exchange, "/ws");
    for (let i = 0; i < 5; i += 1) await client.ask({ method: "LIST_SUBSCRIPTIONS", id: i });
    clock.advance(1_000);
    for (let i = 0; i < 5; i += 1) await client.ask({ method: "LIST_SUBSCRIPTIONS", id: i });
    client.socket.send("{}");
    expect(await client.closed).toEqual({ code: 1008, reason: "Too many requests" });
  });

  test("is refused at the 301st attempt in five minutes", async () => {
    const { clock, exchange } = await start();
    for (let i = 0; i < 300; i += 1) (await opened(exchange, "/ws")).socket.terminate();
    const refused = () => new StreamClient(exchange, "/ws").opened;
    await expect(refused()).rejects.toThrow("429");
    clock.advance(300_000);
    await opened(exchange, "/ws");
    expect(exchange.counters.connectionAttempts).toBe(302);
  });

  test("is counted", async () => {
    const { exchange } = await start();
    const clients = await Promise.all([1, 2, 3].map(() => opened(exchange, "/ws")));
    expect(exchange.counters).toMatchObject({ connectionsOpen: 3, connectionsOpenMax: 3 });
    await Promise.all(clients.map((client) => client.end()));
    await expect.poll(() => exchange.counters.connectionsOpen).toBe(0);
    await opened(exchange, "/ws");
    expect(exchange.counters).toMatchObject({ connectionsOpenMax: 3, connectionAttempts: 4 });
  });

  test("may name 1,024 streams in its address, and not one more", async () => {
    const { exchange } = await start();
    const names = (count: number) => Array.from({ length: count }, (_, i) => `s${i}@kline_1m`);
    await opened(exchange, `/stream?streams=${names(1_024).join("/")}`);
    const client = await opened(exchange, `/stream?streams=${names(1_025).join("/")}`);
    expect(await client.closed).toMatchObject({ code: 1008 });
  });

  test("exists under the documented paths only", async () => {
    const { exchange } = await start();
    await expect(new StreamClient(exchange, "/elsewhere").opened).rejects.toThrow("404");
  });
});
