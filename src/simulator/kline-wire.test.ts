/** Numbers, rows, events and names as the exchange writes them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decimalText,
  klineEvent,
  klineRow,
  klineStreamName,
  parseStreamName,
} from "./kline-wire.ts";

const candle = {
  openTime: 1_499_040_000_000,
  open: 0.0163479,
  high: 0.8,
  low: 0.015758,
  close: 0.015771,
  volume: 148976.11427815,
  quoteVolume: 2434.19055334,
  takerVolume: 74488.057139075,
  trades: 308,
  firstTradeId: 100,
};

describe("the wire of candles", () => {
  test.each([
    [0, "0.00000000"],
    [1, "1.00000000"],
    [58720.45, "58720.45000000"],
    [0.00000001, "0.00000001"],
    [300_000_000.1, "300000000.10000000"],
    [148976.11427815, "148976.11427815"],
    [123_456_789_012_345, "123456789012345.00000000"],
  ])("%d is written %s", (value, text) => {
    expect(decimalText(value)).toBe(text);
  });

  test("a number of up to eight decimals is read back as itself", () => {
    const value = fc
      .tuple(fc.integer({ min: 0, max: 2 ** 52 }), fc.integer({ min: 0, max: 8 }))
      .map(([units, decimals]) => units / 10 ** decimals);
    fc.assert(
      fc.property(value, (number) => {
        expect(Number(decimalText(number))).toBe(number);
        expect(decimalText(number)).toMatch(/^\d+\.\d{8,}$/);
      }),
    );
  });

  test("a row has twelve columns", () => {
    expect(klineRow("1m", candle)).toEqual([
      1_499_040_000_000,
      "0.01634790",
      "0.80000000",
      "0.01575800",
      "0.01577100",
      "148976.11427815",
      1_499_040_059_999,
      "2434.19055334",
      308,
      "74488.057139075",
      "1217.09527667",
      "0",
    ]);
  });

  test("an event has the documented fields, in their order", () => {
    const frame = {
      symbol: "BNBBTC",
      timeframe: "1m",
      candle,
      isClosed: true,
      eventTime: 5,
    } as const;
    const event = klineEvent(frame);
    expect(Object.keys(event)).toEqual(["e", "E", "s", "k"]);
    expect(Object.keys(event.k).join("")).toBe("tTsifLochlvnxqVQB");
    expect(event).toMatchObject({ e: "kline", E: 5, s: "BNBBTC", k: { x: true, f: 100, L: 407 } });
  });

  test("a candle without trades has no trade numbers", () => {
    const quiet = { ...candle, volume: 0, takerVolume: 0, quoteVolume: 0, trades: 0 };
    const frame = {
      symbol: "A",
      timeframe: "1m",
      candle: quiet,
      isClosed: true,
      eventTime: 5,
    } as const;
    expect(klineEvent(frame).k).toMatchObject({ f: -1, L: -1, n: 0, Q: "0.00000000" });
  });

  test("stream names are read as they are written, in lower case only", () => {
    const stream = { symbol: "BTCUSDT", timeframe: "15m" } as const;
    expect(klineStreamName(stream)).toBe("btcusdt@kline_15m");
    expect(parseStreamName("btcusdt@kline_15m")).toEqual(stream);
    for (const name of [
      "BTCUSDT@kline_15m",
      "btcusdt@kline_7m",
      "btcusdt@trade",
      "",
      "@kline_1m",
    ]) {
      expect(parseStreamName(name), name).toBeNull();
    }
  });
});
