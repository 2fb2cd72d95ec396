/** Backup and restore: a logical copy that any later Outcry reads, on any PostgreSQL. */
import type { Client } from "pg";
import {
  BACKUP_FORMAT,
  type BackupLine,
  type BackupRow,
  checkBackupFile,
  readBackupFile,
  writeBackupFile,
} from "./backup-file.ts";
import { connectOwner, identifier } from "./connection.ts";
import type { DatabaseTarget } from "./database-url.ts";
import { halt } from "./fault.ts";
import { refuseWhileHeld, takeStartLock } from "./lease.ts";
import { ensureLogins, loginNames } from "./logins.ts";
import { marketOf } from "./market-name.ts";
import { appliedMigrations, checkApplied, migrate, readMigrations } from "./migrate.ts";

/** Copies the databases into a file as they are at one instant each, while they are used. */
export async function backUp(targets: readonly DatabaseTarget[], path: string): Promise<number> {
  async function* lines(): AsyncGenerator<BackupLine> {
    yield { outcryBackup: BACKUP_FORMAT, createdAt: new Date().toISOString() };
    for (const target of targets) {
      const { client } = await connectOwner(target);
      try {
        yield* databaseLines(client, target);
      } finally {
        await client.end();
      }
    }
  }
  return writeBackupFile(path, lines());
}

/** Rows taken from the server at a time. */
const ROWS_AT_ONCE = 500;

async function* databaseLines(client: Client, target: DatabaseTarget): AsyncGenerator<BackupLine> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  const market = await marketOf(client);
  if (market === null) throw halt("not_outcry", `${target.database} is not a database of Outcry`);
  const migrations = [...(await appliedMigrations(client))];
  yield { market, migrations };
  await becomeBackup(client, target);
  for (const table of await tablesOf(client)) {
    yield { table: table.name, columns: table.columns.map((column) => column.name) };
    const values = table.columns.map((column) => `${identifier(column.name)}::text`).join(", ");
    await client.query(
      `DECLARE rows NO SCROLL CURSOR FOR SELECT ${values} FROM ${identifier(table.name)}`,
    );
    for (;;) {
      const { rows } = await client.query<(string | null)[]>({
        text: `FETCH ${ROWS_AT_ONCE} FROM rows`,
        rowMode: "array",
      });
      if (rows.length === 0) break;
      yield { rows };
    }
    await client.query("CLOSE rows");
  }
  // Takes the right to be `backup` back as well: it was given inside of this transaction.
  await client.query("ROLLBACK");
}

/**
 * Goes on as the login that may read and write every row and do nothing else. The owner itself may
 * not: row-level security is forced upon it too.
 */
async function becomeBackup(client: Client, target: DatabaseTarget): Promise<void> {
  const role = identifier(loginNames(target.database).backup);
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const canSayMore = (rows[0]?.version ?? 0) >= 160_000;
  await client.query(
    `GRANT ${role} TO CURRENT_USER${canSayMore ? " WITH INHERIT FALSE, SET TRUE" : ""}`,
  );
  await client.query(`SET LOCAL ROLE ${role}`);
}

interface Table {
  readonly name: string;
  readonly columns: ReadonlyArray<{
    readonly name: string;
    readonly type: string;
    readonly isIdentity: boolean;
  }>;
}

/** What is not copied: the database makes it anew, or it is about this moment. */
const NOT_COPIED = ["migrations", "lease"];

/** The tables, those that others refer to first. */
async function tablesOf(client: Client): Promise<readonly Table[]> {
  const { rows } = await client.query<Table & { refersTo: string[] }>(
    `SELECT c.relname AS name,
       (SELECT json_agg(json_build_object('name', attname,
            'type', format_type(atttypid, atttypmod), 'isIdentity', attidentity <> '') ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
       ARRAY(SELECT confrelid::regclass::text FROM pg_constraint
        WHERE contype = 'f' AND conrelid = c.oid AND confrelid <> c.oid) AS "refersTo"
     FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND relname <> ALL ($1) ORDER BY relname`,
    [NOT_COPIED],
  );
  const ordered: Table[] = [];
  while (ordered.length < rows.length) {
    const placed = new Set(ordered.map((table) => table.name));
    const next = rows.filter(
      (row) => !placed.has(row.name) && row.refersTo.every((name) => placed.has(name)),
    );
    if (next.length === 0)
      throw halt("tables_in_a_circle", "tables refer to each other in a circle");
    ordered.push(...next);
  }
  return ordered;
}

/** What a restore needs to know of its surroundings. */
export interface RestorePlan {
  /** The empty database that takes a market's rows. */
  readonly targetOf: (market: string) => Promise<DatabaseTarget>;
  /** Null: every market that the file holds. */
  readonly market: string | null;
}

/** Fills empty databases from a file: each whole or not at all. Resolves to the number of rows. */
export async function restore(path: string, plan: RestorePlan): Promise<number> {
  const markets = await marketsOf(path);
  const wanted = plan.market === null ? markets : markets.filter((each) => each === plan.market);
  if (wanted.length === 0) {
    throw halt("market_not_in_backup", `${path} holds ${markets.join(", ")}, not ${plan.market}`);
  }
  let rowCount = 0;
  for (const market of wanted) {
    rowCount += await restoreDatabase(await plan.targetOf(market), path, market);
  }
  return rowCount;
}

