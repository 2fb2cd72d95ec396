/** The simulated exchange, used by clients that were not written for it: Binance's own and ccxt. */
import { Spot } from "@binance/spot";
import ccxt from "ccxt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  MINUTE_MS,
  openTimeAt,
  TIMEFRAMES,
  type Timeframe,
  timeframeMs,
} from "../src/core/timeframe.ts";
import { type ExchangeServer, startExchangeServer } from "../src/simulator/exchange-server.ts";
import { ManualClock } from "../src/simulator/manual-clock.ts";
import { seededMarket } from "../src/simulator/seeded-market.ts";

const SYMBOLS = ["BTCUSDT", "ETHUSDT", "XRPUSDT"];
const NOW = Date.UTC(2026, 5, 15, 12, 34, 30);
const market = seededMarket(7, SYMBOLS);
const clock = new ManualClock(NOW);

let exchange: ExchangeServer;
beforeAll(async () => {
  exchange = await startExchangeServer({ market, clock });
});
afterAll(async () => {
  await exchange.close();
});

/** What the market says of the latest closed candles, as numbers. */
function closedCandles(symbol: string, timeframe: Timeframe, count: number) {
  const length = timeframeMs(timeframe);
  const end = openTimeAt(timeframe, clock.now());
  return Array.from({ length: count }, (_, i) => {
    const candle = market.candle(symbol, timeframe, end - (count - i) * length);
    if (candle === null) throw new Error("the market has a past");
    const { openTime, open, high, low, close, volume } = candle;
    return [openTime, open, high, low, close, volume];
  });
}

describe("@binance/spot", () => {
  const client = () =>
    new Spot({
      configurationRestAPI: { apiKey: "", basePath: exchange.restUrl, retries: 0, timeout: 5_000 },
      configurationWebsocketStreams: { wsURL: exchange.streamUrl, reconnectDelay: 60_000 },
    });
  const klines = async (symbol: string, interval: Timeframe, limit: number) => {
    // The client's list of intervals is an enum, which plain strings do not satisfy.
    const request = { symbol, interval: interval as never, limit };
    return await (await client().restAPI.klines(request)).data();
  };

  test("reads the time and the symbols", async () => {
    const { restAPI } = client();
    expect(await (await restAPI.time()).data()).toEqual({ serverTime: clock.now() });
    const info = await (await restAPI.exchangeInfo({ symbols: SYMBOLS })).data();
    expect(info.symbols?.map((symbol) => [symbol.symbol, symbol.status])).toEqual(
      SYMBOLS.map((symbol) => [symbol, "TRADING"]),
    );
    expect(info.symbols?.[0]?.filters).toEqual(
      expect.arrayContaining([expect.objectContaining({ tickSize: "0.01000000" })]),
    );
  });

  test.each(TIMEFRAMES)("reads %s candles", async (timeframe) => {
    const rows = await klines("BTCUSDT", timeframe, 51);
    expect(rows.slice(0, 50).map((row) => row.slice(0, 6).map(Number))).toEqual(
      closedCandles("BTCUSDT", timeframe, 50),
    );
  });

  test("understands a refusal", async () => {
    await expect(klines("NOPE", "1m", 1)).rejects.toThrow("Invalid symbol.");
  });

  test("follows kline streams to their close", async () => {
    const connection = await client().websocketStreams.connect();
    const heard = new Map<string, (message: { k: Record<string, unknown> }) => void>();
    const told = (word: string) =>
      new Promise<{ k: Record<string, unknown> }>((resolve) => heard.set(word, resolve));
    connection.on("message", (text: string) => {
      const message = JSON.parse(text);
      if ("result" in message) heard.get("subscribed")?.(message);
      else if (message.data.k.x) heard.get("closed")?.(message.data);
    });
    const [subscribed, closed] = [told("subscribed"), told("closed")];
    const prices: unknown[] = [];
    connection.kline({ symbol: "btcusdt", interval: "1m" as never }).on("message", (event) => {
      prices.push(event.k?.c);
    });
    await subscribed;
    const candle = market.candle("BTCUSDT", "1m", openTimeAt("1m", clock.now()));
    clock.advanceTo((candle?.openTime ?? 0) + MINUTE_MS);
    expect((await closed).k).toMatchObject({ t: candle?.openTime, s: "BTCUSDT", i: "1m" });
    expect(Number(prices.at(-1))).toBe(candle?.close);
    expect(prices.length).toBeGreaterThan(5);
    await connection.disconnect();
  });
});

describe("ccxt", () => {
  /** ccxt names symbols its own way, and must be told where this exchange is. */
  const client = async () => {
    const binance = new ccxt.pro.binance({ options: { fetchMarkets: { types: ["spot"] } } });
    Object.assign(binance.urls.api as object, { public: `${exchange.restUrl}/api/v3` });
    const api = binance.urls.api as { ws: { spot: string } };
    api.ws.spot = `${exchange.streamUrl}/ws`;
    binance.has.fetchCurrencies = false;
    await binance.loadHttpProxyAgent();
    return binance;
  };

  test("reads the time and the markets", async () => {
    const binance = await client();
    expect(await binance.fetchTime()).toBe(clock.now());
    const markets = await binance.loadMarkets();
    expect(Object.keys(markets).sort()).toEqual(["BTC/USDT", "ETH/USDT", "XRP/USDT"]);
    expect(markets["ETH/USDT"]?.precision).toMatchObject({ price: 0.01, amount: 0.0001 });
    await binance.close();
  });

  test.each(TIMEFRAMES)("reads %s candles", async (timeframe) => {
    const binance = await client();
    const rows = await binance.fetchOHLCV("ETH/USDT", timeframe, undefined, 51);
    expect(rows.slice(0, 50)).toEqual(closedCandles("ETHUSDT", timeframe, 50));
    await binance.close();
  });

  test("understands a refusal", async () => {
    const binance = await client();
    const request = { symbol: "NOPE", interval: "1m" };
    await expect(binance.publicGetKlines(request)).rejects.toThrow(ccxt.BadSymbol);
    await binance.close();
  });

  test("watches candles", async () => {
    const binance = await client();
    await binance.loadMarkets();
    const watched = binance.watchOHLCV("XRP/USDT", "1m");
    await expect.poll(() => exchange.counters.connectionsOpen).toBe(1);
    await expect.poll(() => exchange.streams.includes("xrpusdt@kline_1m")).toBe(true);
    clock.advance(2_000);
    const [[openTime, open, high, low, close] = []] = await watched;
    const candle = market.formingCandle("XRPUSDT", "1m", clock.now());
    expect([openTime, open, high, low, close]).toEqual([
      candle?.openTime,
      candle?.open,
      candle?.high,
      candle?.low,
      candle?.close,
    ]);
    await binance.close();
  });
});
