/** The cluster, PostgreSQL's own folder: made whole or not at all, and freed of a server left behind. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { giveTo, initialAccount, type ServerAccount } from "./embedded-account.ts";
import { POSTGRES_MAJOR, type Programs } from "./embedded-programs.ts";
import { halt } from "./fault.ts";
import { disownPidFile, isServerOf, readPidFile } from "./pid-file.ts";
import { logSince, startServerProcess, type Watch } from "./server-process.ts";

/** The cluster's superuser, who owns Outcry's databases and migrates them. */
export const OWNER = "outcry";

export interface ClusterParts {
  /** The folder around the cluster. */
  readonly home: string;
  readonly cluster: string;
  /** Whether the account may enter the cluster by its path. */
  readonly isOpen: boolean;
  readonly programs: Programs;
  readonly account: ServerAccount;
  readonly password: string;
  readonly watch: Watch;
}

/**
 * A cluster's folder as the server is told it. Where its account may not pass through the folders
 * above (under `/root`, say), it is started inside of the cluster, where PostgreSQL stays, and
 * finds it under a name that leads there without them.
 */
export function folderArgument(parts: Pick<ClusterParts, "isOpen">, folder: string): string {
  return parts.isOpen ? folder : "/proc/self/cwd";
}

/** Makes the cluster where there is none; refuses one that this version cannot serve, unchanged. */
export async function ensureCluster(parts: ClusterParts): Promise<void> {
  removeUnfinished(parts.home);
  if (existsSync(parts.cluster)) checkVersion(parts.cluster);
  else await makeCluster(parts);
}

function checkVersion(cluster: string): void {
  const file = join(cluster, "PG_VERSION");
  const major = existsSync(file) ? readFileSync(file, "utf8").trim() : null;
  if (major === String(POSTGRES_MAJOR)) return;
  if (major === null || !/^\d+$/.test(major)) {
    throw halt(
      "database_folder_damaged",
      `${cluster} is not a whole PostgreSQL folder (PG_VERSION is missing). Nothing was changed. ` +
        "Move it away; then npm run restore <file> makes a new one from a backup.",
    );
  }
  throw halt(
    "database_of_another_version",
    `${cluster} was made by PostgreSQL ${major}; this Outcry brings ${POSTGRES_MAJOR}. Nothing was ` +
      "changed. Take a backup with the Outcry that made it (npm run backup <file>), move the folder " +
      "away, and run npm run restore <file> with this one.",
  );
}

const UNFINISHED = "cluster.new-";

function removeUnfinished(home: string): void {
  for (const entry of readdirSync(home)) {
    if (!entry.startsWith(UNFINISHED)) continue;
    // An initdb that was left behind may still be writing; what remains goes at the next start.
    rmSync(join(home, entry), { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * A cluster appears under its name only when it is whole and on the disk: a kill at any instant
 * leaves either nothing or all of it.
 */
async function makeCluster(parts: ClusterParts): Promise<void> {
  const folder = join(parts.home, `${UNFINISHED}${randomBytes(4).toString("hex")}`);
  const maker = initialAccount(parts.account);
  const cluster = join(folder, "cluster");
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  const logFile = join(folder, "log");
  writeFileSync(join(folder, "password"), parts.password, { mode: 0o600 });
  giveTo(maker, folder);
  const run = startServerProcess({
    program: parts.programs.initdb,
    args: initialSettings(folderArgument(parts, cluster)),
    account: maker,
    folder: cluster,
    logFile,
    watch: parts.watch,
  });
  const code = await run.ended;
  run.end();
  if (code !== 0) {
    throw halt(
      "database_not_created",
      `The database could not be created:\n${logSince(logFile, 0)}`,
    );
  }
  if (maker !== parts.account) giveTo(parts.account, cluster);
  await syncTree(cluster);
  renameSync(cluster, parts.cluster);
  syncFolder(parts.home);
  rmSync(folder, { recursive: true, force: true });
}

function initialSettings(cluster: string): string[] {
  return [
    `--pgdata=${cluster}`,
    `--username=${OWNER}`,
    // Beside the cluster, which must be empty; found from there wherever that is.
    `--pwfile=${cluster}/../password`,
    "--auth=scram-sha-256",
    "--data-checksums",
    "--encoding=UTF8",
    // PostgreSQL's own sorting: the same on every machine, whatever libraries it has.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
    // `syncTree` does it, when the files have their owner too.
    "--no-sync",
  ];
}

/** Files synced at once; more brings nothing on a disk and much on none. */
const SYNCS_AT_ONCE = 32;

async function syncTree(folder: string): Promise<void> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const queue = [folder, ...paths.map((path) => join(folder, path))];
  const worker = async () => {
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      const file = await open(path, "r");
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    }
  };
  await Promise.all(Array.from({ length: SYNCS_AT_ONCE }, worker));
}

/** Puts a folder's list of names on the disk. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A fast shutdown writes a checkpoint first; an immediate one ends at once. */
const STOPS: ReadonlyArray<readonly [signal: NodeJS.Signals, waitMs: number]> = [
  ["SIGINT", 15_000],
  ["SIGQUIT", 5_000],
];
const STOP_POLL_MS = 10;

/**
 * Ends a server that an Outcry left behind on this cluster, once it is proved to be one, and
 * disowns a pid file whose number has passed to a stranger.
 */
export async function stopStaleServer(cluster: string, programs: Programs): Promise<void> {
  const file = readPidFile(cluster);
  if (file === null) return;
  if (process.platform === "win32") {
    spawnSync(programs.pgCtl, ["stop", "-D", cluster, "-m", "fast"], { stdio: "ignore" });
    return;
  }
  for (const [signal, waitMs] of STOPS) {
    if (!isServerOf(file.pid, cluster)) break;
    process.kill(file.pid, signal);
    const deadline = performance.now() + waitMs;
    while (isServerOf(file.pid, cluster) && performance.now() < deadline) await delay(STOP_POLL_MS);
  }
  if (isServerOf(file.pid, cluster)) {
    throw halt(
      "stale_server_stays",
      `A PostgreSQL server (process ${file.pid}) still has ${cluster} and does not end. End it, then start again.`,
    );
  }
  if (readPidFile(cluster) !== null) disownPidFile(cluster, process.pid);
}

/** The owner's password: made once, on the disk before the cluster that it opens. */
export function ownerPassword(folder: string, cluster: string): string {
  const path = join(folder, "password");
  if (existsSync(path)) return readFileSync(path, "utf8").trim();
  if (existsSync(cluster)) {
    throw halt(
      "database_password_lost",
      `${path} is missing, and the database beside it opens with nothing else. Put it back from a copy ` +
        `of the folder, or move ${dirname(path)} away and run npm run restore <file> with a backup.`,
    );
  }
  const password = randomBytes(32).toString("base64url");
  const unfinished = `${path}.new`;
  writeFileSync(unfinished, password, { mode: 0o600, flush: true });
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, path);
  syncFolder(folder);
  return password;
}
