/** Outcry's storage killed again and again: nothing acknowledged is lost, and every start succeeds. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { isServerOf, readPidFile } from "../src/server/storage/pid-file.ts";

/** Who dies: Outcry; Outcry and its database with all watchers, as a machine would; the database alone. */
export type Victim = "outcry" | "everything" | "database";

export interface KillOptions {
  /** Kills on fresh folders, at any instant of the first start. */
  readonly initialKills: number;
  /** Kills while rows are written, on one folder. */
  readonly writingKills: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface KillReport {
  readonly kills: Readonly<Record<Victim, number>>;
  readonly startsThatFailed: readonly string[];
  readonly rowsAcknowledged: number;
  readonly rowsLost: readonly number[];
  /** Kills that came before the first start was done. */
  readonly killsBeforeOpen: number;
}

export async function runKills(options: KillOptions): Promise<KillReport> {
  const random = seededRandom(options.seed);
  const report = {
    kills: { outcry: 0, everything: 0, database: 0 },
    startsThatFailed: [] as string[],
    rowsAcknowledged: 0,
    rowsLost: [] as number[],
    killsBeforeOpen: 0,
  };
  for (let round = 1; round <= options.initialKills; round += 1) {
    const folder = makeFolder();
    const acknowledged = new Set<number>();
    // From the first instruction to some rows: the whole of a first start lies in between.
    const killed = startWriter(folder, acknowledged);
    await Promise.race([delay(random() * FIRST_START_MS), killed.wrote(2)]);
    if (!killed.isOpen()) report.killsBeforeOpen += 1;
    await kill(killed, folder, random() < 0.5 ? "outcry" : "everything", report.kills);
    await verify(folder, acknowledged, report);
    report.rowsAcknowledged += acknowledged.size;
    await removeFolder(folder);
    options.say(`first start ${round}/${options.initialKills}: ${acknowledged.size} rows kept`);
  }
  const folder = makeFolder();
  const acknowledged = new Set<number>();
  for (let round = 1; round <= options.writingKills; round += 1) {
    const writer = startWriter(folder, acknowledged, report);
    const outcome = await Promise.race([writer.wrote(1), writer.ended]);
    if (outcome === "ended") {
      report.startsThatFailed.push(writer.lastLine());
      continue;
    }
    await delay(random() * WRITING_MS);
    const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? "outcry";
    await kill(writer, folder, victim, report.kills);
    if (round % 10 === 0) {
      options.say(`while writing ${round}/${options.writingKills}: ${acknowledged.size} rows kept`);
    }
  }
  await verify(folder, acknowledged, report);
  report.rowsAcknowledged += acknowledged.size;
  await removeFolder(folder);
  return report;
}

/** As a data folder is made: the server's account can pass through. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "outcry-kills-"));
  chmodSync(folder, 0o711);
  return folder;
}

async function removeFolder(folder: string): Promise<void> {
  const cluster = join(folder, "postgres", "cluster");
  // The last server is ended by its watcher, which takes a moment.
  for (let server = readPidFile(cluster); server !== null; server = readPidFile(cluster)) {
    if (!isServerOf(server.pid, cluster)) break;
    await delay(20);
  }
  rmSync(folder, { recursive: true, force: true });
}

const VICTIMS: readonly Victim[] = ["outcry", "everything", "database"];

/** A first start takes about a second; some kills come after it. */
const FIRST_START_MS = 1_800;
const WRITING_MS = 120;

interface Writer {
  readonly child: ChildProcess;
  readonly ended: Promise<"ended">;
  /** Resolves when so many rows were acknowledged, or when the writer has ended. */
  wrote(rows: number): Promise<"wrote" | "ended">;
  isOpen(): boolean;
  lastLine(): string;
}

function startWriter(
  folder: string,
  acknowledged: Set<number>,
  report?: { rowsLost: number[] },
): Writer {
  const child = spawn(process.execPath, [join(import.meta.dirname, "storage-writer.ts"), folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let isOpen = false;
  let rows = 0;
  let last = "";
  const waiting: Array<{ rows: number; resolve: () => void }> = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    last = line;
    if (line.startsWith("open ")) isOpen = true;
    if (line.startsWith("have")) {
      const had = new Set(line.split(" ").slice(1).map(Number));
      for (const row of acknowledged) if (!had.has(row)) report?.rowsLost.push(row);
    }
    if (line.startsWith("kept ")) {
      acknowledged.add(Number(line.slice(5)));
      rows += 1;
      for (const each of waiting) if (each.rows <= rows) each.resolve();
    }
  });
  const ended = new Promise<"ended">((resolve) => lines.once("close", () => resolve("ended")));
  const wrote = (count: number) =>
    new Promise<"wrote">((resolve) =>
      waiting.push({ rows: count, resolve: () => resolve("wrote") }),
    );
  return {
    child,
    ended,
    wrote: (count) => Promise.race([wrote(count), ended]),
    isOpen: () => isOpen,
    lastLine: () => last,
  };
}

async function kill(
  writer: Writer,
  folder: string,
  victim: Victim,
  kills: Record<Victim, number>,
): Promise<void> {
  kills[victim] += 1;
  const server = readPidFile(join(folder, "postgres", "cluster"));
  if (victim === "database" && server !== null) {
    signal(server.pid);
    // It is started again under the writer's feet, who goes on writing.
    const outcome = await writer.wrote(3);
    if (outcome === "ended") throw new Error(`the writer ended: ${writer.lastLine()}`);
  }
  if (victim === "everything" && server !== null) {
    const watcher = parentOf(server.pid);
    writer.child.kill("SIGKILL");
    // The watcher leads the group that the server is in.
    if (watcher !== null) signal(-watcher);
  }
  writer.child.kill("SIGKILL");
  await writer.ended;
}

function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was gone already.
  }
}

function parentOf(pid: number): number | null {
  try {
    return Number(/^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
  } catch {
    return null;
  }
}

/** Starts once more, on whatever was left behind, and looks for every acknowledged row. */
async function verify(
  folder: string,
  acknowledged: Set<number>,
  report: { rowsLost: number[]; startsThatFailed: string[] },
): Promise<void> {
  const writer = startWriter(folder, acknowledged, report);
  if ((await writer.wrote(1)) === "ended") report.startsThatFailed.push(writer.lastLine());
  writer.child.kill("SIGKILL");
  await writer.ended;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** mulberry32 */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