/** The markets in a file that was found whole. */
export async function marketsOf(path: string): Promise<readonly string[]> {
  await checkBackupFile(path);
  const markets: string[] = [];
  for await (const line of readBackupFile(path)) if ("market" in line) markets.push(line.market);
  return markets;
}

async function restoreDatabase(
  wanted: DatabaseTarget,
  path: string,
  market: string,
): Promise<number> {
  const { client, target } = await connectOwner(wanted);
  try {
    await takeStartLock(client);
    await refuseWhileHeld(client);
    const names = loginNames(target.database);
    await ensureLogins(client, names);
    const ours = readMigrations();
    const theirs = await migrationsOf(path, market);
    checkApplied(theirs, ours);
    // The rows go into the tables that they came from; what has changed since happens to them there.
    await migrate(client, names, ours.slice(0, theirs.length));
    const rowCount = await load(client, target, databaseRows(path, market));
    await migrate(client, names, ours);
    return rowCount;
  } finally {
    await client.end();
  }
}

async function migrationsOf(path: string, market: string) {
  for await (const line of readBackupFile(path)) {
    if ("market" in line && line.market === market) return line.migrations;
  }
  return [];
}

interface Piece {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly BackupRow[];
}

async function* databaseRows(path: string, market: string): AsyncGenerator<Piece> {
  let isOurs = false;
  let place: Omit<Piece, "rows"> | null = null;
  for await (const line of readBackupFile(path)) {
    if ("market" in line) isOurs = line.market === market;
    else if ("table" in line) place = line;
    else if ("rows" in line && isOurs && place !== null) yield { ...place, rows: line.rows };
  }
}

async function load(
  client: Client,
  target: DatabaseTarget,
  pieces: AsyncIterable<Piece>,
): Promise<number> {
  let rowCount = 0;
  await client.query("BEGIN");
  try {
    const role = identifier(loginNames(target.database).backup);
    await becomeBackup(client, target);
    const tables = await tablesOf(client);
    await refuseUnlessEmpty(client, target, tables);
    for await (const piece of pieces) {
      await insert(client, tables, piece);
      rowCount += piece.rows.length;
    }
    await client.query("RESET ROLE");
    await continueIdentities(client, tables, role);
    await client.query(`REVOKE ${role} FROM CURRENT_USER`);
    await client.query("COMMIT");
    return rowCount;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

async function refuseUnlessEmpty(
  client: Client,
  target: DatabaseTarget,
  tables: readonly Table[],
): Promise<void> {
  for (const { name } of tables) {
    const { rowCount } = await client.query(`SELECT FROM ${identifier(name)} LIMIT 1`);
    if (rowCount === 0) continue;
    throw halt(
      "database_not_empty",
      `The database ${target.database} already holds rows (${name}). A backup is restored into an empty ` +
        "one only: move the data folder away, or name an empty database in DATABASE_URL.",
    );
  }
}

async function insert(client: Client, tables: readonly Table[], piece: Piece): Promise<void> {
  const table = tables.find((each) => each.name === piece.table);
  if (table === undefined) throw halt("backup_damaged", `there is no table ${piece.table}`);
  const columns = piece.columns.map((name) => {
    const column = table.columns.find((each) => each.name === name);
    if (column === undefined) throw halt("backup_damaged", `${piece.table} has no column ${name}`);
    return column;
  });
  const names = columns.map((column) => identifier(column.name));
  const values = columns.map((column, index) => `c${index}::${column.type}`);
  const arrays = columns.map((_, index) => `$${index + 1}::text[]`);
  await client.query(
    `INSERT INTO ${identifier(table.name)} (${names.join(", ")}) OVERRIDING SYSTEM VALUE
     SELECT ${values.join(", ")} FROM unnest(${arrays.join(", ")}) AS r (${columns.map((_, index) => `c${index}`).join(", ")})`,
    columns.map((_, index) => piece.rows.map((row) => row[index] ?? null)),
  );
}

/** Ids go on after the highest restored one. */
async function continueIdentities(
  client: Client,
  tables: readonly Table[],
  role: string,
): Promise<void> {
  for (const { name, columns } of tables) {
    for (const column of columns.filter((each) => each.isIdentity)) {
      // Row-level security hides the rows from the owner, but not from `backup`.
      await client.query(`SET LOCAL ROLE ${role}`);
      const { rows } = await client.query<{ highest: string | null }>(
        `SELECT max(${identifier(column.name)})::text AS highest FROM ${identifier(name)}`,
      );
      await client.query("RESET ROLE");
      const highest = rows[0]?.highest;
      if (highest === null || highest === undefined) continue;
      await client.query("SELECT setval(pg_get_serial_sequence($1, $2), greatest($3::bigint, 1))", [
        identifier(name),
        column.name,
        highest,
      ]);
    }
  }
}
