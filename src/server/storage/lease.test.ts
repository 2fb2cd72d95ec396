/** The lease: one writer a database, also when the other one wakes up late. */
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  startTestServer,
  type TestDatabase,
  type TestServer,
} from "../../../test/test-database.ts";
import { loginNames } from "./logins.ts";
import type { Storage } from "./storage.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const advance = (storage: Storage, symbol: string) =>
  storage.withEngine((tx) =>
    tx.insertInto("market_cursor").values({ shard: 0, symbol, open_time: 0 }).execute(),
  );

async function kill(superuser: Client, database: TestDatabase, query: string): Promise<number> {
  const names = loginNames(database.name);
  const { rowCount } = await superuser.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE usename = ANY ($1) AND query LIKE $2`,
    [[names.app, names.engine, names.auth], query],
  );
  return rowCount ?? 0;
}

test("a second Outcry is refused by name, and the first one goes on undisturbed", async () => {
  const database = await server.createDatabase();
  const { storage, faults } = await server.open(database);
  const refusal = await server.open(database).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ reaction: "halt", code: "database_in_use" });
  expect(String(refusal)).toContain(`process ${process.pid}`);
  // Its logins still open new connections.
  await kill(await database.superuser(), database, "%");
  await advance(storage, "AFTER");
  expect(await storage.withUser(1, (tx) => tx.selectFrom("users").select("id").execute())).toEqual(
    [],
  );
  expect(faults).toEqual([]);
});

test("after a close the next start need not wait", async () => {
  const database = await server.createDatabase();
  const first = await server.open(database);
  await first.storage.close();
  const started = performance.now();
  const second = await server.open(database);
  await advance(second.storage, "NEXT");
  expect(performance.now() - started).toBeLessThan(5_000);
});

test("the next start takes over at once from one whose connection is gone", async () => {
  const database = await server.createDatabase();
  const superuser = await database.superuser();
  const dead = await server.open(database);
  await advance(dead.storage, "BEFORE");
  expect(await kill(superuser, database, "UPDATE lease%")).toBe(1);
  const next = await server.open(database);
  await advance(next.storage, "AFTER");
  // If it was not dead after all, it can read nothing and write nothing as the engine.
  await expect(advance(dead.storage, "LATE")).rejects.toMatchObject({
    reaction: "halt",
    code: "lease_lost",
  });
  const { rows } = await superuser.query("SELECT symbol FROM market_cursor ORDER BY symbol");
  expect(rows).toEqual([{ symbol: "AFTER" }, { symbol: "BEFORE" }]);
});

test("one that stalled past its lease is fenced, and told so", async () => {
  const database = await server.createDatabase();
  const superuser = await database.superuser();
  const stalled = await server.open(database);
  await advance(stalled.storage, "BEFORE");
  // As if nothing had been renewed for long: the connection is still there.
  await superuser.query("UPDATE lease SET expires_at = 0");
  const next = await server.open(database);
  await expect(advance(stalled.storage, "LATE")).rejects.toMatchObject({ code: "lease_lost" });
  await advance(next.storage, "AFTER");
  // Its next renewal, at most five seconds away, ends it.
  await expect
    .poll(() => stalled.faults.map((fault) => fault.code), { timeout: 10_000 })
    .toEqual(["lease_lost"]);
});

test("a transaction under way is waited for before its epoch ends", async () => {
  const database = await server.createDatabase();
  const superuser = await database.superuser();
  const { storage } = await server.open(database);
  const isInside = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const last = storage.withEngine(async (tx) => {
    await tx
      .insertInto("market_cursor")
      .values({ shard: 0, symbol: "LAST", open_time: 0 })
      .execute();
    isInside.resolve();
    await mayEnd.promise;
  });
  await isInside.promise;
  await superuser.query("UPDATE lease SET expires_at = 0");
  const taking = server.open(database);
  for (;;) {
    const { rows } = await superuser.query(
      "SELECT count(*) AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%lease%'",
    );
    if (rows[0].count === 1) break;
  }
  mayEnd.resolve();
  await last;
  const next = await taking;
  const seen = await next.storage.withEngine((tx) =>
    tx.selectFrom("market_cursor").select("symbol").execute(),
  );
  expect(seen).toEqual([{ symbol: "LAST" }]);
});

test("another market is refused, and the database is left as it was", async () => {
  const database = await server.createDatabase();
  const { storage } = await server.open(database, "simulated");
  await storage.close();
  await expect(server.open(database, "binance")).rejects.toMatchObject({
    code: "database_of_another_market",
    message: expect.stringContaining('belongs to the market "simulated"'),
  });
  const again = await server.open(database, "simulated");
  await again.storage.close();
});
