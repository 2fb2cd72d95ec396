/** Every answer of the REST interface, right and wrong, from a real server on loopback. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../simulator/manual-clock.ts";
import type { Answer } from "./answer.ts";
import { BinanceRest } from "./binance-rest.ts";
import { WeightBudget } from "./rate-limit.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let handler: Handler;
let server: Server;
let clock: ManualClock;
let budget: WeightBudget;
let rest: BinanceRest;
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    handler(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  clock = new ManualClock(Date.UTC(2026, 10, 22, 12, 0, 10));
  budget = new WeightBudget(clock);
  rest = new BinanceRest({ url: `http://127.0.0.1:${port}/`, clock, budget });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function answers(status: number, body: unknown, headers: Record<string, string> = {}): void {
  handler = (_request, response) => {
    response.writeHead(status, headers);
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

const row = (openTime: number, change: Partial<Record<number, unknown>> = {}) => {
  const cells: unknown[] = [
    openTime,
    "10.0",
    "12.00",
    "9.5",
    "11",
    "3.5",
    openTime + 59_999,
    "38.5",
    7,
    "1",
    "1",
    "0",
  ];
  return Object.assign(cells, change);
};
const candle = (openTime: number) => {
  return { openTime, open: 10, high: 12, low: 9.5, close: 11, volume: 3.5 };
};
const T = 1_617_321_600_000;
const ask = (change: object = {}) =>
  rest.candles({ symbol: "BTCUSDT", timeframe: "1m", limit: 3, ...change }, "repair");

describe("candles", () => {
  test("are asked for as documented and read as numbers", async () => {
    answers(200, [row(T), row(T + 60_000)]);
    expect(await ask({ from: T, to: T + 600_000 })).toEqual({
      kind: "ok",
      value: [candle(T), candle(T + 60_000)],
    });
    expect(asked).toEqual([
      `/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=3&startTime=${T}&endTime=${T + 600_000}`,
    ]);
  });

  test("may be none", async () => {
    answers(200, []);
    expect(await ask()).toEqual({ kind: "ok", value: [] });
  });

  const malformed: ReadonlyArray<[string, unknown]> = [
    ["text that is cut", '[[1617321600000,"10.0","12.0'],
    ["HTML", "<html></html>"],
    ["an object", { rows: [] }],
    ["rows of nulls", [[null, null, null, null, null, null]]],
    ["a short row", [[T, "1", "1", "1", "1"]]],
    ["numbers for text", [row(T, { 1: 10 })]],
    ["NaN", [row(T, { 4: "NaN" })]],
    ["high below low", [row(T, { 2: "1.0" })]],
    ["a negative volume", [row(T, { 5: "-1" })]],
    ["an open time off the grid", [row(T + 1)]],
    ["a double", [row(T), row(T)]],
    ["wrong order", [row(T + 60_000), row(T)]],
    ["more rows than asked for", [row(T), row(T + 60_000), row(T + 120_000), row(T + 180_000)]],
    ["a row before the range", [row(T - 60_000)]],
    ["a row after the range", [row(T + 660_000)]],
  ];
  test.each(malformed)("refused: %s", async (_name, body) => {
    answers(200, body);
    expect((await ask({ from: T, to: T + 600_000 })).kind).toBe("malformed");
  });
});

describe("instruments", () => {
  const filters = [
    { filterType: "PRICE_FILTER", minPrice: "0.01", maxPrice: "1000000", tickSize: "0.01000000" },
    { filterType: "LOT_SIZE", minQty: "0.00001000", maxQty: "9000", stepSize: "0.00001000" },
    { filterType: "NOTIONAL", minNotional: "5.00000000", applyMinToMarket: true },
    { filterType: "SOMETHING_NEW", value: 3 },
  ];
  const info = (symbol: string, change: object = {}) => {
    const assets = { baseAsset: symbol.slice(0, 3), quoteAsset: "USDT" };
    return { symbol, status: "TRADING", ...assets, filters, permissions: [], ...change };
  };
  const instrument = (symbol: string) => {
    const assets = { baseAsset: symbol.slice(0, 3), quoteAsset: "USDT" };
    const sizes = { tickSize: 1_000_000n, stepSize: 1_000n, quantityMin: 1_000n };
    return { symbol, ...assets, ...sizes, notionalMin: 500_000_000n };
  };

  test("come in the order asked for, with tick, step and minima", async () => {
    answers(200, { timezone: "UTC", symbols: [info("ETHUSDT"), info("BTCUSDT")] });
    expect(await rest.instruments(["BTCUSDT", "ETHUSDT"])).toEqual({
      kind: "ok",
      value: [instrument("BTCUSDT"), instrument("ETHUSDT")],
    });
    expect(decodeURIComponent(asked[0] ?? "")).toBe(
      '/api/v3/exchangeInfo?symbols=["BTCUSDT","ETHUSDT"]',
    );
  });

  test("the older filter for the smallest notional is read too", async () => {
    const older = [...filters.slice(0, 2), { filterType: "MIN_NOTIONAL", minNotional: "5.0" }];
    answers(200, { symbols: [info("BTCUSDT", { filters: older })] });
    expect(await rest.instruments(["BTCUSDT"])).toEqual({
      kind: "ok",
      value: [instrument("BTCUSDT")],
    });
  });

  const wrong: ReadonlyArray<[string, unknown]> = [
    ["no filters", { symbols: [info("BTCUSDT", { filters: [] })] }],
    ["tick size 0", { symbols: [info("BTCUSDT", { filters: tickOf("0.00000000") })] }],
    ["another symbol", { symbols: [info("ETHUSDT")] }],
    ["no symbols", {}],
  ];
  function tickOf(tickSize: string) {
    return [{ filterType: "PRICE_FILTER", tickSize }, ...filters.slice(1)];
  }
  test.each(wrong)("refused: %s", async (_name, body) => {
    answers(200, body);
    expect((await rest.instruments(["BTCUSDT"])).kind).toBe("malformed");
  });
});

describe("refusals", () => {
  const rows: ReadonlyArray<[string, number, unknown, Record<string, string>, Answer<never>]> = [
    [
      "429 with Retry-After",
      429,
      { code: -1003, msg: "Too much request weight used" },
      { "Retry-After": "7" },
      { kind: "rateLimited", retryAfterMs: 7_000 },
    ],
    ["429 without", 429, "", {}, { kind: "rateLimited", retryAfterMs: 60_000 }],
    [
      "418 with Retry-After",
      418,
      { code: -1003, msg: "Way too much request weight used" },
      { "Retry-After": "300" },
      { kind: "banned", retryAfterMs: 300_000 },
    ],
    [
      "418 that names the instant",
      418,
      { code: -1003, msg: `IP banned until ${Date.UTC(2026, 10, 22, 12, 10, 10)}. Please` },
      {},
      { kind: "banned", retryAfterMs: 600_000 },
    ],
    ["418 without", 418, "", {}, { kind: "banned", retryAfterMs: 120_000 }],
    ["403 with HTML", 403, "<html>WAF</html>", {}, { kind: "blocked" }],
    ["500", 500, { code: -1000, msg: "unknown" }, {}, { kind: "unavailable", status: 500 }],
    ["502 with HTML", 502, "<html></html>", {}, { kind: "unavailable", status: 502 }],
    [
      "an unknown symbol",
      400,
      { code: -1121, msg: "Invalid symbol." },
      {},
      { kind: "unknownSymbol", message: "Invalid symbol." },
    ],
    [
      "another error",
      400,
      { code: -1120, msg: "Invalid interval." },
      {},
      { kind: "refused", status: 400, code: -1120, message: "Invalid interval." },
    ],
    ["404 with HTML", 404, "<html></html>", {}, refused404()],
  ];
  function refused404(): Answer<never> {
    return { kind: "refused", status: 404, code: 0, message: "" };
  }
  test.each(rows)("%s", async (_name, status, body, headers, expected) => {
    answers(status, body, headers);
    expect(await ask()).toEqual(expected);
  });

  test("after a 429 nothing is asked until its pause is over", async () => {
    answers(429, "", { "Retry-After": "7" });
    await ask();
    answers(200, []);
    expect(await ask()).toEqual({ kind: "rateLimited", retryAfterMs: 7_000 });
    clock.advance(6_999);
    expect((await ask()).kind).toBe("rateLimited");
    clock.advance(1);
    expect((await ask()).kind).toBe("ok");
    expect(asked.length).toBe(2);
  });

  test("a body that breaks off", async () => {
    handler = (_request, response) => {
      response.writeHead(200, { "Content-Length": 1000 });
      response.write("[[16173", () => response.destroy());
    };
    expect((await ask()).kind).toBe("unreachable");
  });

  test("a body without end", async () => {
    handler = (_request, response) => {
      const more = () => void (response.destroyed || response.write("x".repeat(65_536), more));
      more();
    };
    expect(await ask()).toEqual({ kind: "malformed", reason: "more than 2097152 bytes" });
  });

  test("a server that hangs", async () => {
    const arrived = Promise.withResolvers<void>();
    handler = () => arrived.resolve();
    const answer = ask();
    await arrived.promise;
    clock.advance(4_999);
    expect(rest.counters.inFlight).toBe(1);
    clock.advance(1);
    expect(await answer).toEqual({ kind: "timeout" });
    expect(rest.counters.inFlight).toBe(0);
  });

  test("a body that hangs", async () => {
    const arrived = Promise.withResolvers<void>();
    handler = (_request, response) => {
      response.writeHead(200);
      response.write("[", () => arrived.resolve());
    };
    const answer = ask();
    await arrived.promise;
    clock.advance(5_000);
    expect(await answer).toEqual({ kind: "timeout" });
  });

  test("no server", async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
    const answer = await ask();
    expect(answer.kind).toBe("unreachable");
    expect(await rest.isReachable(1_000)).toBe(false);
  });

  test("a redirect is not followed", async () => {
    answers(302, "", { Location: "http://127.0.0.1:1/" });
    expect((await ask()).kind).toBe("unreachable");
  });

  test("closing ends what still runs", async () => {
    const arrived = Promise.withResolvers<void>();
    handler = () => arrived.resolve();
    const answer = ask();
    await arrived.promise;
    rest.close();
    expect((await answer).kind).toBe("unreachable");
  });
});

describe("weights", () => {
  test("are counted as documented: time 1, candles 2, exchange information 20", async () => {
    answers(200, { serverTime: T, symbols: [] });
    await rest.time("repair");
    await ask();
    await rest.instruments(["BTCUSDT"]);
    expect(budget.used).toBe(23);
  });

  test("the exchange's own count is believed", async () => {
    answers(200, { serverTime: T }, { "X-MBX-USED-WEIGHT-1M": "3000" });
    expect(await rest.time("repair")).toEqual({ kind: "ok", value: T });
    expect((await ask()).kind).toBe("rateLimited");
    expect(asked.length).toBe(1);
  });

  test("reachable means that it answers", async () => {
    answers(200, {});
    expect(await rest.isReachable(1_000)).toBe(true);
    answers(503, {});
    expect(await rest.isReachable(1_000)).toBe(false);
  });
});
