/** Migrations: once, in order, whole or not at all, and never changed afterwards. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../../test/test-database.ts";
import { connectOwner } from "./connection.ts";
import { parseDatabaseUrl } from "./database-url.ts";
import { ensureLogins, loginNames } from "./logins.ts";
import { appliedMigrations, type Migration, migrate, readMigrations } from "./migrate.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function freshDatabase() {
  const database = await server.createDatabase();
  const { client } = await connectOwner(parseDatabaseUrl(database.url));
  const names = loginNames(database.name);
  await ensureLogins(client, names);
  return { database, client, names };
}

const tables = async (client: Client) =>
  (
    await client.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
    )
  ).rows.map((row) => row.name);

function migration(number: number, sql: string): Migration {
  return { number, name: `step-${number}`, sql, checksum: `checksum of ${sql}` };
}

test("each runs once, and running them again changes nothing", async () => {
  const { client, names } = await freshDatabase();
  await migrate(client, names, readMigrations());
  const first = await client.query("SELECT * FROM migrations ORDER BY number");
  await migrate(client, names, readMigrations());
  const second = await client.query("SELECT * FROM migrations ORDER BY number");
  expect(second.rows).toEqual(first.rows);
  expect(first.rows.map((row) => row.number)).toEqual(readMigrations().map((each) => each.number));
  await client.end();
});

test("a migration that fails leaves the ones before it and nothing of its own", async () => {
  const { client, names } = await freshDatabase();
  const failing = [
    migration(1, "CREATE TABLE one (id bigint)"),
    migration(2, "CREATE TABLE two (id bigint); SELECT 1 / 0; CREATE TABLE three (id bigint)"),
  ];
  await expect(migrate(client, names, failing)).rejects.toMatchObject({
    reaction: "halt",
    code: "migration_failed",
  });
  expect(await tables(client)).toEqual(["migrations", "one"]);
  const mended = [
    migration(1, "CREATE TABLE one (id bigint)"),
    migration(2, "CREATE TABLE two ()"),
  ];
  await migrate(client, names, mended);
  expect(await tables(client)).toEqual(["migrations", "one", "two"]);
  await client.end();
});

test("a migration whose record cannot be written leaves nothing of its own either", async () => {
  const { client, names } = await freshDatabase();
  const unrecorded = { ...migration(1, "CREATE TABLE one (id bigint)"), name: "\0" };
  await expect(migrate(client, names, [unrecorded])).rejects.toMatchObject({
    code: "migration_failed",
  });
  expect(await tables(client)).toEqual(["migrations"]);
  await client.end();
});

test("killed half-way, it leaves nothing half-done and runs whole the next time", async () => {
  const { database, client, names } = await freshDatabase();
  const superuser = await database.superuser();
  const steps = [
    migration(1, "CREATE TABLE one (id bigint)"),
    migration(
      2,
      "CREATE TABLE two (id bigint); SELECT pg_sleep(0); CREATE TABLE three (id bigint)",
    ),
  ];
  const slow = [
    steps[0] ?? migration(1, ""),
    { ...migration(2, ""), sql: "CREATE TABLE two (id bigint); SELECT pg_sleep(30)" },
  ];
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  const killed = migrate(client, names, slow).catch((error: unknown) => error);
  for (;;) {
    const { rowCount } = await superuser.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE pid = $1 AND query LIKE '%pg_sleep%' AND wait_event = 'PgSleep'`,
      [rows[0]?.pid],
    );
    if (rowCount === 1) break;
  }
  expect(await killed).toMatchObject({ reaction: "halt", code: "migration_failed" });
  const { client: next } = await connectOwner(parseDatabaseUrl(database.url));
  expect(await tables(next)).toEqual(["migrations", "one"]);
  await migrate(next, names, steps);
  expect(await tables(next)).toEqual(["migrations", "one", "three", "two"]);
  expect((await appliedMigrations(next)).map((each) => each.number)).toEqual([1, 2]);
  await next.end();
});

describe("the database's past must be the beginning of ours", () => {
  test("a changed file is refused, by name", async () => {
    const { client, names } = await freshDatabase();
    await migrate(client, names, [migration(1, "CREATE TABLE one (id bigint)")]);
    const changed = [migration(1, "CREATE TABLE one (id integer)"), migration(2, "SELECT 1")];
    await expect(migrate(client, names, changed)).rejects.toMatchObject({
      code: "migration_changed",
      message: expect.stringContaining("Migration 1 (step-1)"),
    });
    expect(await appliedMigrations(client)).toHaveLength(1);
    await client.end();
  });

  test("a database that a newer Outcry migrated is refused", async () => {
    const { client, names } = await freshDatabase();
    const both = [migration(1, "SELECT 1"), migration(2, "SELECT 2")];
    await migrate(client, names, both);
    await expect(migrate(client, names, both.slice(0, 1))).rejects.toMatchObject({
      code: "database_is_newer",
    });
    await client.end();
  });
});

test("two Outcrys that start on a fresh database at once: one has it, the other is told", async () => {
  const database = await server.createDatabase();
  const outcomes = await Promise.allSettled([server.open(database), server.open(database)]);
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
  const refused = outcomes.find((outcome) => outcome.status === "rejected");
  expect(refused?.reason).toMatchObject({ reaction: "halt", code: "database_in_use" });
});

test("files that are not numbered in a row are refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "outcry-migrations-"));
  try {
    writeFileSync(join(folder, "0001-one.sql"), "SELECT 1");
    expect(readMigrations(folder)).toHaveLength(1);
    writeFileSync(join(folder, "0003-three.sql"), "SELECT 3");
    expect(() => readMigrations(folder)).toThrow("migration 3 stands at place 2");
    writeFileSync(join(folder, "notes.txt"), "");
    expect(() => readMigrations(folder)).toThrow("notes.txt");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
