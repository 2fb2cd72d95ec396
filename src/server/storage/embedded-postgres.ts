/** The embedded PostgreSQL server: started, watched, started again where it falls, and stopped. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { assert } from "../../core/assert.ts";
import type { DataFolder } from "./data-folder.ts";
import { canEnter, chooseAccount, giveTo } from "./embedded-account.ts";
import {
  type ClusterParts,
  ensureCluster,
  folderArgument,
  OWNER,
  ownerPassword,
  stopStaleServer,
} from "./embedded-cluster.ts";
import { preparePrograms } from "./embedded-programs.ts";
import { halt, type StorageFault } from "./fault.ts";
import { readPidFile } from "./pid-file.ts";
import {
  logLength,
  logSince,
  nodeWatch,
  type ServerProcess,
  SHELL_WATCH,
  startServerProcess,
} from "./server-process.ts";

/** How a client reaches a server as its owner. */
export interface ServerAddress {
  /** A host, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface EmbeddedServer {
  readonly address: ServerAddress;
  /** Ends the server in order: open transactions are rolled back, everything committed is kept. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly folder: DataFolder;
  /** The server fell and does not come up again. */
  readonly onFault: (fault: StorageFault) => void;
  /** The server fell and was started again, for the log. */
  readonly onRestart: () => void;
}

/** Starts the server of this data folder, made on the first start; ready when the promise resolves. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const parts = prepareParts(options.folder.path);
  await stopStaleServer(parts.cluster, parts.programs);
  await ensureCluster(parts);
  const place = await listenPlace(parts);
  const supervised = new SupervisedServer(parts, place, options);
  await supervised.start();
  const { host, port } = place;
  return {
    address: { host, port, user: OWNER, password: parts.password },
    stop: () => supervised.stop(),
  };
}

/** The owner's address of the server that another Outcry runs on this folder now; null without one. */
export function addressOfRunning(dataFolder: string): ServerAddress | null {
  const home = join(dataFolder, "postgres");
  const file = readPidFile(join(home, "cluster"));
  if (file === null || !file.isReady) return null;
  const host = file.socketFolder === "" ? "127.0.0.1" : file.socketFolder;
  const password = readFileSync(join(home, "password"), "utf8").trim();
  return { host, port: file.port, user: OWNER, password };
}

function prepareParts(dataFolder: string): ClusterParts {
  const home = join(dataFolder, "postgres");
  mkdirSync(home, { recursive: true, mode: 0o711 });
  const cluster = join(home, "cluster");
  const account = chooseAccount(cluster, dataFolder);
  const isOpen = canEnter(account, home);
  if (!isOpen && process.platform !== "linux") {
    throw halt(
      "database_folder_closed",
      `PostgreSQL does not run as root, and user ${account?.uid} who runs it may not enter ${home}. ` +
        "Allow others to pass through the folders above it (chmod o+x), or set OUTCRY_DATA to another folder.",
    );
  }
  const programs = preparePrograms(isOpen ? home : PROGRAMS_OUTSIDE, account);
  const watch = process.platform === "win32" ? nodeWatch(programs.pgCtl, cluster) : SHELL_WATCH;
  const password = ownerPassword(home, cluster);
  return { home, cluster, isOpen, programs, account, password, watch };
}

/** For programs alone, which anybody may read and which are made again where they are missing. */
const PROGRAMS_OUTSIDE = "/var/lib/outcry";

interface Place {
  readonly host: string;
  readonly port: number;
  readonly settings: readonly string[];
}

/** Bytes of a socket's path that every system takes: macOS has 104 with the closing zero. */
const SOCKET_PATH_MAX = 103;
const SOCKET_PORT = 5432;

/** Where the server listens: a socket that only its account and root can open; no network. */
async function listenPlace(parts: ClusterParts): Promise<Place> {
  if (process.platform === "win32") {
    const port = await freePort();
    return { host: "127.0.0.1", port, settings: ["listen_addresses=127.0.0.1"] };
  }
  const host = socketFolder(parts);
  const settings = [
    "listen_addresses=",
    `unix_socket_directories=${host}`,
    "unix_socket_permissions=0700",
  ];
  return { host, port: SOCKET_PORT, settings };
}

function socketFolder(parts: ClusterParts): string {
  const inside = join(parts.home, "socket");
  const outsideNote = join(parts.home, "socket-outside");
  // What a killed server left there would keep the next one from listening.
  rmSync(inside, { recursive: true, force: true });
  if (existsSync(outsideNote)) removeOutside(readFileSync(outsideNote, "utf8").trim());
  const isShort = Buffer.byteLength(`${inside}/.s.PGSQL.${SOCKET_PORT}.lock`) <= SOCKET_PATH_MAX;
  const isInside = isShort && parts.isOpen;
  const folder = isInside ? inside : mkdtempSync(OUTSIDE);
  if (isInside) mkdirSync(folder, { mode: 0o700 });
  else writeFileSync(outsideNote, `${folder}\n`);
  giveTo(parts.account, folder);
  return folder;
}

/** Everybody can enter it, and its name is short on every system. */
const OUTSIDE = "/tmp/outcry-";

function removeOutside(folder: string): void {
  if (folder.startsWith(OUTSIDE)) rmSync(folder, { recursive: true, force: true });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      assert(address !== null && typeof address === "object", "a listening server has an address");
      server.close(() => resolve(address.port));
    });
  });
}

