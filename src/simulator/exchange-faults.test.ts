/** Every fault of the exchange, seen from the wire. */
import { afterEach, describe, expect, test } from "vitest";
import { MINUTE_MS, TIMEFRAMES } from "../core/timeframe.ts";
import { type ExchangeServer, startExchangeServer } from "./exchange-server.ts";
import { type Fault, FaultPlan, GARBAGE, type RestAnswer } from "./fault-plan.ts";
import { ManualClock } from "./manual-clock.ts";
import { randomFaultPlan, TRUE_KINDS } from "./random-fault-plan.ts";
import { seededMarket } from "./seeded-market.ts";
import { type HeardEvent, opened, StreamClient } from "./stream-client.ts";

const NOW = Date.UTC(2026, 5, 15, 12, 0);
const STREAM = "btcusdt@kline_1m";
const market = seededMarket(3, ["BTCUSDT", "ETHUSDT"]);
const at = (ms: number) => NOW + ms;
const span = (from: number, until: number) => ({ from: at(from), until: at(until) });

const running: ExchangeServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((exchange) => exchange.close()));
});

async function start(...faults: readonly Fault[]) {
  const clock = new ManualClock(NOW);
  const exchange = await startExchangeServer({ market, clock, faults: new FaultPlan(faults) });
  running.push(exchange);
  const run = async (ms: number) => {
    await clock.advanceSettling(ms, 20_000, () => exchange.drained());
  };
  return { clock, exchange, run };
}

/** What a client of the stream hears in so many milliseconds. */
async function heard(ms: number, ...faults: readonly Fault[]) {
  const { exchange, run } = await start(...faults);
  const client = await opened(exchange, `/ws/${STREAM}`);
  await run(ms);
  return client;
}

const seconds = (events: readonly HeardEvent[]) => events.map((event) => (event.E - NOW) / 1_000);
const closed = (events: readonly HeardEvent[]) => events.filter((event) => event.k.x);
const closes = (events: readonly HeardEvent[]) =>
  closed(events).map((event) => (event.k.t - NOW) / MINUTE_MS);

describe("a connection", () => {
  test("is closed", async () => {
    const incident = { kind: "close", at: at(5_000), streams: null, code: 1012 } as const;
    const client = await heard(6_000, incident);
    expect(await client.closed).toMatchObject({ code: 1012 });
    expect(seconds(client.events)).toEqual([2, 4]);
  });

  test("is reset", async () => {
    const client = await heard(6_000, { kind: "reset", at: at(5_000), streams: [STREAM] });
    expect(await client.closed).toMatchObject({ code: 1006 });
  });

  test("is cut only when it carries the stream", async () => {
    const { exchange, run } = await start();
    const [one, other] = [
      await opened(exchange, "/ws/ethusdt@kline_1d"),
      await opened(exchange, `/ws/${STREAM}`),
    ];
    exchange.faults.add({ kind: "reset", at: exchange.marketClock.now(), streams: [STREAM] });
    await other.closed;
    await run(2_000);
    expect(one.events).toHaveLength(1);
    expect(exchange.counters.connectionsOpen).toBe(1);
  });

  test("is told of a shutdown, then closed", async () => {
    const { exchange, run } = await start();
    const raw = await opened(exchange, `/ws/${STREAM}`);
    const combined = await opened(exchange, `/stream?streams=${STREAM}`);
    exchange.faults.add({ kind: "serverShutdown", at: NOW, streams: null, graceMs: 3_000 });
    await run(2_999);
    const event = { e: "serverShutdown", E: NOW };
    expect(raw.messages[0]).toEqual(event);
    expect(combined.messages[0]).toEqual({ stream: "!serverShutdown", data: event });
    expect(exchange.counters.connectionsOpen).toBe(2);
    await run(1);
    expect(await raw.closed).toMatchObject({ code: 1001 });
  });

  test("is refused for a while, REST too", async () => {
    const { exchange, clock } = await start({ kind: "refused", ...span(0, 5_000) });
    await expect(new StreamClient(exchange, "/ws").opened).rejects.toThrow(/ECONNRESET|hang up/);
    await expect(fetch(`${exchange.restUrl}/api/v3/ping`)).rejects.toThrow();
    expect(exchange.counters).toMatchObject({ socketsRefused: 2, connectionsOpen: 0 });
    clock.advance(5_000);
    await opened(exchange, "/ws");
  });

  test("is cut again and again in a storm", async () => {
    const { exchange, run } = await start({ kind: "storm", ...span(0, 5_000), aliveMs: 1_000 });
    for (let i = 0; i < 3; i += 1) {
      const client = await opened(exchange, "/ws");
      await run(1_000);
      expect(await client.closed).toMatchObject({ code: 1001 });
    }
    await run(2_000);
    await opened(exchange, "/ws");
    await run(2_000);
    expect(exchange.counters.connectionsOpen).toBe(1);
  });
});

