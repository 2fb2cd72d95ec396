/** `npm run kills:storage [kills while writing] [kills of a first start] [seed]`: 80, 20 and a seed of now. */
import { runKills } from "./storage-kill-rounds.ts";

const [writing = "80", initial = "20", seed = String(Date.now() % 1_000_000)] =
  process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

say(`seed ${seed}`);
const report = await runKills({
  writingKills: Number(writing),
  initialKills: Number(initial),
  seed: Number(seed),
  say,
});
say(JSON.stringify(report, null, 2));
const isGood = report.rowsLost.length === 0 && report.startsThatFailed.length === 0;
say(isGood ? "nothing acknowledged was lost, and every start succeeded" : "FAILED");
process.exitCode = isGood ? 0 : 1;
