/** A few kills of the many that `npm run kills:storage` does; the seed is printed. */
import { expect, test } from "vitest";
import { runKills } from "./storage-kill-rounds.ts";

test("nothing acknowledged is lost to kill -9, and every start succeeds", async () => {
  const seed = Date.now() % 1_000_000;
  const report = await runKills({ initialKills: 1, writingKills: 4, seed, say: () => {} });
  process.stdout.write(`storage kills: seed ${seed}, ${report.rowsAcknowledged} rows kept\n`);
  expect(report.startsThatFailed).toEqual([]);
  expect(report.rowsLost).toEqual([]);
  expect(report.rowsAcknowledged).toBeGreaterThan(4);
}, 180_000);
