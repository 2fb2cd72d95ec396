/** The gate that requests wait at: until the market opens, their patience ends, or the server does. */
import { expect, test } from "vitest";
import { HandDrivenMarket } from "../../../test/hand-driven-market.ts";
import { systemClock } from "../clock.ts";
import { IndicatorSeries } from "../indicators/indicators.ts";
import { MarketGate, type OpenMarket } from "./market-gate.ts";
import { StreamHub } from "./stream.ts";

const LONG_MS = 60_000;

function openMarket(): OpenMarket {
  const data = new HandDrivenMarket(["BTCUSDT"]);
  const market = { kind: "simulated", speed: 1 } as const;
  const hello = () => ({ market, instruments: [] });
  const hub = new StreamHub({ market: data, hello, clock: systemClock });
  return { market, data, hub, indicators: new IndicatorSeries(data) };
}

test("who waits is let in when the market opens, and who comes later at once", async () => {
  const gate = new MarketGate();
  const waiting = [gate.whenOpen(LONG_MS), gate.whenOpen(LONG_MS)];
  expect(gate.notReady()).toBe("the server starts");
  const market = openMarket();
  gate.open(market);
  expect(await Promise.all(waiting)).toEqual([market, market]);
  expect(await gate.whenOpen(LONG_MS)).toBe(market);
  expect(gate.notReady()).toBeNull();
});

test("patience ends", async () => {
  expect(await new MarketGate().whenOpen(20)).toBeNull();
});

test("closing lets everyone go, and nobody waits behind it", async () => {
  const gate = new MarketGate();
  const waiting = gate.whenOpen(LONG_MS);
  gate.close();
  expect(await waiting).toBeNull();
  expect(await gate.whenOpen(LONG_MS)).toBeNull();
  expect(gate.notReady()).toBe("the server closes");
});

test("a thousand may wait, the next one is turned away at once", async () => {
  const gate = new MarketGate();
  const waiting = Array.from({ length: 1_000 }, () => gate.whenOpen(LONG_MS));
  expect(await gate.whenOpen(LONG_MS)).toBeNull();
  gate.close();
  await Promise.all(waiting);
});

test("what opening waits for is said", () => {
  const gate = new MarketGate();
  gate.waitFor("Binance is being asked");
  expect(gate.notReady()).toBe("Binance is being asked");
});
