/** Migrations: plain SQL files, each run once, in order, in a transaction of its own. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { identifier } from "./connection.ts";
import { halt } from "./fault.ts";
import type { LoginNames } from "./logins.ts";

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

/** A migration that was run on a database. */
export type AppliedMigration = Omit<Migration, "sql">;

const FILE_NAME = /^(\d{4})-([a-z0-9-]+)\.sql$/;

export function readMigrations(
  folder: string = join(import.meta.dirname, "migrations"),
): readonly Migration[] {
  const found = readdirSync(folder)
    .toSorted()
    .map((file) => {
      const match = FILE_NAME.exec(file);
      if (match === null) throw halt("migration_name", `${file} in ${folder} is not 0001-name.sql`);
      const [, number = "", name = ""] = match;
      const sql = readFileSync(join(folder, file), "utf8");
      const checksum = createHash("sha256").update(sql).digest("hex");
      return { number: Number(number), name, sql, checksum };
    });
  found.forEach((migration, index) => {
    if (migration.number === index + 1) return;
    throw halt("migration_number", `migration ${migration.number} stands at place ${index + 1}`);
  });
  return found;
}

/**
 * Runs what is missing. The caller holds the start lock, so that no two Outcrys migrate at once. A
 * kill at any instant leaves whole migrations only.
 */
export async function migrate(
  client: Client,
  logins: LoginNames,
  migrations: readonly Migration[],
): Promise<void> {
  await client.query(`CREATE TABLE IF NOT EXISTS migrations (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`);
  const applied = await appliedMigrations(client);
  checkApplied(applied, migrations);
  for (const migration of migrations.slice(applied.length)) await apply(client, logins, migration);
}

export async function appliedMigrations(client: Client): Promise<readonly AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(
    "SELECT number, name, checksum FROM migrations ORDER BY number",
  );
  return rows;
}

/** The database's past must be the beginning of ours. */
export function checkApplied(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
): void {
  for (const [index, past] of applied.entries()) {
    const ours = migrations[index];
    if (ours === undefined) {
      throw halt(
        "database_is_newer",
        `The database was migrated to ${past.number} (${past.name}) by a newer Outcry; this one knows ` +
          `${migrations.length} migrations. Start the newer one, or restore a backup taken before.`,
      );
    }
    if (ours.number === past.number && ours.checksum === past.checksum) continue;
    throw halt(
      "migration_changed",
      `Migration ${past.number} (${past.name}) was run on this database with another content. A migration ` +
        "is never changed once it was run: put the file back and add a new one.",
    );
  }
}

async function apply(client: Client, logins: LoginNames, migration: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(withNames(migration, logins));
    await client.query("INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3)", [
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    const why = error instanceof Error ? error.message : String(error);
    const place = `${migration.number} (${migration.name})`;
    throw halt("migration_failed", `Migration ${place} failed and changed nothing: ${why}`, error);
  }
}

/** Puts the logins' names where the file says `:"app"`, as psql does with `-v app=…`. */
function withNames(migration: Migration, logins: LoginNames): string {
  const names = new Map<string, string>(Object.entries(logins));
  return migration.sql.replace(/:"(\w+)"/g, (_, variable: string) => {
    const name = names.get(variable);
    if (name === undefined) throw halt("migration_name", `no login is called ${variable}`);
    return identifier(name);
  });
}
