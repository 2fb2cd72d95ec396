/** Recorded minutes through sockets and feed: what comes out is what was recorded, whatever happens between. */
import { afterAll, describe, expect, test } from "vitest";
import { MINUTE_MS } from "../src/core/timeframe.ts";
import { replayClean, replayFaulty } from "./feed-replay.ts";
import { OUTAGES, recording } from "./replay-market.ts";

/** Real minutes are replayed whole; simulated ones only around the outages. */
const CLEAN_MS_MAX = 300_000;

/** A few seeds each time; `npm run replay -- --seeds 200` runs as many as one likes. */
const SEEDS = [11, 12, 13, 14, 15, 16];

const source = recording();
const outageMinutes = OUTAGES.reduce((sum, { minutes }) => sum + minutes, 0);

afterAll(() => {
  process.stdout.write(`replayed: ${source.name}\n`);
});

describe("a replay", () => {
  test(
    "gives every recorded minute once, in order, and both outages as holes",
    async () => {
      const times = [...source.rows.values()].flatMap((rows) =>
        rows.map(({ openTime }) => openTime),
      );
      const from = times.reduce((first, time) => Math.min(first, time));
      const until = times.reduce((last, time) => Math.max(last, time)) + MINUTE_MS;
      const outcome = await replayClean(source, { from, until });
      expect(outcome.differences).toEqual([]);
      expect(outcome.holes).toBe(outageMinutes * source.symbols.length);
      expect(outcome.minutes).toBe(times.length + outcome.holes);
      expect(outcome.counters).toMatchObject({
        faultyFrames: 0,
        duplicates: 0,
        revisions: 0,
        repaired: 0,
      });
      expect(outcome.sources).toEqual(["1m", "5m", "15m", "1h", "4h", "1d"]);
      expect([outcome.socketsMax, outcome.reconnects]).toEqual([6, 0]);
    },
    CLEAN_MS_MAX,
  );

  test.each(SEEDS)(
    "with random faults gives the same (seed %i)",
    async (seed) => {
      const outcome = await replayFaulty(source, seed);
      expect(outcome.differences, `npm run replay -- --first ${seed} --seeds 1`).toEqual([]);
      const outage = OUTAGES[seed % OUTAGES.length];
      expect(outcome.holes).toBe((outage?.minutes ?? 0) * source.symbols.length);
      expect(outcome.socketsMax).toBeLessThanOrEqual(7);
    },
    120_000,
  );
});
