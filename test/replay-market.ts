/** Recorded minutes to replay: the real files where they are, else a simulated market with equal outages. */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Candle } from "../src/core/candle.ts";
import { MINUTE_MS } from "../src/core/timeframe.ts";
import type { Fault } from "../src/simulator/fault-plan.ts";
import type { Market } from "../src/simulator/market.ts";
import { replayMarket } from "../src/simulator/replay.ts";
import { seededMarket } from "../src/simulator/seeded-market.ts";

export interface Outage {
  readonly from: number;
  readonly minutes: number;
}

/** The exchange's own outages of April 2021, on every symbol. */
export const OUTAGES: readonly Outage[] = [
  { from: Date.UTC(2021, 3, 20, 2, 0), minutes: 150 },
  { from: Date.UTC(2021, 3, 25, 4, 1), minutes: 284 },
];

export interface Recording {
  /** What is replayed, and why, in words. */
  readonly name: string;
  readonly isReal: boolean;
  readonly market: Market;
  readonly symbols: readonly string[];
  /** The minutes that exist, by symbol, as the source has them. */
  readonly rows: ReadonlyMap<string, readonly Candle[]>;
  /** What makes the outages where the source does not have them. */
  readonly faults: readonly Fault[];
}

const FILES = new URL("../../shared/data/", import.meta.url);
const SYMBOLS = ["BTCUSDT", "ETHUSDT", "SOLUSDT"] as const;

export function recording(): Recording {
  const paths = SYMBOLS.map((symbol) => new URL(`${symbol}-1m-2021-04.csv.gz`, FILES).pathname);
  const absent = paths.find((path) => !existsSync(path));
  if (absent !== undefined) return simulatedRecording(absent);
  return {
    name: "real minutes of April 2021",
    isReal: true,
    market: replayMarket(paths, null),
    symbols: SYMBOLS,
    rows: new Map(SYMBOLS.map((symbol, i) => [symbol, readRows(paths[i] ?? "")])),
    faults: [],
  };
}

/** Reads the file by itself, so that a fault of the replay's reader would show. */
function readRows(path: string): Candle[] {
  const lines = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
  return lines.slice(1).map((line) => {
    const [openTime = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] = line
      .split(",")
      .map(Number);
    return { openTime, open, high, low, close, volume };
  });
}

function simulatedRecording(absent: string): Recording {
  const market = seededMarket(2021, [...SYMBOLS]);
  const faults = OUTAGES.map(({ from, minutes }): Fault => {
    return { kind: "hole", from, until: from + minutes * MINUTE_MS, symbols: null };
  });
  const isOut = (time: number) =>
    OUTAGES.some(({ from, minutes }) => time >= from && time < from + minutes * MINUTE_MS);
  const rowsOf = (symbol: string) => {
    const rows: Candle[] = [];
    const until = Date.UTC(2021, 3, 27);
    for (let time = Date.UTC(2021, 3, 19); time < until; time += MINUTE_MS) {
      const candle = isOut(time) ? null : market.candle(symbol, "1m", time);
      if (candle === null) continue;
      const { openTime, open, high, low, close, volume } = candle;
      rows.push({ openTime, open, high, low, close, volume });
    }
    return rows;
  };
  return {
    name: `simulated minutes with the same outages (${absent} is not there)`,
    isReal: false,
    market,
    symbols: SYMBOLS,
    rows: new Map(SYMBOLS.map((symbol) => [symbol, rowsOf(symbol)])),
    faults,
  };
}