describe("a stall", () => {
  const stall = { kind: "stall", ...span(3_000, 100_000), streams: null } as const;

  test("silences streams while pings go on", async () => {
    const client = await heard(105_000, { ...stall, pings: "alive", connections: "every" });
    expect(seconds(client.events)).toEqual([2, 100, 102, 104]);
    expect(client.pings).toContain(String(at(40_000)));
  });

  test("leaves a connection half open: no pings, no pongs, no answers", async () => {
    const { exchange, run } = await start({ ...stall, pings: "dead", connections: "every" });
    const client = await opened(exchange, `/ws/${STREAM}`);
    await run(5_000);
    client.socket.ping("anyone?");
    client.socket.send('{"method":"LIST_SUBSCRIPTIONS","id":1}');
    await run(90_000);
    expect(client.pings.filter((ping) => ping !== "barrier")).toEqual([]);
    expect([client.pongs, client.messages.length]).toEqual([[], 1]);
    expect(exchange.counters.connectionsOpen).toBe(1);
  });

  test("may spare connections opened later, and other streams", async () => {
    const { exchange, run } = await start({
      ...stall,
      streams: [STREAM],
      pings: "alive",
      connections: "present",
    });
    const old = await opened(exchange, `/ws/${STREAM}/ethusdt@kline_1m`);
    await run(4_000);
    const fresh = await opened(exchange, `/ws/${STREAM}`);
    await run(4_000);
    const told = (client: StreamClient) =>
      client.events.map((event) => `${event.s} ${(event.E - NOW) / 1_000}`);
    expect(told(old)).toEqual(["BTCUSDT 2", "ETHUSDT 2", "ETHUSDT 4", "ETHUSDT 6", "ETHUSDT 8"]);
    expect(told(fresh)).toEqual(["BTCUSDT 6", "BTCUSDT 8"]);
  });
});

describe("frames", () => {
  test.each(GARBAGE)("are mixed with garbage: %s", async (garbage) => {
    const fault = { kind: "garbage", ...span(3_000, 5_000), streams: [STREAM], garbage } as const;
    const before = await heard(6_000, { ...fault, place: "before" });
    const instead = await heard(6_000, { ...fault, place: "instead" });
    const sound = await heard(6_000);
    const [first, second, third] = sound.messages;
    expect(before.messages).toEqual([first, before.messages[1], second, third]);
    expect(instead.messages).toEqual([first, before.messages[1], third]);
    expect(sound.messages).not.toContainEqual(before.messages[1]);
  });

  test("are lost for the candles that open in a gap", async () => {
    const client = await heard(4 * MINUTE_MS, {
      kind: "gap",
      ...span(MINUTE_MS, 3 * MINUTE_MS),
      streams: null,
    });
    expect(closes(client.events)).toEqual([0, 3]);
    expect(client.events.some((event) => event.k.t === at(MINUTE_MS))).toBe(false);
  });

  test("come twice", async () => {
    const client = await heard(6_000, { kind: "duplicate", ...span(3_000, 5_000), streams: null });
    expect(seconds(client.events)).toEqual([2, 4, 4, 6]);
  });

  test("overtake each other, none is lost", async () => {
    const client = await heard(12_000, {
      kind: "outOfOrder",
      ...span(3_000, 9_000),
      streams: null,
    });
    expect(seconds(client.events)).toEqual([2, 6, 4, 8, 10, 12]);
  });

  test("close late, in mid of the next candle", async () => {
    const late = {
      kind: "lateClose",
      ...span(0, MINUTE_MS + 1),
      streams: null,
      delayMs: 5_000,
    } as const;
    const client = await heard(2 * MINUTE_MS, late);
    expect(seconds(client.events).slice(28, 32)).toEqual([58, 62, 64, 60]);
    expect(closes(client.events)).toEqual([0, 1]);
  });

  test("never close", async () => {
    const missing = { kind: "missingClose", ...span(0, MINUTE_MS + 1), streams: null } as const;
    expect(closes((await heard(2 * MINUTE_MS, missing)).events)).toEqual([1]);
  });

  test("close again with another price, which REST confirms", async () => {
    const { exchange, run } = await start({
      kind: "revisedClose",
      ...span(0, MINUTE_MS + 1),
      streams: null,
      delayMs: 3_000,
    });
    const client = await opened(exchange, `/ws/${STREAM}`);
    const close = async () => {
      const path = `/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=${NOW}&limit=1`;
      return (await (await fetch(exchange.restUrl + path)).json())[0][4];
    };
    await run(MINUTE_MS);
    const truth = await close();
    await run(3_000);
    const [first, revised] = closed(client.events);
    expect([first?.k.t, revised?.k.t]).toEqual([NOW, NOW]);
    expect(first?.k.c).toBe(truth);
    expect(revised?.k.c).not.toBe(truth);
    expect(await close()).toBe(revised?.k.c);
  });

  test("tell a time that is off", async () => {
    const { exchange, run } = await start({
      kind: "clockSkew",
      ...span(1_000, 5_000),
      skewMs: -700,
    });
    const client = await opened(exchange, `/ws/${STREAM}`);
    await run(4_000);
    expect(client.events.map((event) => event.E)).toEqual([at(1_300), at(3_300)]);
    const { serverTime } = await (await fetch(`${exchange.restUrl}/api/v3/time`)).json();
    expect(serverTime).toBe(at(3_300));
  });
});

