/** A process that opens the embedded storage, says what it holds, and writes rows until it is killed. */
import { sql } from "kysely";
import { openStorage, StorageFault } from "../src/server/storage/storage.ts";

const [dataFolder = "", count = "Infinity"] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const started = performance.now();

const storage = await openStorage({
  place: { kind: "embedded", dataFolder },
  market: "simulated",
  onFault: (fault) => {
    say(`fault ${fault.message}`);
    process.exit(1);
  },
  log: { info: () => {}, warn: () => {} },
}).catch((error: unknown) => {
  say(`refused ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
say(`open ${Math.round(performance.now() - started)} ${Math.round(performance.now())}`);

await storage.withAuth({ kind: "none" }, async ({ tx, actAs }) => {
  await actAs(1);
  await sql`INSERT INTO users (id, display_name, created_at) VALUES (1, 'Local', 0) ON CONFLICT DO NOTHING`.execute(
    tx,
  );
});
const numbers = await storage.withUser(1, async (tx) => {
  const rows = await tx.selectFrom("strategies").select("name").execute();
  return rows.map((row) => Number(row.name));
});
say(`have ${numbers.join(" ")}`);

let next = Math.max(0, ...numbers) + 1;
for (let written = 0; written < Number(count); ) {
  const row = strategy(String(next));
  try {
    await storage.withUser(1, (tx) => tx.insertInto("strategies").values(row).execute());
    say(`kept ${next}`);
    written += 1;
    next += 1;
  } catch (error) {
    if (!(error instanceof StorageFault && error.reaction === "retry")) throw error;
    // Nobody was told that this row is kept; where it may be, it is not written again.
    say(`${error.code} ${next}`);
    if (error.commit === "unknown") next += 1;
  }
}
await storage.close();
say("closed");

function strategy(name: string) {
  return {
    user_id: 1,
    name,
    symbol: "BTCUSDT",
    timeframe: "1m",
    kind: "custom",
    catalogue_id: null,
    definition: "{}",
    is_enabled: false,
    is_runnable: false,
    created_at: 1,
    updated_at: 1,
  } as const;
}
