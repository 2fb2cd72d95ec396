/** Real PostgreSQL for tests: a server of the embedded kind, or the one that DATABASE_URL names. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "pg";
import { connectOwner, identifier, literal } from "../src/server/storage/connection.ts";
import { holdDataFolder } from "../src/server/storage/data-folder.ts";
import { type DatabaseTarget, parseDatabaseUrl } from "../src/server/storage/database-url.ts";
import { startEmbeddedPostgres } from "../src/server/storage/embedded-postgres.ts";
import { loginNames } from "../src/server/storage/logins.ts";
import { openStorage, type Storage, type StorageFault } from "../src/server/storage/storage.ts";

export interface TestDatabase {
  /** Of an ordinary owner: not a superuser, and held by row-level security like anybody. */
  readonly url: string;
  readonly name: string;
  /** A connection of a superuser, for planting faults; ended with the server. */
  superuser(): Promise<Client>;
}

export interface TestServer {
  createDatabase(): Promise<TestDatabase>;
  /** Opens storage on a database; faults that reach the process are collected. */
  open(database: TestDatabase, market?: string): Promise<OpenedStorage>;
  close(): Promise<void>;
}

/** A fresh connection with the rights of one of the logins, for what no door would let through. */
export async function connectAs(
  database: TestDatabase,
  login: "app" | "engine" | "auth",
): Promise<Client> {
  const client = await database.superuser();
  const name = loginNames(database.name)[login];
  await client.query(`SET SESSION AUTHORIZATION ${identifier(name)}`);
  return client;
}

export interface OpenedStorage {
  readonly storage: Storage;
  readonly faults: StorageFault[];
}

/** The server of this process's tests: named by the environment, else started for them. */
export async function startTestServer(): Promise<TestServer> {
  const named = process.env.TEST_DATABASE_URL ?? process.env.DATABASE_URL;
  if (named !== undefined && named !== "") return serverOf(parseDatabaseUrl(named), null);
  const folder = mkdtempSync(join(tmpdir(), "outcry-test-"));
  chmodSync(folder, 0o711);
  const held = holdDataFolder(folder);
  const server = await startEmbeddedPostgres({ folder: held, onFault: raise, onRestart: () => {} });
  const target: DatabaseTarget = { ...server.address, database: "postgres", tls: { kind: "off" } };
  return serverOf(target, async () => {
    await server.stop();
    held.release();
    rmSync(folder, { recursive: true, force: true });
  });
}

function raise(fault: StorageFault): void {
  throw fault;
}

/** `end` ends a server of our own, with everything on it; another's is left as it was found. */
function serverOf(superuser: DatabaseTarget, end: (() => Promise<void>) | null): TestServer {
  const clients: Client[] = [];
  const databases: string[] = [];
  const storages: Storage[] = [];
  const connectTo = async (database: string) => {
    const { client } = await connectOwner({ ...superuser, database });
    clients.push(client);
    return client;
  };
  return {
    createDatabase: async () => {
      const name = `outcry_test_${randomBytes(5).toString("hex")}`;
      const password = randomBytes(12).toString("hex");
      const client = await connectTo(superuser.database);
      await client.query(
        `CREATE ROLE ${identifier(name)} LOGIN CREATEROLE PASSWORD ${literal(password)}`,
      );
      await client.query(
        `CREATE DATABASE ${name} OWNER ${name} ENCODING 'UTF8' TEMPLATE template0`,
      );
      databases.push(name);
      const url = urlOf({ ...superuser, user: name, password, database: name });
      return { url, name, superuser: () => connectTo(name) };
    },
    open: async (database, market = "simulated") => {
      const faults: StorageFault[] = [];
      const storage = await openStorage({
        place: { kind: "external", url: database.url },
        market,
        onFault: (fault) => faults.push(fault),
        log: { info: () => {}, warn: () => {} },
      });
      storages.push(storage);
      return { storage, faults };
    },
    close: async () => {
      for (const storage of storages) await storage.close().catch(() => {});
      const client = await connectTo(superuser.database);
      for (const name of end === null ? databases : []) {
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
        for (const role of [...Object.values(loginNames(name)), name]) {
          await client.query(`DROP ROLE IF EXISTS ${identifier(role)}`);
        }
      }
      for (const each of clients) await each.end().catch(() => {});
      await end?.();
    },
  };
}

function urlOf(target: DatabaseTarget): string {
  const { user, password, host, port, database } = target;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return host.startsWith("/")
    ? `postgres://${login}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
    : `postgres://${login}@${host}:${port}/${database}`;
}
