/** `npm run replay -- --seeds 200`: replays windows of recorded minutes with random faults, seed by seed. */
import { parseArgs } from "node:util";
import { replayFaulty } from "./feed-replay.ts";
import { recording } from "./replay-market.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    first: { type: "string", default: "1" },
  },
});
const count = Number(values.seeds);
const first = Number(values.first);
if (!Number.isSafeInteger(count) || !Number.isSafeInteger(first)) {
  throw new Error("--seeds and --first are whole numbers");
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const source = recording();
say(`${count} seeds from ${first} on, ${source.name}`);

const total = { minutes: 0, faults: 0, repaired: 0, reconnects: 0, catchUpMsMax: 0, wrong: 0 };
const began = performance.now();
for (let seed = first; seed < first + count; seed += 1) {
  const outcome = await replayFaulty(source, seed);
  total.minutes += outcome.minutes;
  total.faults += outcome.faults;
  total.repaired += outcome.counters.repaired ?? 0;
  total.reconnects += outcome.reconnects;
  total.catchUpMsMax = Math.max(total.catchUpMsMax, outcome.catchUpMs);
  const isWrong = outcome.differences.length > 0 || outcome.socketsMax > 7;
  if (isWrong) {
    total.wrong += 1;
    process.exitCode = 1;
    say(`seed ${seed} differs (at most ${outcome.socketsMax} sockets):`);
    for (const difference of outcome.differences) say(`  ${difference}`);
  }
}
const seconds = ((performance.now() - began) / 1_000).toFixed(0);
say(`${count - total.wrong} of ${count} seeds agree with the source, in ${seconds} s`);
say(JSON.stringify(total));
