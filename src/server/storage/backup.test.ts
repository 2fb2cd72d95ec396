/** Backup and restore: every row comes back, on any PostgreSQL, or nothing is done at all. */
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  startTestServer,
  type TestDatabase,
  type TestServer,
} from "../../../test/test-database.ts";
import { addPerson, type TestPerson } from "../../../test/test-people.ts";
import { identifier } from "./connection.ts";
import { backUpPlace, openStorage, restorePlace } from "./storage.ts";

let server: TestServer;
let folder: string;
let source: TestDatabase;
let file: string;

beforeAll(async () => {
  server = await startTestServer();
  folder = mkdtempSync(join(tmpdir(), "outcry-backup-"));
  chmodSync(folder, 0o711);
  source = await server.createDatabase();
  const { storage } = await server.open(source);
  const superuser = await source.superuser();
  await addPerson(superuser, "alice");
  await addPerson(superuser, 'bob\'s "odd" \\ name, é, 漢, \u{1F600}\n\t');
  // More rows than are fetched at a time, in doubles that are hard to print.
  await superuser.query(
    `INSERT INTO candles SELECT 'BTCUSDT', '1m', i * 60000, 1 / (i + 3.0), 1e11 / 7, 1e-8 / 3, i / 7.0, pi() * i, 'rest', 0.1
     FROM generate_series(0, 2000) i`,
  );
  await superuser.query(
    "INSERT INTO candle_revisions SELECT symbol, timeframe, open_time, 1, 1, 1, 1, 1, 'rest' FROM candles LIMIT 1",
  );
  await superuser.query(
    "INSERT INTO checkpoints VALUES ('BTCUSDT', '1m', 'ema(3)', 0, ARRAY[0.1, 1e300, -0.0])",
  );
  await superuser.query("INSERT INTO market_cursor VALUES (0, 'BTCUSDT', 60000)");
  file = join(folder, "backup.jsonl.gz");
  // While Outcry runs, and holds its lease.
  await backUpPlace({ kind: "external", url: source.url }, file);
  await storage.close();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** All rows of all tables, save what belongs to the moment. */
async function contents(client: Client): Promise<Record<string, unknown[]>> {
  const tables = await client.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
  );
  const found: Record<string, unknown[]> = {};
  for (const { name } of tables.rows.filter((row) => row.name !== "lease")) {
    const columns = name === "migrations" ? "number, name, checksum" : "*";
    const { rows } = await client.query(
      `SELECT t::text AS row FROM (SELECT ${columns} FROM ${identifier(name)}) t ORDER BY 1`,
    );
    found[name] = rows.map((row) => row.row);
  }
  return found;
}

test("every row of every table comes back as it was", async () => {
  const target = await server.createDatabase();
  const rowCount = await restorePlace({ kind: "external", url: target.url }, file, null);
  const before = await contents(await source.superuser());
  const after = await contents(await target.superuser());
  expect(after).toEqual(before);
  expect(before.candles).toHaveLength(2_001);
  expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);
  const { migrations: _, ...copied } = before;
  expect(rowCount).toBe(Object.values(copied).flat().length);
});

test("Outcry opens what was restored, and new ids go on after the old ones", async () => {
  const target = await server.createDatabase();
  await restorePlace({ kind: "external", url: target.url }, file, "simulated");
  const { storage } = await server.open(target);
  const superuser = await target.superuser();
  const { rows } = await superuser.query("SELECT max(id) AS id FROM users");
  const highest: number = rows[0].id;
  const added: TestPerson = await addPerson(superuser, "carol");
  expect(added.id).toBeGreaterThan(highest);
  const own = await storage.withUser(added.id, (tx) =>
    tx.selectFrom("strategies").select("name").execute(),
  );
  expect(own).toEqual([{ name: added.canary }]);
  const { rows: roles } = await superuser
    .query(
      "SELECT count(*) AS count FROM pg_auth_members WHERE roleid = $1::regrole AND inherit_option",
      [`${target.name}_backup`],
    )
    .catch(() => ({ rows: [{ count: 0 }] }));
  // The owner was the all-reading login for the time of one transaction only.
  expect(roles).toEqual([{ count: 0 }]);
});

test("a file is readable by its owner alone", () => {
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(readdirSync(folder)).toEqual(["backup.jsonl.gz"]);
});