describe("a hole of the exchange", () => {
  test("leaves no candle on streams nor by REST, and higher ones add up what exists", async () => {
    const { exchange, run } = await start({
      kind: "hole",
      ...span(MINUTE_MS, 7 * MINUTE_MS),
      symbols: ["BTCUSDT"],
    });
    const client = await opened(exchange, `/ws/${STREAM}/btcusdt@kline_5m/ethusdt@kline_1m`);
    await run(10 * MINUTE_MS);
    const of = (symbol: string, interval: string) =>
      closes(client.events.filter((event) => event.s === symbol && event.k.i === interval));
    expect(of("BTCUSDT", "1m")).toEqual([0, 7, 8, 9]);
    expect(of("BTCUSDT", "5m")).toEqual([0, 5]);
    expect(of("ETHUSDT", "1m")).toHaveLength(10);
    const rows = async (interval: string) => {
      const path = `/api/v3/klines?symbol=BTCUSDT&interval=${interval}&startTime=${NOW}`;
      return await (await fetch(exchange.restUrl + path)).json();
    };
    const minutes = await rows("1m");
    expect(minutes.map((row: number[]) => ((row[0] ?? 0) - NOW) / MINUTE_MS)).toEqual([
      0, 7, 8, 9, 10,
    ]);
    const [first, second] = await rows("5m");
    expect(first.slice(1, 6)).toEqual(minutes[0].slice(1, 6));
    const highest = Math.max(...minutes.slice(1, 4).map((row: string[]) => Number(row[2])));
    expect([second[1], Number(second[2])]).toEqual([minutes[1][1], highest]);
  });
});

