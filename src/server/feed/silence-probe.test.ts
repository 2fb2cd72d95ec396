/** Silent symbols take turns at REST; only a trade that no stream has shown is evidence. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Candle } from "../../core/candle.ts";
import { ManualClock } from "../../simulator/manual-clock.ts";
import { createBinanceExchange, type Exchange } from "../exchange/exchange.ts";
import { ExchangeTime } from "./exchange-time.ts";
import { SilenceProbe } from "./silence-probe.ts";

const T = Date.UTC(2026, 0, 1);

let server: Server;
let exchange: Exchange;
/** The row that REST shows for every symbol, and the status of the time's answer. */
let row: unknown[] | null;
let timeStatus: number;
let asked: string[];

beforeEach(async () => {
  [row, timeStatus, asked] = [null, 200, []];
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname === "/api/v3/time") {
      response.writeHead(timeStatus).end(JSON.stringify({ serverTime: T }));
      return;
    }
    asked.push(url.searchParams.get("symbol") ?? "");
    response.writeHead(row === null ? 500 : 200).end(JSON.stringify([row]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const restUrl = `http://127.0.0.1:${port}`;
  const clock = new ManualClock(T);
  exchange = createBinanceExchange({ restUrl, streamUrl: "ws://127.0.0.1:1", clock });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function rowOf(volume: number, openTime = T): unknown[] {
  return [openTime, "1.0", "1.0", "1.0", "1.0", volume.toFixed(1)];
}

function candleOf(volume: number): Candle {
  return { openTime: T, open: 1, high: 1, low: 1, close: 1, volume };
}

function probeOf(known: Candle | null) {
  const traded: string[] = [];
  const exchangeTime = new ExchangeTime();
  const onTrade = (symbol: string) => traded.push(symbol);
  const probe = new SilenceProbe({ exchange, exchangeTime, newest: () => known, onTrade });
  return { probe, traded, exchangeTime };
}

/** Waits until the round has begun and nothing of it is under way. */
async function roundOver(requests: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (exchange.counters.requests < requests || exchange.counters.inFlight > 0) {
    if (Date.now() > deadline) throw new Error("the round does not end");
    await nextTurn();
  }
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
}

const cases: ReadonlyArray<[string, unknown[] | null, Candle | null, boolean]> = [
  ["the same candle", rowOf(5), candleOf(5), false],
  ["more volume", rowOf(6), candleOf(5), true],
  ["a newer candle with volume", rowOf(1, T + 60_000), candleOf(5), true],
  ["a newer candle without", rowOf(0, T + 60_000), candleOf(5), false],
  ["an older candle", rowOf(9, T - 60_000), candleOf(5), false],
  ["a candle where none was known", rowOf(1), null, true],
  ["no answer", null, candleOf(5), false],
];
test.each(cases)("%s", async (_name, shown, known, isTrade) => {
  row = shown;
  const { probe, traded, exchangeTime } = probeOf(known);
  probe.consider(["BTCUSDT"], 0);
  await roundOver(2);
  expect(traded).toEqual(isTrade ? ["BTCUSDT"] : []);
  expect(exchangeTime.now).toBe(T);
});

test("asks one round in ten seconds, and all of a hundred symbols within three", async () => {
  row = rowOf(5);
  const symbols = Array.from({ length: 100 }, (_, i) => `S${i}USDT`);
  const { probe } = probeOf(candleOf(5));
  for (const [round, requests] of [35, 70, 105].entries()) {
    for (let now = round * 10_000; now < round * 10_000 + 10_000; now += 500) {
      probe.consider(symbols, now);
    }
    await roundOver(requests);
    expect(exchange.counters.requests).toBe(requests);
  }
  expect(new Set(asked).size).toBe(100);
});

test("an exchange that does not tell its time is not asked more", async () => {
  timeStatus = 503;
  const { probe } = probeOf(candleOf(5));
  probe.consider(["BTCUSDT"], 0);
  await roundOver(1);
  expect(asked).toEqual([]);
});
