/** Which database a market is kept in: prices that differ are kept apart. */
import { expect, test } from "vitest";
import { databaseMarket } from "./market-database.ts";

const settings = { market: { kind: "automatic" }, simulatedSeed: 1 } as const;

test("each market has its own name, whatever it was chosen by", () => {
  expect(databaseMarket(settings, "binance")).toBe("binance");
  expect(databaseMarket(settings, "simulated")).toBe("simulated");
  expect(databaseMarket({ ...settings, simulatedSeed: 7 }, "simulated")).toBe("simulated-7");
});

test("a replay is named after its files, wherever they lie", () => {
  const nameOf = (...files: string[]) =>
    databaseMarket({ ...settings, market: { kind: "replay", files } }, "replay");
  expect(nameOf("/a/btc.csv")).toMatch(/^replay-[0-9a-f]{12}$/);
  expect(nameOf("/a/btc.csv")).toBe(nameOf("b/btc.csv"));
  expect(nameOf("btc.csv")).not.toBe(nameOf("eth.csv"));
  expect(nameOf("btc.csv", "eth.csv")).not.toBe(nameOf("btc.csv"));
});
