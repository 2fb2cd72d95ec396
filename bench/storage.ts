/** The storage: how soon it starts, and what a tenant's transaction costs beside a bare round trip. */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Pool } from "pg";
import { addressOfRunning } from "../src/server/storage/embedded-postgres.ts";
import { openStorage, type Storage } from "../src/server/storage/storage.ts";

const ROUNDS = 9;
const IN_A_ROW = 800;
const AT_ONCE = 10;
const TOGETHER = 4_000;
const STARTS = 5;

const COLUMNS = ["id", "display_name", "email", "language", "theme"] as const;
const STATEMENT = `SELECT ${COLUMNS.join(", ")} FROM users WHERE id = $1`;

/** Measures; returns its part of the report. */
export async function storage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "outcry-bench-"));
  chmodSync(folder, 0o711);
  try {
    const starts = await measureStarts(folder);
    const rows = await measureTransactions(folder);
    return [
      "### Start",
      "",
      `From "open" to all checks passed and the doors open, in ms, in a process of its own; ${STARTS} of each.`,
      "",
      "| start | median | most |",
      "|---|---|---|",
      ...starts,
      "",
      "### A tenant's transaction",
      "",
      `One's own row of \`users\` by its key, over the same socket to the same server; median of ${ROUNDS} rounds in turns.`,
      `One after the other: µs. ${AT_ONCE} at once: a second, with client and server on the same cores.`,
      "",
      `| way | p50 | p99 | a second | p50 to bare | p99 to bare |`,
      "|---|---|---|---|---|---|",
      ...rows,
      "",
    ].join("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureStarts(folder: string): Promise<string[]> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const data = join(folder, `start-${start}`);
    cold.push(await timeOfStart(data));
    warm.push(await timeOfStart(data));
  }
  const row = (name: string, times: readonly number[]) => {
    const sorted = times.toSorted((a, b) => a - b);
    return `| ${name} | ${sorted[sorted.length >> 1]} | ${sorted.at(-1)} |`;
  };
  return [
    row("the first one: the cluster, the database and its tables are made", cold),
    row("every later one", warm),
  ];
}

/** What the test's writer says of its own start; it writes one row and ends in order. */
function timeOfStart(data: string): Promise<number> {
  const script = join(import.meta.dirname, "..", "test", "storage-writer.ts");
  const child = spawn(process.execPath, [script, data, "1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let openMs = Number.NaN;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("open ")) openMs = Number(line.split(" ")[1]);
    });
    child.once("error", reject);
    child.once("exit", () => resolve(openMs));
  });
}

interface Way {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

interface Figures {
  readonly p50: number[];
  readonly p99: number[];
  readonly perSecond: number[];
}

async function measureTransactions(folder: string): Promise<string[]> {
  const data = join(folder, "transactions");
  const doors = await openStorage({
    place: { kind: "embedded", dataFolder: data },
    market: "simulated",
    onFault: (fault) => {
      throw fault;
    },
    log: { info: () => {}, warn: () => {} },
  });
  const address = addressOfRunning(data);
  if (address === null) throw new Error("the server has no address");
  const bare = new Pool({ ...address, database: "outcry_simulated", max: AT_ONCE });
  try {
    await bare.query("INSERT INTO users (id, display_name, created_at) VALUES (1, 'Local', 0)");
    return report(await inTurns(waysOf(doors, bare)));
  } finally {
    await bare.end();
    await doors.close();
  }
}

function waysOf(doors: Storage, bare: Pool): readonly Way[] {
  const own = (tx: Parameters<Parameters<Storage["withUser"]>[1]>[0]) =>
    tx.selectFrom("users").select(COLUMNS).where("id", "=", 1).execute();
  return [
    { name: "bare `pg`, no transaction, nobody's policies", run: () => bare.query(STATEMENT, [1]) },
    { name: "bare `pg`, the same transaction by hand", run: () => byHand(bare) },
    { name: "`readUser`", run: () => doors.readUser(1, own) },
    { name: "`withUser`", run: () => doors.withUser(1, own) },
  ];
}

async function byHand(bare: Pool): Promise<void> {
  const client = await bare.connect();
  await client.query("BEGIN");
  await client.query("SELECT set_config('app.user_id', $1, true)", ["1"]);
  await client.query(STATEMENT, [1]);
  await client.query("COMMIT");
  client.release();
}

async function inTurns(ways: readonly Way[]): Promise<ReadonlyMap<Way, Figures>> {
  const all = new Map(
    ways.map((way): [Way, Figures] => [way, { p50: [], p99: [], perSecond: [] }]),
  );
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [way, figures] of all) {
      const { p50, p99 } = await oneAfterTheOther(way);
      const perSecond = await together(way);
      // The first round warms up and does not count.
      if (round < 0) continue;
      figures.p50.push(p50);
      figures.p99.push(p99);
      figures.perSecond.push(perSecond);
    }
  }
  return all;
}

async function oneAfterTheOther(way: Way): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let run = 0; run < IN_A_ROW; run += 1) {
    const begin = performance.now();
    await way.run();
    times.push((performance.now() - begin) * 1_000);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function together(way: Way): Promise<number> {
  let left = TOGETHER;
  const begin = performance.now();
  const lane = async () => {
    for (; left > 0; left -= 1) await way.run();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return TOGETHER / ((performance.now() - begin) / 1_000);
}

function report(all: ReadonlyMap<Way, Figures>): string[] {
  const middle = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  const figures = [...all].map(([way, each]) => ({
    name: way.name,
    p50: middle(each.p50),
    p99: middle(each.p99),
    perSecond: middle(each.perSecond),
  }));
  const [bare] = figures;
  return figures.map(({ name, p50, p99, perSecond }) => {
    const times = [p50 / (bare?.p50 ?? 1), p99 / (bare?.p99 ?? 1)].map((each) => each.toFixed(2));
    return `| ${name} | ${p50.toFixed(0)} | ${p99.toFixed(0)} | ${Math.round(perSecond).toLocaleString("en")} | ${times.join(" | ")} |`;
  });
}
