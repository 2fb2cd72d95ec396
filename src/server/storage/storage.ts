/** The storage: opened once by main, entered by three doors, closed last. */

import { checkCatalog } from "./catalog.ts";
import { connect, connectOwner, identifier, literal } from "./connection.ts";
import { type DataFolder, holdDataFolder } from "./data-folder.ts";
import { type DatabaseTarget, parseDatabaseUrl } from "./database-url.ts";
import { databaseExists, ensureDatabase } from "./embedded-database.ts";
import { type EmbeddedServer, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { halt, type StorageFault } from "./fault.ts";
import { Lease, refuseWhileHeld, takeLease, takeStartLock } from "./lease.ts";
import { ensureLogins, loginNames, setPasswords } from "./logins.ts";
import { databaseOf, marketOf, refuseForeignMarket, rememberMarket } from "./market-name.ts";
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

export interface DatabaseOptions {
  readonly place: DatabasePlace;
  /** The process may not go on: the lease was lost, or the embedded server does not come back. */
  readonly onFault: (fault: StorageFault) => void;
  readonly log: StorageLog;
}

export interface StorageOptions extends DatabaseOptions {
  /** `binance`, `simulated`, or `replay-` with a short hash of the files. */
  readonly market: string;
}

/** The part of a log that storage writes to; never a row, never a secret. */
export interface StorageLog {
  info(message: string): void;
  warn(message: string): void;
}

export interface Storage
  extends Pick<TenantDoors, "withUser" | "readUser" | "withEngine" | "withAuth"> {
  /** Waits for the work under way, then gives the database up. */
  close(): Promise<void>;
}

/** A database server that runs, before it is known which market's database is wanted. */
export interface Database {
  /** Whether the market's database is here already and holds candles. */
  holdsCandles(market: string): Promise<boolean>;
  /** Opens the market's database, made and migrated where it must be. */
  open(market: string): Promise<Storage>;
  /** Stops the embedded server where there is one; what was opened is closed before. */
  close(): Promise<void>;
}

/**
 * Starts the embedded server, or names the external one. Rejects with a `StorageFault` whose message
 * says what to do, as `open` does; nothing is left running then.
 */
export async function startDatabase(options: DatabaseOptions): Promise<Database> {
  const server = await openServer(options);
  return {
    holdsCandles: async (market) => {
      const target = await server.existing(market);
      return target !== null && holdsCandles(target, market);
    },
    open: async (market) => openDatabase(await server.target(market), { ...options, market }),
    close: () => server.close(),
  };
}

/** Starts the server and opens one market's database; closing it ends both. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const database = await startDatabase(options);
  try {
    const storage = await database.open(options.market);
    return {
      ...storage,
      close: async () => {
        await storage.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface Server {
  /** Where the market's database is, made where it must be. */
  target(market: string): Promise<DatabaseTarget>;
  /** The same, or null where there is none yet. */
  existing(market: string): Promise<DatabaseTarget | null>;
  close(): Promise<void>;
}

async function openServer(options: DatabaseOptions): Promise<Server> {
  const { place } = options;
  if (place.kind === "external") {
    const target = parseDatabaseUrl(place.url);
    return { target: async () => target, existing: async () => target, close: async () => {} };
  }
  const folder = holdDataFolder(place.dataFolder);
  try {
    const server = await startServer(folder, options);
    const targetOf = (market: string): DatabaseTarget => {
      return { ...server.address, database: databaseOf(market), tls: { kind: "off" } };
    };
    return {
      target: async (market) => {
        await ensureDatabase(targetOf(market));
        return targetOf(market);
      },
      existing: async (market) =>
        (await databaseExists(targetOf(market))) ? targetOf(market) : null,
      close: () => closeServer(server, folder),
    };
  } catch (error) {
    folder.release();
    throw error;
  }
}

async function holdsCandles(target: DatabaseTarget, market: string): Promise<boolean> {
  const { client } = await connectOwner(target);
  try {
    const { rows } = await client.query<{ isThere: boolean }>(
      `SELECT to_regclass('public.candles') IS NOT NULL AS "isThere"`,
    );
    if (rows[0]?.isThere !== true || (await marketOf(client)) !== market) return false;
    const { rowCount } = await client.query("SELECT FROM candles LIMIT 1");
    return rowCount === 1;
  } finally {
    await client.end();
  }
}

async function closeServer(server: EmbeddedServer, folder: DataFolder): Promise<void> {
  await server.stop();
  folder.release();
}

function startServer(folder: DataFolder, options: DatabaseOptions): Promise<EmbeddedServer> {
  return startEmbeddedPostgres({
    folder,
    onFault: options.onFault,
    onRestart: () => options.log.warn("the embedded PostgreSQL ended by itself; starting it again"),
  });
}

/** The oldest PostgreSQL that has all that Outcry uses, as `server_version_num` writes it. */
const VERSION_MIN = 150_000;

/** Start is one path, always: lock, migrate, logins, checks, lease; then the owner's login is closed. */
async function openDatabase(wanted: DatabaseTarget, options: StorageOptions): Promise<Storage> {
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
      ...doors,
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