describe("nothing is done", () => {
  async function refusal(path: string, database?: TestDatabase, market: string | null = null) {
    const target = database ?? (await server.createDatabase());
    const outcome = await restorePlace({ kind: "external", url: target.url }, path, market).catch(
      (error: unknown) => error,
    );
    return outcome;
  }

  test("with a database that holds rows already", async () => {
    const before = await contents(await source.superuser());
    expect(await refusal(file, source)).toMatchObject({ code: "database_not_empty" });
    expect(await contents(await source.superuser())).toEqual(before);
  });

  test("while Outcry runs on the database", async () => {
    const target = await server.createDatabase();
    await server.open(target);
    expect(await refusal(file, target)).toMatchObject({ code: "database_in_use" });
  });

  test.each([
    ["cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length - 200)],
    [
      "with one digit changed",
      (bytes: Buffer) => rezip(bytes, (text) => text.replace("0.33", "0.34")),
    ],
    [
      "with a row left out",
      (bytes: Buffer) => rezip(bytes, (text) => text.replace(/\["BTCUSDT[^\]]*\],/, "")),
    ],
    [
      "without its end",
      (bytes: Buffer) => rezip(bytes, (text) => text.replace(/\n[^\n]*\n$/, "\n")),
    ],
    ["that is something else", () => gzipSync('{"hello":1}\n')],
    ["that is not compressed", () => Buffer.from("hello")],
    ["that is empty", () => Buffer.alloc(0)],
  ])("with a file %s", async (_, damage) => {
    const damaged = join(folder, "damaged");
    writeFileSync(damaged, damage(readFileSync(file)));
    const target = await server.createDatabase();
    expect(await refusal(damaged, target)).toMatchObject({ code: "backup_damaged" });
    const { rows } = await (await target.superuser()).query("SELECT to_regclass('users') AS users");
    expect(rows).toEqual([{ users: null }]);
  });

  test("with a file that is not there", async () => {
    expect(await refusal(join(folder, "nowhere"))).toMatchObject({ code: "backup_damaged" });
  });

  test("with a market that the file does not hold", async () => {
    expect(await refusal(file, undefined, "binance")).toMatchObject({
      code: "market_not_in_backup",
    });
  });

  test("with a backup of a newer Outcry", async () => {
    const newer = join(folder, "newer");
    const bytes = readFileSync(file);
    const text = gunzipSync(bytes).toString().split("\n");
    const head = JSON.parse(text[1] ?? "");
    head.migrations.push({ number: 5_000, name: "later", checksum: "x" });
    text[1] = JSON.stringify(head);
    writeFileSync(newer, gzipSync(resealed(text.join("\n"))));
    expect(await refusal(newer)).toMatchObject({ code: "database_is_newer" });
  });
});

function rezip(bytes: Buffer, change: (text: string) => string): Buffer {
  return gzipSync(change(gunzipSync(bytes).toString()));
}

/** With the checksum made right again, as only this program makes it. */
function resealed(text: string): string {
  const lines = text.trimEnd().split("\n");
  const body = `${lines.slice(0, -1).join("\n")}\n`;
  const sha256 = createHash("sha256").update(body).digest("hex");
  const { rowCount } = JSON.parse(lines.at(-1) ?? "{}");
  return `${body}${JSON.stringify({ rowCount, sha256 })}\n`;
}

test("the embedded server's markets are all in one file, and come back into an empty folder", async () => {
  const from = join(folder, "from");
  const to = join(folder, "to");
  const all = join(folder, "all.jsonl.gz");
  for (const market of ["simulated", "replay-1f3a"]) {
    const storage = await openEmbedded(from, market);
    await storage.withEngine((tx) =>
      tx.insertInto("market_cursor").values({ shard: 0, symbol: market, open_time: 0 }).execute(),
    );
    if (market === "simulated") {
      // The running server is used where there is one …
      await backUpPlace({ kind: "embedded", dataFolder: from }, all);
    }
    await storage.close();
  }
  // … and started where there is none.
  expect(await backUpPlace({ kind: "embedded", dataFolder: from }, all)).toBe(4);
  expect(await restorePlace({ kind: "embedded", dataFolder: to }, all, null)).toBe(4);
  for (const market of ["simulated", "replay-1f3a"]) {
    const storage = await openEmbedded(to, market);
    const rows = await storage.withEngine((tx) =>
      tx.selectFrom("market_cursor").select("symbol").execute(),
    );
    expect(rows).toEqual([{ symbol: market }]);
    if (market === "simulated") {
      await expect(
        restorePlace({ kind: "embedded", dataFolder: to }, all, null),
      ).rejects.toMatchObject({ code: "data_folder_in_use" });
    }
    await storage.close();
  }
});

function openEmbedded(dataFolder: string, market: string) {
  return openStorage({
    place: { kind: "embedded", dataFolder },
    market,
    onFault: () => {},
    log: { info: () => {}, warn: () => {} },
  });
}
