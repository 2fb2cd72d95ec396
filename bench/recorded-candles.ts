/** Real candles where the recordings lie beside the repository, generated ones elsewhere. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Candle } from "../src/core/candle.ts";
import { walk } from "../test/indicator-candles.ts";

const RECORDING = join(import.meta.dirname, "../../shared/data/BTCUSDT-1m-2021-04.csv.gz");

/** The candles of a bench and a sentence on where they come from. */
export interface BenchCandles {
  readonly candles: readonly Candle[];
  readonly origin: string;
}

/** At most `count` candles of one minute. */
export function benchCandles(count: number): BenchCandles {
  if (!existsSync(RECORDING)) {
    return { candles: walk({ count, seed: 1 }), origin: `${count} generated 1m candles` };
  }
  const lines = gunzipSync(readFileSync(RECORDING)).toString("utf8").trim().split("\n");
  const candles = lines
    .filter((line) => /^[0-9]/.test(line))
    .slice(0, count)
    .map((line): Candle => {
      const [openTime = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] = line
        .split(",")
        .map(Number);
      return { openTime, open, high, low, close, volume };
    });
  return { candles, origin: `${candles.length} recorded 1m candles of BTCUSDT, April 2021` };
}
