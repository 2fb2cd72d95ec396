/** Transactions under faults: killed backends, lost commits, deadlocks, full pools, and exact numbers. */
import fc from "fast-check";
import { sql } from "kysely";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  startTestServer,
  type TestDatabase,
  type TestServer,
} from "../../../test/test-database.ts";
import { addPerson, type TestPerson } from "../../../test/test-people.ts";
import { parseDatabaseUrl } from "./database-url.ts";
import { LoginPool } from "./login-pool.ts";
import { loginNames } from "./logins.ts";
import type { Storage } from "./storage.ts";

let server: TestServer;
let database: TestDatabase;
let storage: Storage;
let superuser: Client;
let person: TestPerson;

beforeAll(async () => {
  server = await startTestServer();
  database = await server.createDatabase();
  ({ storage } = await server.open(database));
  superuser = await database.superuser();
  person = await addPerson(superuser, "alice");
});
afterAll(() => server.close());

async function killAll(login: "app" | "engine"): Promise<number> {
  const { rowCount } = await superuser.query(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1",
    [loginNames(database.name)[login]],
  );
  return rowCount ?? 0;
}

const countStrategies = () =>
  storage.withUser(person.id, async (tx) => {
    const rows = await tx.selectFrom("strategies").select("id").execute();
    return rows.length;
  });

describe("the pool survives", () => {
  test("the death of every idle connection", async () => {
    await Promise.all([countStrategies(), countStrategies()]);
    expect(await killAll("app")).toBeGreaterThan(0);
    expect(await countStrategies()).toBe(1);
  });

  test("the death of connections in the middle of their work, which is run again", async () => {
    let runs = 0;
    let kills = 0;
    const works = Array.from({ length: 5 }, () =>
      storage.withUser(person.id, async (tx) => {
        runs += 1;
        await sql`SELECT 1`.execute(tx);
        if (runs === 5 && kills === 0) {
          kills += 1;
          await killAll("app");
        }
        const rows = await tx.selectFrom("strategies").select("id").execute();
        return rows.length;
      }),
    );
    expect(await Promise.all(works)).toEqual([1, 1, 1, 1, 1]);
    expect(runs).toBeGreaterThan(5);
  });

  test("more work at once than it has connections", async () => {
    const works = Array.from({ length: 60 }, (_, index) =>
      storage.withUser(person.id, async (tx) => {
        await sql`SELECT pg_sleep(0.01)`.execute(tx);
        return index;
      }),
    );
    expect(await Promise.all(works)).toEqual(Array.from({ length: 60 }, (_, index) => index));
  });

  test("two transactions that wait for each other: both are done in the end", async () => {
    const names = ["left", "right"] as const;
    for (const name of names) {
      await superuser.query(
        "INSERT INTO market_cursor (shard, symbol, open_time) VALUES (0, $1, 0)",
        [name],
      );
    }
    // Each takes its first row, waits until the other has too, and asks for the other's.
    const reached = { left: Promise.withResolvers<void>(), right: Promise.withResolvers<void>() };
    const move = async (own: "left" | "right", other: "left" | "right") =>
      storage.withEngine(async (tx) => {
        const advance = (symbol: string) =>
          tx
            .updateTable("market_cursor")
            .set({ open_time: sql`open_time + 60000` })
            .where("symbol", "=", symbol)
            .execute();
        await advance(own);
        reached[own].resolve();
        await reached[other].promise;
        await advance(other);
      });
    await Promise.all([move("left", "right"), move("right", "left")]);
    const { rows } = await superuser.query("SELECT open_time FROM market_cursor");
    expect(rows).toEqual([{ open_time: 120_000 }, { open_time: 120_000 }]);
  });
});

test("a commit whose answer is lost is told as unknown, and not run again", async () => {
  await superuser.query(`
    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER die_at_commit AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION die()`);
  let runs = 0;
  const outcome = storage.withUser(person.id, async (tx) => {
    runs += 1;
    await tx.updateTable("users").set({ theme: "light" }).execute();
  });
  await expect(outcome).rejects.toMatchObject({ reaction: "retry", commit: "unknown" });
  expect(runs).toBe(1);
  await superuser.query("DROP TRIGGER die_at_commit ON users");
  expect(await countStrategies()).toBe(1);
});

test("a deferred rule that fails at commit is a refusal, and nothing is kept", async () => {
  await superuser.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END $$;
    CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION refuse()`);
  const outcome = storage.withUser(person.id, (tx) =>
    tx.updateTable("users").set({ theme: "light" }).execute(),
  );
  await expect(outcome).rejects.toMatchObject({ reaction: "refuse", commit: "none" });
  await superuser.query("DROP TRIGGER refuse_at_commit ON users");
  expect((await superuser.query("SELECT theme FROM users")).rows).toEqual([{ theme: null }]);
});

test("work that goes on after a failed statement is not taken for done", async () => {
  const outcome = storage.withUser(person.id, async (tx) => {
    await tx.updateTable("users").set({ language: "fr" }).execute();
    await sql`SELECT 1 / 0`.execute(tx).catch(() => {});
    return "all is well";
  });
  await expect(outcome).rejects.toMatchObject({ reaction: "halt", code: "swallowed_error" });
  expect((await superuser.query("SELECT language FROM users")).rows).toEqual([{ language: null }]);
});

test("a server that cannot be reached is a fault to retry, within the time of one request", async () => {
  const pool = new LoginPool({
    target: { ...parseDatabaseUrl(database.url), host: "127.0.0.1", port: 1 },
    limits: { statementMs: 1_000, lockMs: 1_000, idleInTransactionMs: 1_000 },
    connectionsMax: 1,
  });
  const started = performance.now();
  await expect(pool.transaction([], async () => 1)).rejects.toMatchObject({ reaction: "retry" });
  expect(performance.now() - started).toBeLessThan(10_000);
  await pool.close();
});

describe("numbers cross exactly", () => {
  /** The largest magnitude that numeric(28,8) holds, in units of 1e-8. */
  const MONEY_MAX = 10n ** 28n - 1n;

  test("money, both ways", async () => {
    const money = fc.bigInt({ min: -MONEY_MAX, max: MONEY_MAX });
    await fc.assert(
      fc.asyncProperty(money, async (amount) => {
        const stored = await storage.withEngine(async (tx) => {
          await tx.updateTable("postings").set({ amount }).execute();
          const equal = await tx
            .selectFrom("postings")
            .select("amount")
            .where("amount", "=", amount)
            .execute();
          return equal;
        });
        expect(stored).toEqual([{ amount }]);
      }),
      { numRuns: 200 },
    );
  });

  test("money beyond the column is refused", async () => {
    const outcome = storage.withEngine((tx) =>
      tx
        .updateTable("postings")
        .set({ amount: MONEY_MAX + 1n })
        .execute(),
    );
    await expect(outcome).rejects.toMatchObject({ reaction: "refuse", code: "22003" });
  });

  test("doubles of candles, both ways", async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (value) => {
        const { rows } = await storage.withEngine((tx) =>
          sql<{ value: number }>`SELECT ${value}::float8 AS value`.execute(tx),
        );
        expect(rows[0]?.value).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 200 },
    );
  });

  test("a whole number that a double does not hold is never rounded", async () => {
    const ask = (text: string) =>
      storage.withEngine((tx) =>
        sql<{ value: number }>`SELECT ${text}::bigint AS value`.execute(tx),
      );
    expect((await ask("9007199254740991")).rows).toEqual([{ value: 9_007_199_254_740_991 }]);
    await expect(ask("9007199254740993")).rejects.toThrow("not a safe integer");
  });
});