const MEBIBYTE = 1_048_576;

/**
 * A small server beside Outcry. Everything about durability stays as PostgreSQL has it by default:
 * fsync, synchronous_commit and full_page_writes on.
 */
function serverSettings(): string[] {
  const memory =
    Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / MEBIBYTE;
  const cache = Math.round(Math.min(256, Math.max(32, memory / 32)));
  return [
    `shared_buffers=${cache}MB`,
    `effective_cache_size=${Math.round(Math.max(cache * 2, memory / 4))}MB`,
    `max_connections=${CONNECTIONS_MAX}`,
    "maintenance_work_mem=32MB",
    "max_wal_size=256MB",
    // No replicas and no parallel plans: fewer processes, less to write.
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_worker_processes=2",
    "max_parallel_workers_per_gather=0",
    "max_logical_replication_workers=0",
    "io_method=sync",
    "autovacuum_max_workers=1",
    "jit=off",
    "password_encryption=scram-sha-256",
    // Starts, stops and crashes, but no statement: those hold people's data.
    "log_min_messages=log",
    "log_min_error_statement=panic",
    "log_checkpoints=off",
    "timezone=UTC",
  ];
}

/** Outcry's pools have 20; the rest is for a backup, a second market and a person with psql. */
const CONNECTIONS_MAX = 40;

const READY_POLL_MS = 10;

/** Recovery after a crash replays at most `max_wal_size` and some: minutes on a very slow disk. */
const READY_WAIT_MS = 300_000;

/** Tries while backends of a killed server still end, 100 ms apart. */
const SHARED_MEMORY_TRIES = 50;
const SHARED_MEMORY_WAIT_MS = 100;

/** A server that falls this often in a row is not started again. */
const RESTARTS_MAX = 5;
const RESTART_WAIT_MS = 200;
/** After so long a life, a fall is the first of a new row. */
const STABLE_MS = 60_000;

class SupervisedServer {
  readonly #parts: ClusterParts;
  readonly #place: Place;
  readonly #options: EmbeddedOptions;
  #process: ServerProcess | null = null;
  #stopping = false;
  #restarts = 0;

  constructor(parts: ClusterParts, place: Place, options: EmbeddedOptions) {
    this.#parts = parts;
    this.#place = place;
    this.#options = options;
  }

  async start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const failure = await this.#launch();
      if (failure === null) break;
      const lingers =
        /pre-existing shared memory block/.test(failure) && tries < SHARED_MEMORY_TRIES;
      if (!lingers) throw startFault(this.#parts, failure);
      await delay(SHARED_MEMORY_WAIT_MS);
    }
    const since = performance.now();
    void this.#process?.ended.then(() => this.#onEnd(since));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const running = this.#process;
    if (running === null) return;
    running.end();
    await running.ended;
    removeOutside(this.#place.host);
  }

  /** One try; null when the server is ready, else what it wrote. */
  async #launch(): Promise<string | null> {
    const { cluster, programs, account, watch, home } = this.#parts;
    const logFile = join(home, "log");
    const before = readPidFile(cluster);
    const logged = logLength(logFile);
    const settings = [...serverSettings(), ...this.#place.settings].flatMap((each) => ["-c", each]);
    const running = startServerProcess({
      program: programs.postgres,
      args: [
        "-D",
        folderArgument(this.#parts, cluster),
        "-p",
        String(this.#place.port),
        ...settings,
      ],
      account,
      folder: cluster,
      logFile,
      watch,
    });
    this.#process = running;
    let ended = false;
    void running.ended.then(() => {
      ended = true;
    });
    const deadline = performance.now() + READY_WAIT_MS;
    while (!ended && performance.now() < deadline) {
      const now = readPidFile(cluster);
      const isOfBefore = now?.pid === before?.pid && now?.startedAt === before?.startedAt;
      if (now?.isReady && !isOfBefore) {
        running.unref();
        return null;
      }
      await delay(READY_POLL_MS);
    }
    running.end();
    await running.ended;
    // A log that had grown too long was put aside at this start.
    return logSince(logFile, Math.min(logged, logLength(logFile)));
  }

  async #onEnd(since: number): Promise<void> {
    if (this.#stopping) return;
    this.#restarts = performance.now() - since > STABLE_MS ? 1 : this.#restarts + 1;
    if (this.#restarts > RESTARTS_MAX) {
      const tail = logSince(join(this.#parts.home, "log"), 0);
      this.#options.onFault(
        halt("database_keeps_falling", `The embedded PostgreSQL keeps ending:\n${tail}`),
      );
      return;
    }
    this.#options.onRestart();
    try {
      await delay(RESTART_WAIT_MS * this.#restarts);
      if (this.#stopping) return;
      await this.start();
      if (this.#stopping) await this.stop();
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      this.#options.onFault(halt("database_does_not_restart", fault, error));
    }
  }
}

function startFault(parts: ClusterParts, logged: string): StorageFault {
  const isDamaged =
    /could not locate a valid checkpoint|invalid checkpoint|incompatible with server|PANIC|corrupt|could not read|could not open (file|directory)/i;
  const advice = isDamaged.test(logged)
    ? ` Its files seem to be damaged. Nothing was removed: keep a copy of ${parts.cluster} and move it away; ` +
      "then npm run restore <file> makes a new one from a backup."
    : "";
  return halt(
    "database_does_not_start",
    `The embedded PostgreSQL did not start.${advice}\n${logged}`,
  );
}