describe("REST", () => {
  const spoiled = async (answer: RestAnswer, requests: number | null = null) => {
    const { exchange } = await start({
      kind: "rest",
      ...span(0, 5_000),
      answer,
      paths: null,
      requests,
    });
    return exchange;
  };
  const ask = (exchange: ExchangeServer, path = "/api/v3/time") => fetch(exchange.restUrl + path);

  test.each([
    [{ kind: "limited", retryAfterS: 7 }, 429, "7", "application/json"],
    [{ kind: "banned", retryAfterS: 90 }, 418, "90", "application/json"],
    [{ kind: "forbidden" }, 403, null, "text/html"],
    [{ kind: "failure", status: 500 }, 500, null, "application/json"],
    [{ kind: "failure", status: 503 }, 503, null, "text/html"],
  ] as const)("answers %j", async (answer, status, retryAfter, type) => {
    const response = await ask(await spoiled(answer));
    expect([response.status, response.headers.get("retry-after")]).toEqual([status, retryAfter]);
    expect(response.headers.get("content-type")).toContain(type);
    await response.text();
  });

  test("spoils so many requests, of such paths, and no more", async () => {
    const exchange = await spoiled({ kind: "failure", status: 502 }, 2);
    const statuses = async () => {
      const { status } = await ask(exchange);
      return status;
    };
    expect([await statuses(), await statuses(), await statuses()]).toEqual([502, 502, 200]);
    exchange.faults.add({
      kind: "rest",
      ...span(0, 5_000),
      answer: { kind: "forbidden" },
      paths: ["/api/v3/ping"],
      requests: null,
    });
    expect([await statuses(), (await ask(exchange, "/api/v3/ping")).status]).toEqual([200, 403]);
    exchange.faults.clear();
    expect((await ask(exchange, "/api/v3/ping")).status).toBe(200);
  });

  test("hangs", async () => {
    const exchange = await spoiled({ kind: "hang" });
    const signal = AbortSignal.timeout(50);
    await expect(fetch(`${exchange.restUrl}/api/v3/time`, { signal })).rejects.toThrow("timeout");
  });

  test("breaks off in mid body", async () => {
    const response = await ask(await spoiled({ kind: "truncated" }), "/api/v3/exchangeInfo");
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test("lags behind the streams, without the candle or with an unfinished one", async () => {
    const { exchange, clock } = await start(
      {
        kind: "rest",
        ...span(0, 62_000),
        answer: { kind: "lag", ms: 3_000, shows: "nothing" },
        paths: null,
        requests: null,
      },
      {
        kind: "rest",
        ...span(62_000, 64_000),
        answer: { kind: "lag", ms: 4_000, shows: "unfinished" },
        paths: null,
        requests: null,
      },
    );
    const last = async () => {
      const path = `/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=${NOW}&endTime=${NOW}`;
      return (await (await ask(exchange, path)).json())[0]?.[4];
    };
    const truth = market.candle("BTCUSDT", "1m", NOW)?.close ?? 0;
    clock.advance(61_000);
    expect(await last()).toBeUndefined();
    clock.advance(1_000);
    const unfinished = market.formingCandle("BTCUSDT", "1m", at(58_000))?.close;
    expect(Number(await last())).toBe(unfinished);
    expect(unfinished).not.toBe(truth);
    clock.advance(2_000);
    expect(Number(await last())).toBe(truth);
  });
});

describe("a random fault plan", () => {
  const options = {
    seed: 5,
    ...span(0, 2_000 * MINUTE_MS),
    symbols: ["BTCUSDT", "ETHUSDT"],
    count: 300,
  };

  test("is the same for the same seed, and has every kind", () => {
    const plan = randomFaultPlan(options);
    expect(randomFaultPlan(options)).toEqual(plan);
    expect(randomFaultPlan({ ...options, seed: 6 })).not.toEqual(plan);
    expect(new Set(plan.map((fault) => fault.kind))).toEqual(new Set(TRUE_KINDS));
    const all: Fault["kind"][] = ["hole", "clockSkew", "revisedClose"];
    const odd = randomFaultPlan({ ...options, kinds: all });
    expect(new Set(odd.map((fault) => fault.kind))).toEqual(new Set(all));
  });

  test("stays within its span", () => {
    for (const fault of randomFaultPlan(options)) {
      const [from, until] = "at" in fault ? [fault.at, fault.at] : [fault.from, fault.until];
      expect(from).toBeGreaterThanOrEqual(options.from);
      expect(until).toBeLessThanOrEqual(options.until);
      expect(from).toBeLessThanOrEqual(until);
    }
  });

  test("never stops the exchange from working once it is over", async () => {
    const over = 60 * MINUTE_MS;
    const plan = randomFaultPlan({
      ...options,
      ...span(0, over),
      count: 150,
      kinds: TRUE_KINDS.filter((kind) => kind !== "refused"),
    });
    const { exchange, run } = await start(...plan);
    const names = TIMEFRAMES.map((timeframe) => `btcusdt@kline_${timeframe}`).join("/");
    while (exchange.marketClock.now() < at(over)) {
      if (exchange.counters.connectionsOpen === 0) await opened(exchange, `/ws/${names}`);
      await run(30_000);
    }
    const client = await opened(exchange, `/ws/${names}`);
    await run(5 * MINUTE_MS);
    const minutes = client.events.filter((event) => event.k.i === "1m");
    expect(closes(minutes)).toEqual([60, 61, 62, 63, 64]);
    expect(client.messages).toHaveLength(client.events.length);
  });
});
