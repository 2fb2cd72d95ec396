/** The whole server from outside: its routes on the simulated market, and how few connections it needs. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { INDICATORS } from "../src/core/indicators/catalog.ts";
import { MINUTE_MS, TIMEFRAMES } from "../src/core/timeframe.ts";
import {
  type CandlesAnswer,
  candlesAnswer,
  indicatorsAnswer,
  indicatorValuesAnswer,
  instrumentsAnswer,
} from "../src/protocol/market.ts";
import { problemSchema } from "../src/protocol/problem.ts";
import { type Statistics, statisticsSchema } from "../src/protocol/statistics.ts";
import { parseConfig } from "../src/server/config.ts";
import { Outcry } from "../src/server/main.ts";
import { type ExchangeServer, startExchangeServer } from "../src/simulator/exchange-server.ts";
import { seededMarket } from "../src/simulator/seeded-market.ts";
import { StreamReader } from "./stream-reader.ts";
import { startTestServer, type TestServer } from "./test-database.ts";

const SEED = 7;
const SYMBOLS = ["BTCUSDT", "ETHUSDT"];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function started(environment: Record<string, string>): Promise<Outcry> {
  const { url: DATABASE_URL } = await server.createDatabase();
  const settings = { PORT: "0", SYMBOLS: SYMBOLS.join(","), DATABASE_URL };
  const parsed = parseConfig({ ...settings, ...environment });
  if (parsed.kind === "refused") throw new Error(JSON.stringify(parsed.refusals));
  const outcry = await Outcry.start({
    config: parsed.config,
    pages: { kind: "built", folder: "dist/web" },
    log: pino({ level: "silent" }),
    onFault: (cause) => {
      throw cause;
    },
  });
  // This route waits for the market; on a busy machine, more than once.
  while ((await fetch(`${outcry.url}/api/instruments`)).status !== 200);
  return outcry;
}

function portOf(outcry: Outcry): number {
  return Number(new URL(outcry.url).port);
}

function streamRequest(outcry: Outcry, query: string): string {
  const host = `localhost:${portOf(outcry)}`;
  return `GET /api/trading-shared?${query} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
}

async function statisticsOf(outcry: Outcry): Promise<Statistics> {
  const response = await fetch(`${outcry.url}/api/ws-stats`);
  return statisticsSchema.strict().parse(await response.json());
}

describe("on the simulated market", () => {
  let outcry: Outcry;
  beforeAll(async () => {
    outcry = await started({ MARKET: "simulated", SIMULATED_SEED: String(SEED) });
  });
  afterAll(() => outcry.close());

  const ask = async (path: string) => {
    const response = await fetch(outcry.url + path);
    expect(response.status, path).toBe(200);
    return await response.json();
  };
  const candles = async (query: string): Promise<CandlesAnswer> =>
    candlesAnswer.parse(await ask(`/api/candles?${query}`));

  test("the server is ready", async () => {
    expect(await ask("/readyz")).toEqual({ status: "ready" });
  });

  test("the instruments stand in the order of SYMBOLS", async () => {
    const { instruments } = instrumentsAnswer.parse(await ask("/api/instruments"));
    expect(instruments.map((instrument) => instrument.symbol)).toEqual(SYMBOLS);
    expect(instruments[0]).toMatchObject({
      baseAsset: "BTC",
      quoteAsset: "USDT",
      tickSize: "0.01",
    });
  });

  test("an unknown symbol is answered with those that are traded", async () => {
    const paths = [
      "/api/trading-shared?action=start&symbol=DOGEUSDT",
      "/api/candles?symbol=DOGEUSDT",
      "/api/indicators/values?symbol=DOGEUSDT&indicator=ema",
    ];
    for (const path of paths) {
      const response = await fetch(outcry.url + path);
      expect(response.status).toBe(400);
      expect(problemSchema.parse(await response.json())).toEqual({
        code: "invalid_symbol",
        message: 'symbol "DOGEUSDT" is not known',
        field: "symbol",
        allowed: SYMBOLS,
      });
    }
  });

  describe("candles", () => {
    test("without a word are the newest thousand of the first symbol, minute by minute", async () => {
      const answer = await candles("");
      expect(answer).toMatchObject({ symbol: "BTCUSDT", timeframe: "1m" });
      expect(answer.candles).toHaveLength(1_000);
      const first = answer.candles[0]?.openTime ?? 0;
      answer.candles.forEach((candle, i) => {
        expect(candle.openTime).toBe(first + i * MINUTE_MS);
      });
      expect(Date.now() - (answer.candles.at(-1)?.openTime ?? 0)).toBeLessThan(3 * MINUTE_MS);
    });

    test.each(TIMEFRAMES)("of %s are the market's own", async (timeframe) => {
      const market = seededMarket(SEED, SYMBOLS);
      const answer = await candles(`symbol=ETHUSDT&timeframe=${timeframe}&limit=3`);
      expect(answer.candles).toHaveLength(3);
      for (const candle of answer.candles) {
        const expected = market.candle("ETHUSDT", timeframe, candle.openTime);
        expect(Number(candle.close)).toBe(Number(expected?.close));
        expect(Number(candle.high)).toBe(Number(expected?.high));
        expect(Number(candle.volume)).toBe(Number(expected?.volume));
      }
    });

    test("of a range have both ends, and the limit counts from its start", async () => {
      const last = (await candles("limit=1")).candles[0]?.openTime ?? 0;
      const from = last - 9 * MINUTE_MS;
      const whole = await candles(`from=${from}&to=${last}`);
      expect(whole.candles.map((candle) => candle.openTime)).toEqual(
        Array.from({ length: 10 }, (_, i) => from + i * MINUTE_MS),
      );
      const cut = await candles(`from=${from}&to=${last}&limit=4`);
      expect(cut.candles).toEqual(whole.candles.slice(0, 4));
      const newest = await candles(`to=${last}&limit=4`);
      expect(newest.candles).toEqual(whole.candles.slice(-4));
      // Between two open times lies one candle only.
      const off = await candles(`from=${from + 1}&to=${from + MINUTE_MS + 1}`);
      expect(off.candles).toEqual(whole.candles.slice(1, 2));
    });

    test("older than memory come from the exchange", async () => {
      const from = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 30 * 86_400_000;
      const answer = await candles(`from=${from}&limit=5`);
      expect(answer.candles.map((candle) => candle.openTime)).toEqual(
        Array.from({ length: 5 }, (_, i) => from + i * MINUTE_MS),
      );
      expect(answer.candles[0]?.source).toBe("rest");
    });

    test("that have not closed yet are not there", async () => {
      const answer = await candles(`from=${Date.now() + 10 * MINUTE_MS}`);
      expect(answer.candles).toEqual([]);
    });
  });

  describe("indicators", () => {
    test("the catalogue is the core's", async () => {
      const { indicators } = indicatorsAnswer.parse(await ask("/api/indicators"));
      expect(indicators.map((indicator) => indicator.id)).toEqual(INDICATORS.map(({ id }) => id));
    });

    test.each(INDICATORS.map(({ id }) => id))("%s has a series and a state", async (id) => {
      const path = `/api/indicators/values?symbol=ETHUSDT&timeframe=1h&indicator=${id}`;
      const answer = indicatorValuesAnswer.parse(await ask(path));
      const last = answer.values.at(-1) ?? [0];
      expect(answer.state?.openTime).toBe(last[0]);
      expect(last).toHaveLength(1 + answer.outputs.length);
      expect(last.every((value) => value !== null)).toBe(true);
    });

    test("ema(50) is what the core makes of the same candles", async () => {
      const path = "/api/indicators/values?indicator=ema(50)";
      const { values } = indicatorValuesAnswer.parse(await ask(path));
      const span = `from=${values[0]?.[0]}&to=${values.at(-1)?.[0]}`;
      const ema = INDICATORS.find(({ id }) => id === "ema")?.create([50]);
      const closed = await candles(span);
      expect(closed.candles.length).toBeGreaterThan(100);
      closed.candles.forEach(({ openTime, open, high, low, close, volume }, i) => {
        const numbers = [open, high, low, close, volume].map(Number);
        const [o = 0, h = 0, l = 0, c = 0, v = 0] = numbers;
        ema?.push({ openTime, open: o, high: h, low: l, close: c, volume: v });
        const value = ema?.values[0] ?? Number.NaN;
        expect(values[i]).toEqual([openTime, Number.isNaN(value) ? null : value]);
      });
    });
  });

  test("the stream begins with hello and a snapshot that goes on where the candles end", async () => {
    const request = streamRequest(outcry, "action=start");
    const reader = await StreamReader.open({ port: portOf(outcry), request });
    expect(reader.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(reader.head).toContain("x-content-type-options: nosniff\r\n");
    expect(reader.head).toContain("cache-control: no-store");
    const [hello] = reader.named("hello");
    expect(hello).toMatchObject({
      market: { kind: "simulated", speed: 1 },
      symbol: "BTCUSDT",
      timeframe: "1m",
    });
    const [snapshot] = reader.named("snapshot");
    expect(snapshot?.candles).toHaveLength(300);
    const last = snapshot?.candles.at(-1) ?? [0, 0, 0, 0, 0];
    const [candle] = (await candles(`from=${last[0]}&to=${last[0]}`)).candles;
    expect(Number(candle?.close)).toBe(last[4]);
    reader.leave();
  });

  test("HEAD tells the stream's headers and opens none", async () => {
    const path = "/api/trading-shared?action=start";
    const response = await fetch(outcry.url + path, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect((await statisticsOf(outcry)).activeSessions).toBe(0);
  });

  test("a parameter lost to the shell leaves its default, the others are taken", async () => {
    const request = streamRequest(outcry, "action=start&timeframe=4h&symbol=ETHUSDT");
    const reader = await StreamReader.open({ port: portOf(outcry), request });
    expect(reader.named("hello")[0]).toMatchObject({ symbol: "ETHUSDT", timeframe: "4h" });
    reader.leave();
  });

  test("metrics name ages, reconnects, gaps, holes, lateness, streams, delay and memory", async () => {
    const metrics = async () => await (await fetch(`${outcry.url}/metrics`)).text();
    // A series has an age from its first frame on.
    const age = /^outcry_feed_age_seconds\{symbol="ETHUSDT",timeframe="1d"\} [\d.]+$/m;
    await expect.poll(metrics, { timeout: 10_000 }).toMatch(age);
    const text = await metrics();
    for (const line of [
      /^outcry_feed_reconnects_total\{timeframe="1m"\} 0$/m,
      /^outcry_feed_events_total\{event="gaps"\} 0$/m,
      /^outcry_feed_events_total\{event="holes"\} 0$/m,
      /^outcry_feed_events_total\{event="frames"\} \d+$/m,
      /^outcry_feed_sockets\{timeframe="4h"\} 1$/m,
      /^# TYPE outcry_candle_lateness_seconds histogram$/m,
      /^outcry_streams \d+$/m,
      /^outcry_streams_deliveries_total \d+$/m,
      /^nodejs_eventloop_lag_p99_seconds [\d.e-]+$/m,
      /^process_resident_memory_bytes \d+$/m,
    ]) {
      expect(text).toMatch(line);
    }
  });
});

describe("how few connections it needs", () => {
  let exchange: ExchangeServer;
  let outcry: Outcry;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    exchange = await startExchangeServer({ market: seededMarket(SEED, SYMBOLS) });
    outcry = await started({
      MARKET: "binance",
      BINANCE_REST_URL: exchange.restUrl,
      BINANCE_STREAM_URL: exchange.streamUrl,
    });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await outcry.close();
    await exchange.close();
  });

  /** Opens streams until there are so many; each has had its first bytes. */
  async function openUntil(count: number): Promise<void> {
    const opening: Promise<unknown>[] = [];
    while (sockets.length < count) {
      const socket = connect(portOf(outcry), "127.0.0.1");
      const timeframe = TIMEFRAMES[sockets.length % TIMEFRAMES.length];
      socket.write(streamRequest(outcry, `action=start&timeframe=${timeframe}`));
      opening.push(once(socket, "data").then(() => socket.on("data", () => {})));
      sockets.push(socket);
    }
    await Promise.all(opening);
  }

  async function endAll(): Promise<void> {
    for (const socket of sockets.splice(0)) socket.destroy();
  }

  const rows: ReadonlyArray<[number, number, number, number, string]> = [
    [0, 0, 0, 0, "0%"],
    [1, 6, 6, 0, "0%"],
    [2, 12, 12, 6, "50%"],
    [3, 18, 18, 12, "66.7%"],
    [10, 60, 60, 54, "90%"],
    [100, 600, 600, 594, "99%"],
    [1_000, 6_000, 6_000, 5_994, "99.9%"],
  ];
  test.each(rows)("%i streams", async (streams, subscriptions, traditional, saved, percent) => {
    await openUntil(streams);
    const { activeSessions, totalSubscriptions, sharedWebSockets, timeframes, efficiency } =
      await statisticsOf(outcry);
    expect({
      activeSessions,
      totalSubscriptions,
      sharedWebSockets,
      timeframes,
      efficiency,
    }).toEqual({
      activeSessions: streams,
      totalSubscriptions: subscriptions,
      sharedWebSockets: 6,
      timeframes: ["1m", "5m", "15m", "1h", "4h", "1d"],
      efficiency: {
        traditionalConnections: traditional,
        sharedConnections: 6,
        savedConnections: saved,
        savingsPercent: percent,
      },
    });
    expect(exchange.counters).toMatchObject({
      connectionsOpen: 6,
      connectionsOpenMax: 6,
      connectionAttempts: 6,
    });
  });

  test("each timeframe has its own connection, with every symbol on it", async () => {
    expect([...exchange.streams].sort()).toEqual(
      SYMBOLS.flatMap((symbol) =>
        TIMEFRAMES.map((timeframe) => `${symbol.toLowerCase()}@kline_${timeframe}`),
      ).sort(),
    );
  });

  test("after all have ended the sessions are 0 within 5 s, and the six remain", async () => {
    const began = Date.now();
    await endAll();
    await expect
      .poll(async () => (await statisticsOf(outcry)).activeSessions, { timeout: 5_000 })
      .toBe(0);
    expect(Date.now() - began).toBeLessThan(5_000);
    expect((await statisticsOf(outcry)).efficiency.savingsPercent).toBe("0%");
    expect(exchange.counters).toMatchObject({ connectionsOpen: 6, connectionAttempts: 6 });
  });

  test("what is counted are real connections: five while the exchange keeps one away", async () => {
    const now = exchange.marketClock.now();
    exchange.faults.add({ kind: "refused", from: now, until: now + 2_000 });
    exchange.faults.add({ kind: "reset", at: now, streams: ["btcusdt@kline_5m"] });
    await expect
      .poll(async () => (await statisticsOf(outcry)).sharedWebSockets, { timeout: 1_500 })
      .toBe(5);
    const statistics = await statisticsOf(outcry);
    expect(statistics.efficiency.sharedConnections).toBe(5);
    expect(statistics.connections["5m"]).toMatchObject({ sockets: 0 });
    expect(statistics.connections["5m"].state).toMatch(/^(closed|connecting)$/);
    const ready = await fetch(`${outcry.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(problemSchema.parse(await ready.json()).message).toMatch(/5m (closed|connecting)/);
    await expect
      .poll(async () => (await statisticsOf(outcry)).sharedWebSockets, { timeout: 15_000 })
      .toBe(6);
    expect((await statisticsOf(outcry)).connections["5m"].reconnects).toBe(1);
    expect(exchange.counters.connectionsOpenMax).toBe(6);
  });
});
