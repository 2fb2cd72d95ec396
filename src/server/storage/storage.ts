/** The storage: opened once by main, entered by three doors, closed last. */

import { checkCatalog } from "./catalog.ts";
import { connect, connectOwner, identifier, literal } from "./connection.ts";
import { type DataFolder, holdDataFolder } from "./data-folder.ts";
import { type DatabaseTarget, parseDatabaseUrl } from "./database-url.ts";
import { ensureDatabase } from "./embedded-database.ts";
import { type EmbeddedServer, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { halt, type StorageFault } from "./fault.ts";
import { Lease, refuseWhileHeld, takeLease, takeStartLock } from "./lease.ts";
import { ensureLogins, loginNames, setPasswords } from "./logins.ts";
import { databaseOf, refuseForeignMarket, rememberMarket } from "./market-name.ts";
import { migrate, readMigrations } from "./migrate.ts";
import type { DatabasePlace } from "./place.ts";
import { openDoors, type TenantDoors } from "./tenant.ts";

export { backUpPlace, restorePlace } from "./backup-place.ts";
export type { CandleStore, CandleStoreOptions } from "./candle-store.ts";
export { openCandleStore } from "./candle-store.ts";
export { StorageFault } from "./fault.ts";
export type { Work } from "./login-pool.ts";
export type { DatabasePlace } from "./place.ts";
export type { ExitReason, Tables, Tx } from "./tables.ts";
export type { AuthKey, AuthTx } from "./tenant.ts";

export interface StorageOptions {
  readonly place: DatabasePlace;
  /** `binance`, `simulated`, or `replay-` with a short hash of the files. */
  readonly market: string;
  /** The process may not go on: the lease was lost, or the embedded server does not come back. */
  readonly onFault: (fault: StorageFault) => void;
  readonly log: StorageLog;
}

/** The part of a log that storage writes to; never a row, never a secret. */
export interface StorageLog {
  info(message: string): void;
  warn(message: string): void;
}

export interface Storage extends Pick<TenantDoors, "withUser" | "withEngine" | "withAuth"> {
  /** Waits for the work under way, then stops the embedded server where there is one. */
  close(): Promise<void>;
}

/**
 * Opens the database, made and migrated where it must be. Rejects with a `StorageFault` whose message
 * says what to do; nothing is left running then.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const server = await openServer(options);
  try {
    const opened = await openDatabase(server.target, options);
    return {
      ...opened.doors,
      close: async () => {
        await opened.close();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

interface Server {
  readonly target: DatabaseTarget;
  close(): Promise<void>;
}

async function openServer(options: StorageOptions): Promise<Server> {
  const { place } = options;
  if (place.kind === "external") {
    return { target: parseDatabaseUrl(place.url), close: async () => {} };
  }
  const database = databaseOf(options.market);
  const folder = holdDataFolder(place.dataFolder);
  try {
    const server = await startServer(folder, options);
    const target: DatabaseTarget = { ...server.address, database, tls: { kind: "off" } };
    await ensureDatabase(target);
    return { target, close: () => closeServer(server, folder) };
  } catch (error) {
    folder.release();
    throw error;
  }
}

async function closeServer(server: EmbeddedServer, folder: DataFolder): Promise<void> {
  await server.stop();
  folder.release();
}

function startServer(folder: DataFolder, options: StorageOptions): Promise<EmbeddedServer> {
  return startEmbeddedPostgres({
    folder,
    onFault: options.onFault,
    onRestart: () => options.log.warn("the embedded PostgreSQL ended by itself; starting it again"),
  });
}

/** The oldest PostgreSQL that has all that Outcry uses, as `server_version_num` writes it. */
const VERSION_MIN = 150_000;

interface OpenDatabase {
  readonly doors: TenantDoors;
  close(): Promise<void>;
}

/** Start is one path, always: lock, migrate, logins, checks, lease; then the owner's login is closed. */
async function openDatabase(
  wanted: DatabaseTarget,
  options: StorageOptions,
): Promise<OpenDatabase> {
  const { client: owner, target } = await connectOwner(wanted);
  try {
    await takeStartLock(owner);
    await checkServer(owner, target);
    await refuseForeignMarket(owner, options.market);
    await refuseWhileHeld(owner);
    const names = loginNames(target.database);
    await ensureLogins(owner, names);
    await migrate(owner, names, readMigrations());
    await rememberMarket(owner, options.market);
    await checkCatalog(owner, names);
    const epoch = await takeLease(owner);
    // Only now: until here, another Outcry may have been using its own.
    const passwords = await setPasswords(owner, names);
    const engine = { ...target, user: names.engine, password: passwords.engine };
    const lease = await Lease.hold({
      epoch,
      connect: () => connect(engine, LEASE_LIMITS),
      onLost: options.onFault,
    });
    const doors = openDoors({ target, names, passwords, epoch });
    return {
      doors,
      close: async () => {
        await doors.close();
        await lease.release();
      },
    };
  } finally {
    await owner.end();
  }
}

/** A renewal that takes longer comes too late. */
const LEASE_LIMITS = { statementMs: 5_000, lockMs: 5_000, idleInTransactionMs: 5_000 } as const;

async function checkServer(
  owner: Awaited<ReturnType<typeof connect>>,
  target: DatabaseTarget,
): Promise<void> {
  const { rows } = await owner.query<{ version: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int AS version,
       current_setting('server_encoding') AS encoding`,
  );
  const { version = 0, encoding = "" } = rows[0] ?? {};
  if (version < VERSION_MIN) {
    throw halt(
      "database_too_old",
      `The database server is PostgreSQL ${Math.floor(version / 10_000)}; Outcry needs ${VERSION_MIN / 10_000} or newer.`,
    );
  }
  if (encoding === "UTF8") return;
  throw halt(
    "database_encoding",
    `The database ${target.database} has the encoding ${encoding}; make one with: ` +
      `CREATE DATABASE ${identifier(target.database)} ENCODING ${literal("UTF8")} TEMPLATE template0`,
  );
}
