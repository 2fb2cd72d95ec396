/** The address is read with care: what cannot be meant is passed over. */
import { expect, test } from "vitest";
import { parseSearch, tickDecimals } from "./selection.ts";

test("symbol and timeframe are read from the address", () => {
  expect(parseSearch({ symbol: "ETHUSDT", timeframe: "4h" })).toEqual({
    symbol: "ETHUSDT",
    timeframe: "4h",
  });
  expect(parseSearch({ symbol: "ethusdt" })).toEqual({ symbol: "ETHUSDT" });
});

test.each([
  {},
  { symbol: "", timeframe: "" },
  { symbol: "../etc", timeframe: "1M" },
  { symbol: { $ne: 1 }, timeframe: ["1m", "5m"] },
  { symbol: "A".repeat(21), timeframe: "constructor" },
  { symbol: "<img>", timeframe: 5 },
])("%j names nothing", (search) => {
  expect(parseSearch(search)).toEqual({});
});

test("prices have the decimals of their tick", () => {
  const instrument = {
    symbol: "XRPUSDT",
    baseAsset: "XRP",
    quoteAsset: "USDT",
    tickSize: "0.00010000",
    stepSize: "1",
    quantityMin: "1",
    notionalMin: "5",
  };
  expect(tickDecimals(instrument)).toBe(4);
  expect(tickDecimals({ ...instrument, tickSize: "1" })).toBe(0);
  expect(tickDecimals(null)).toBe(2);
});
