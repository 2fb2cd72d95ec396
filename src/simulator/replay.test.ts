/** Recorded candles: read exactly, added up over holes, and refused with file and line. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { MINUTE_MS } from "../core/timeframe.ts";
import { ReplayFault, replayMarket } from "./replay.ts";

const folder = mkdtempSync(join(tmpdir(), "replay-"));
afterAll(() => rmSync(folder, { recursive: true }));

const START = Date.UTC(2021, 3, 20, 2, 0);
const HEADER = "open_time,open,high,low,close,volume";

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  const text = `${lines.join("\n")}\n`;
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

const line = (minute: number, rest: string) => `${START + minute * MINUTE_MS},${rest}`;

describe("a replayed market", () => {
  const path = file("BTCUSDT-1m-2021-04.csv.gz", [
    HEADER,
    line(0, "100.00000000,101.50000000,99.00000000,101.00000000,0.10000000"),
    line(1, "101.02,103,100.5,102,0.2"),
    // Minutes 2 to 6 are missing.
    line(7, "102,102,98.25,99,0.3"),
    line(16, "99,99,99,99,0"),
  ]);
  const market = replayMarket([path], null);
  const candle = (timeframe: "1m" | "5m" | "15m" | "1h", minute: number) =>
    market.candle("BTCUSDT", timeframe, START + minute * MINUTE_MS);

  test("has the file's minutes, number for number", () => {
    expect(candle("1m", 0)).toMatchObject({
      openTime: START,
      open: 100,
      high: 101.5,
      low: 99,
      close: 101,
      volume: 0.1,
    });
    expect(candle("1m", 2)).toBeNull();
    expect(candle("1m", 16)).toMatchObject({ open: 99, high: 99, low: 99, close: 99, volume: 0 });
  });

  test("adds higher candles up from the minutes that exist", () => {
    expect(candle("5m", 0)).toMatchObject({
      open: 100,
      high: 103,
      low: 99,
      close: 102,
      volume: 0.3,
    });
    expect(candle("5m", 5)).toMatchObject({ open: 102, high: 102, low: 98.25, close: 99 });
    expect(candle("5m", 10)).toBeNull();
    expect(candle("15m", 0)).toMatchObject({ open: 100, high: 103, low: 98.25, volume: 0.6 });
    expect(candle("1h", 0)).toMatchObject({ open: 100, close: 99, volume: 0.6 });
  });

  test("knows its instrument, its first minute and its end", () => {
    expect(market.instruments).toEqual([
      expect.objectContaining({ symbol: "BTCUSDT", baseAsset: "BTC", tickSize: 1_000_000n }),
    ]);
    expect([market.startTime, market.endTime]).toEqual([START, START + 17 * MINUTE_MS]);
  });

  test("forms a minute within its bounds, and nothing in a hole", () => {
    const times = [1, 10, 20, 30, 40, 50, 59].map((second) => START + second * 1_000);
    const forming = times.map((time) => market.formingCandle("BTCUSDT", "1m", time));
    for (const one of forming) {
      expect(one?.open).toBe(100);
      expect(one?.high).toBeLessThanOrEqual(101.5);
      expect(one?.low).toBeGreaterThanOrEqual(99);
      expect(one?.volume).toBeLessThanOrEqual(0.1);
    }
    expect(new Set(forming.map((one) => one?.close)).size).toBeGreaterThan(3);
    const inHole = START + 3 * MINUTE_MS + 1_000;
    expect(market.formingCandle("BTCUSDT", "1m", inHole)).toBeNull();
    expect(market.formingCandle("BTCUSDT", "5m", inHole)).toMatchObject({
      close: 102,
      volume: 0.3,
    });
  });

  test("joins several files of a symbol in time, and takes the symbols it is told", () => {
    const later = file("BTCUSDT-1m-2021-05.csv", [line(60, "1,1,1,1,1")]);
    const other = file("ETHUSDT-1m-2021-05.csv", [line(60, "2,2,2,2,2")]);
    const both = replayMarket([later, path, other], ["ETHUSDT", "BTCUSDT"]);
    expect(both.instruments.map((one) => one.symbol)).toEqual(["ETHUSDT", "BTCUSDT"]);
    expect(both.startTime).toBe(START);
    expect(both.endTime).toBe(START + 61 * MINUTE_MS);
    expect(replayMarket([later, path, other], null).instruments).toHaveLength(2);
  });
});

describe("a file that cannot be replayed", () => {
  const good = line(0, "1,2,1,2,3");
  test.each([
    ["A-1m-x.csv", [good], "the name is not like"],
    ["BTCUSDT-5m-2021.csv", [good], "the name is not like"],
    ["BTCUSDT-1m-a.csv", [HEADER], "holds no candles"],
    ["BTCUSDT-1m-b.csv", [HEADER, good, good], ":3: open time 1618884000000 does not follow"],
    ["BTCUSDT-1m-c.csv", [HEADER, line(0, "1,2,1,2")], ":2: has 5 columns"],
    ["BTCUSDT-1m-d.csv", [good, line(1, "1,x,1,2,3")], ':2: "x" is not a number'],
    ["BTCUSDT-1m-e.csv", [line(0, "1,2,1,3,3")], ":1: high 2 is not the highest"],
    ["BTCUSDT-1m-f.csv", [line(0.5, "1,2,1,2,3")], ":1: open time 1618884030000 is not on"],
    ["BTCUSDT-1m-g.csv", [line(0, "NaN,2,1,2,3")], ':1: "NaN" is not a number'],
    ["BTCUSDT-1m-h.csv", [line(0, "-1,2,1,2,3")], ':1: "-1" is not a number'],
  ])("%s", (name, lines, message) => {
    const path = file(name, lines);
    expect(() => replayMarket([path], null)).toThrow(ReplayFault);
    expect(() => replayMarket([path], null)).toThrow(message);
    expect(() => replayMarket([path], null)).toThrow(path);
  });

  test("is missing", () => {
    expect(() => replayMarket(["/nowhere/BTCUSDT-1m-x.csv"], null)).toThrow("cannot be read");
  });

  test("is not gzip though its name says so", () => {
    const path = join(folder, "BTCUSDT-1m-z.csv.gz");
    writeFileSync(path, "hello");
    expect(() => replayMarket([path], null)).toThrow("cannot be read");
  });

  test("overlaps another, or lacks a symbol", () => {
    const [a, b] = [file("XRPUSDT-1m-a.csv", [good]), file("XRPUSDT-1m-b.csv", [good])];
    expect(() => replayMarket([a, b], null)).toThrow("overlaps another file");
    expect(() => replayMarket([a], ["BTCUSDT"])).toThrow("no file holds candles of BTCUSDT");
    expect(() => replayMarket([], null)).toThrow("no file was named");
  });
});
