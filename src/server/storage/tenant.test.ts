/** Nobody reaches another person's rows: every table, every command, every login, and at random. */
import fc from "fast-check";
import { sql } from "kysely";
import { type Client, DatabaseError } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  connectAs,
  startTestServer,
  type TestDatabase,
  type TestServer,
} from "../../../test/test-database.ts";
import { addPerson, type TestPerson } from "../../../test/test-people.ts";
import { identifier } from "./connection.ts";
import { loginNames } from "./logins.ts";
import { type Storage, StorageFault } from "./storage.ts";

let server: TestServer;
let database: TestDatabase;
let storage: Storage;
let superuser: Client;
let alice: TestPerson;
let bob: TestPerson;

beforeAll(async () => {
  server = await startTestServer();
  database = await server.createDatabase();
  ({ storage } = await server.open(database));
  superuser = await database.superuser();
  alice = await addPerson(superuser, "alice");
  bob = await addPerson(superuser, "bob");
});
afterAll(() => server.close());

interface TenantTable {
  readonly table: string;
  readonly tenant: string;
}

/** From the catalogue, so that a new table is in the matrix before anybody thinks of it. */
async function tenantTables(): Promise<TenantTable[]> {
  const { rows } = await superuser.query<TenantTable>(
    `SELECT table_name AS table, column_name AS tenant FROM information_schema.columns
     WHERE table_schema = 'public'
       AND column_name = CASE table_name WHEN 'users' THEN 'id' ELSE 'user_id' END ORDER BY 1`,
  );
  return rows;
}

const COMMANDS = ["select", "insert", "update", "delete", "steal"] as const;

/**
 * What a login with every grant, so held by policies alone, can do to a person's rows: the number of
 * rows it reached, or the code of the refusal. All is undone.
 */
async function attempt(
  { table, tenant }: TenantTable,
  command: (typeof COMMANDS)[number],
  actor: number | null,
  owner: number,
): Promise<number | string> {
  const name = identifier(table);
  await superuser.query("BEGIN");
  try {
    const { rows } = await superuser.query<{ row: string }>(
      `SELECT to_jsonb(t)::text AS row FROM ${name} t WHERE ${tenant} = $1`,
      [owner],
    );
    if (command === "insert") {
      await superuser.query(`DELETE FROM ${name} WHERE ${tenant} = $1`, [owner]);
    }
    await superuser.query(`CREATE ROLE probe; GRANT ALL ON ALL TABLES IN SCHEMA public TO probe`);
    await superuser.query("SET LOCAL ROLE probe");
    if (actor !== null) {
      await superuser.query("SELECT set_config('app.user_id', $1, true)", [String(actor)]);
    }
    const statements: Record<(typeof COMMANDS)[number], [string, unknown[]]> = {
      select: [`SELECT FROM ${name} WHERE ${tenant} = $1`, [owner]],
      insert: [
        `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(null::${name}, $1)`,
        [rows[0]?.row],
      ],
      update: [`UPDATE ${name} SET ${tenant} = ${tenant} WHERE ${tenant} = $1`, [owner]],
      delete: [`DELETE FROM ${name} WHERE ${tenant} = $1`, [owner]],
      // A row of one's own is made somebody else's.
      steal: [`UPDATE ${name} SET ${tenant} = $2 WHERE ${tenant} = $1`, [owner, owner + 1_000]],
    };
    const { rowCount } = await superuser.query(...statements[command]);
    return rowCount ?? 0;
  } catch (error) {
    if (error instanceof DatabaseError) return error.code ?? "unknown";
    throw error;
  } finally {
    await superuser.query("ROLLBACK");
  }
}

describe("the matrix of table, command and tenant", () => {
  test("one's own rows are reached, and cannot be given away", async () => {
    const tables = await tenantTables();
    expect(tables.map(({ table }) => table)).toEqual([
      "completed_trades",
      "equity_marks",
      "facts",
      "open_positions",
      "postings",
      "sessions",
      "strategies",
      "users",
    ]);
    for (const table of tables) {
      for (const command of ["select", "insert", "update", "delete"] as const) {
        const reached = await attempt(table, command, alice.id, alice.id);
        expect(reached, `${command} on own ${table.table}`).toBe(1);
      }
      const given = await attempt(table, "steal", alice.id, alice.id);
      expect(given, `giving away a row of ${table.table}`).toBe("42501");
    }
  });

  test("another's rows are not there, and none can be made for them", async () => {
    for (const table of await tenantTables()) {
      for (const actor of [alice.id, null]) {
        const who = actor === null ? "nobody" : "alice";
        for (const command of ["select", "update", "delete", "steal"] as const) {
          const reached = await attempt(table, command, actor, bob.id);
          expect(reached, `${command} on bob's ${table.table} as ${who}`).toBe(0);
        }
        const made = await attempt(table, "insert", actor, bob.id);
        expect(made, `insert into bob's ${table.table} as ${who}`).toBe("42501");
      }
    }
  });

  test("the matrix sees a leak", async () => {
    await superuser.query("CREATE POLICY leak ON facts FOR SELECT USING (true)");
    try {
      const facts = { table: "facts", tenant: "user_id" };
      expect(await attempt(facts, "select", alice.id, bob.id)).toBe(1);
    } finally {
      await superuser.query("DROP POLICY leak ON facts");
    }
  });
});

/** What each login may do to each table, where it may do anything. */
const GRANTS: Readonly<Record<string, string>> = {
  "app candles": "SELECT",
  "app completed_trades": "SELECT",
  "app equity_marks": "SELECT",
  "app facts": "SELECT",
  "app meta": "SELECT",
  "app open_positions": "SELECT",
  "app postings": "SELECT",
  "app sessions":
    "DELETE SELECT(created_at) SELECT(device) SELECT(expires_at) SELECT(id) SELECT(last_used_at) SELECT(user_id)",
  "app strategies":
    "DELETE INSERT SELECT UPDATE(catalogue_id) UPDATE(definition) UPDATE(is_enabled) UPDATE(is_runnable) UPDATE(kind) UPDATE(name) UPDATE(symbol) UPDATE(timeframe) UPDATE(updated_at)",
  "app users": "DELETE SELECT UPDATE(display_name) UPDATE(language) UPDATE(theme)",
  "auth meta": "SELECT",
  "auth sessions": "DELETE INSERT SELECT UPDATE(expires_at) UPDATE(last_used_at)",
  "auth strategies": "INSERT SELECT",
  "auth users":
    "INSERT SELECT UPDATE(display_name) UPDATE(email) UPDATE(is_operator) UPDATE(issuer) UPDATE(last_sign_in_at) UPDATE(subject)",
  "engine candle_revisions": "INSERT SELECT",
  "engine candles": "INSERT SELECT",
  "engine checkpoints": "DELETE INSERT SELECT UPDATE",
  "engine completed_trades": "DELETE INSERT SELECT UPDATE",
  "engine equity_marks": "DELETE INSERT SELECT UPDATE",
  "engine facts": "DELETE INSERT SELECT UPDATE",
  "engine lease": "SELECT UPDATE(expires_at)",
  "engine market_cursor": "INSERT SELECT UPDATE",
  "engine meta": "SELECT",
  "engine open_positions": "DELETE INSERT SELECT UPDATE",
  "engine postings": "DELETE INSERT SELECT UPDATE",
  "engine strategies": "SELECT UPDATE(is_enabled) UPDATE(updated_at)",
};

test("each login has these grants and no others", async () => {
  const names = loginNames(database.name);
  const { rows } = await superuser.query<{ login: string; table: string; rights: string }>(
    `WITH held AS (
       SELECT r.rolname, c.relname, p.privilege, NULL AS attname
       FROM pg_roles r, pg_class c, unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES','TRIGGER']) p (privilege)
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
         AND has_table_privilege(r.oid, c.oid, p.privilege)
       UNION ALL
       SELECT r.rolname, c.relname, p.privilege, a.attname
       FROM pg_roles r, pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0,
         unnest(ARRAY['SELECT','INSERT','UPDATE','REFERENCES']) p (privilege)
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
         AND has_column_privilege(r.oid, c.oid, a.attnum, p.privilege)
         AND NOT has_table_privilege(r.oid, c.oid, p.privilege))
     SELECT rolname AS login, relname AS table,
       string_agg(privilege || coalesce('(' || attname || ')', ''), ' ' ORDER BY privilege, attname) AS rights
     FROM held WHERE rolname = ANY ($1) GROUP BY 1, 2`,
    [[names.app, names.auth, names.engine]],
  );
  const found = rows.map((row) => [
    `${row.login.slice(database.name.length + 1)} ${row.table}`,
    row.rights,
  ]);
  expect(Object.fromEntries(found)).toEqual(GRANTS);
});

test("after the start, the owner's login is closed: only the powerless ones are connected", async () => {
  await storage.withUser(alice.id, (tx) => tx.selectFrom("users").select("id").execute());
  const { rows } = await superuser.query<{ login: string; powers: boolean }>(
    `SELECT DISTINCT usename AS login, rolsuper OR rolbypassrls OR rolcreaterole AS powers
     FROM pg_stat_activity JOIN pg_roles ON rolname = usename
     WHERE datname = current_database() AND application_name = 'outcry' AND NOT rolsuper`,
  );
  const names = loginNames(database.name);
  expect(rows.map((row) => row.login)).toContain(names.app);
  expect(rows.filter((row) => row.powers || row.login === database.name)).toEqual([]);
});

describe("withUser", () => {
  test("statements without any predicate reach one's own rows alone", async () => {
    const rows = await storage.withUser(alice.id, async (tx) => [
      await tx.selectFrom("users").selectAll().execute(),
      await tx.selectFrom("sessions").select(["id", "device"]).execute(),
      await tx.selectFrom("strategies").selectAll().execute(),
      await tx.selectFrom("facts").selectAll().execute(),
      await tx.selectFrom("postings").selectAll().execute(),
      await tx.selectFrom("open_positions").selectAll().execute(),
      await tx.selectFrom("completed_trades").selectAll().execute(),
      await tx.selectFrom("equity_marks").selectAll().execute(),
    ]);
    expect(rows.map((each) => each.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    const text = JSON.stringify(rows, (_, value) =>
      typeof value === "bigint" ? `${value}` : value,
    );
    expect(text).toContain(alice.canary);
    expect(text).not.toContain(bob.canary);
  });

  test("an update and a delete without any predicate change one's own rows alone", async () => {
    const carol = await addPerson(superuser, "carol");
    const changed = await storage.withUser(carol.id, (tx) =>
      tx.updateTable("strategies").set({ is_enabled: false }).executeTakeFirst(),
    );
    expect(changed.numUpdatedRows).toBe(1n);
    await storage.withUser(carol.id, (tx) => tx.deleteFrom("users").execute());
    const { rows } = await superuser.query("SELECT id FROM users ORDER BY id");
    expect(rows.map((row) => row.id)).toEqual([alice.id, bob.id]);
    const left = await superuser.query(
      "SELECT (SELECT count(*) FROM facts WHERE user_id = $1) + (SELECT count(*) FROM sessions WHERE user_id = $1) AS count",
      [carol.id],
    );
    expect(left.rows[0].count).toBe(0);
  });

  test("a row for somebody else is refused, without a word about theirs", async () => {
    const refusal = await storage
      .withUser(alice.id, (tx) => insertStrategy(tx, bob.id, bob.canary))
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StorageFault);
    expect(refusal).toMatchObject({ reaction: "refuse", code: "42501" });
    expect(String(refusal)).not.toContain(bob.canary);
    // The same call by the owner is taken, so that it was the tenant that was refused.
    await storage.withUser(bob.id, async (tx) => {
      await insertStrategy(tx, bob.id, "another");
      await tx.deleteFrom("strategies").where("name", "=", "another").execute();
    });
  });

  test("a name that somebody else uses is free: unique keys tell nothing of others", async () => {
    await storage.withUser(alice.id, async (tx) => {
      await insertStrategy(tx, alice.id, bob.canary);
      await tx.deleteFrom("strategies").where("name", "=", bob.canary).execute();
    });
  });

  test("somebody else's strategy cannot be referred to", async () => {
    await expect(
      storage.withEngine((tx) =>
        tx
          .insertInto("equity_marks")
          .values({ user_id: alice.id, strategy_id: bob.strategyId, marked_at: 5, equity: 1n })
          .execute(),
      ),
    ).rejects.toMatchObject({ reaction: "refuse", code: "23503" });
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53])("%s is no user", async (id) => {
    await expect(storage.withUser(id, async () => 1)).rejects.toThrow("positive integer");
  });
});

type Insertable = Parameters<Parameters<Storage["withUser"]>[1]>[0];

function insertStrategy(tx: Insertable, userId: number, name: string) {
  return tx
    .insertInto("strategies")
    .values({
      user_id: userId,
      name,
      symbol: "BTCUSDT",
      timeframe: "1m",
      kind: "custom",
      catalogue_id: null,
      definition: "{}",
      is_enabled: false,
      is_runnable: false,
      created_at: 1,
      updated_at: 1,
    })
    .execute();
}

/** Runs on the pool after something went wrong there: the next tenant sees their own rows only. */
async function nextTenantSeesOnlyTheirs(): Promise<void> {
  const seen = await Promise.all(
    Array.from({ length: 12 }, (_, index) => {
      const person = index % 2 === 0 ? alice : bob;
      return storage.withUser(person.id, async (tx) => {
        const rows = await tx.selectFrom("users").select("id").execute();
        return rows.map((row) => row.id).join() === String(person.id);
      });
    }),
  );
  expect(seen).toEqual(Array(12).fill(true));
}

describe("no tenant is left behind", () => {
  /** What the connections of the app's pool show to whoever comes next without a tenant. */
  async function leftBehind(): Promise<unknown[]> {
    const client = await connectAs(database, "app");
    try {
      const { rows } = await client.query(
        "SELECT current_setting('app.user_id', true) AS tenant, (SELECT count(*) FROM users) AS users",
      );
      return rows;
    } finally {
      await client.end();
    }
  }

  test("a connection outside of any transaction has no tenant and sees nothing", async () => {
    expect(await leftBehind()).toEqual([{ tenant: null, users: 0 }]);
  });

  test("after a commit the same connection sees nothing", async () => {
    const client = await connectAs(database, "app");
    try {
      await client.query("BEGIN");
      await client.query("SELECT set_config('app.user_id', $1, true)", [String(alice.id)]);
      expect((await client.query("SELECT FROM users")).rowCount).toBe(1);
      await client.query("COMMIT");
      expect((await client.query("SELECT FROM users")).rowCount).toBe(0);
    } finally {
      await client.end();
    }
  });

  test("after the work threw", async () => {
    const thrown = new Error("the work's own");
    await expect(
      storage.withUser(alice.id, async (tx) => {
        await insertStrategy(tx, alice.id, "never kept");
        throw thrown;
      }),
    ).rejects.toBe(thrown);
    await nextTenantSeesOnlyTheirs();
    const { rowCount } = await superuser.query("SELECT FROM strategies WHERE name = 'never kept'");
    expect(rowCount).toBe(0);
  });

  test("after a statement was cancelled", async () => {
    const slow = storage.withUser(alice.id, async (tx) => {
      const own = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(tx);
      const asleep = sql`SELECT pg_sleep(20)`.execute(tx);
      asleep.catch(() => {});
      await cancelStatement(own.rows[0]?.pid ?? 0, "pg_sleep");
      await asleep;
    });
    await expect(slow).rejects.toMatchObject({ reaction: "retry", code: "57014" });
    await nextTenantSeesOnlyTheirs();
  });

  test("after the backend was killed in the middle, and the work is run again", async () => {
    let runs = 0;
    const seen = await storage.withUser(alice.id, async (tx) => {
      runs += 1;
      const own = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(tx);
      if (runs === 1) {
        await superuser.query("SELECT pg_terminate_backend($1, 5000)", [own.rows[0]?.pid]);
      }
      return tx.selectFrom("users").select("id").execute();
    });
    expect({ runs, seen }).toEqual({ runs: 2, seen: [{ id: alice.id }] });
    await nextTenantSeesOnlyTheirs();
  });

  test("a transaction that is kept beyond its end cannot be used", async () => {
    const kept = await storage.withUser(alice.id, async (tx) => tx);
    await expect(kept.selectFrom("users").selectAll().execute()).rejects.toThrow("after its end");
  });

  test("a session setting made by mistake does not outlive the next tenant's own", async () => {
    await storage.withUser(alice.id, async (tx) => {
      await sql`SELECT set_config('app.user_id', ${String(alice.id)}, false)`.execute(tx);
    });
    await nextTenantSeesOnlyTheirs();
  });
});

/** Cancels the statement as soon as the backend runs it. */
async function cancelStatement(pid: number, text: string): Promise<void> {
  for (;;) {
    const { rowCount } = await superuser.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
       WHERE pid = $1 AND state = 'active' AND strpos(query, $2) > 0`,
      [pid, text],
    );
    if (rowCount === 1) return;
  }
}

describe("readUser", () => {
  test("reads one's own rows, as withUser does", async () => {
    const read = await storage.readUser(alice.id, (tx) =>
      tx.selectFrom("users").select("id").execute(),
    );
    expect(read).toEqual([{ id: alice.id }]);
    await nextTenantSeesOnlyTheirs();
  });

  test("refuses to write", async () => {
    await expect(
      storage.readUser(alice.id, (tx) => tx.updateTable("users").set({ theme: "dark" }).execute()),
    ).rejects.toMatchObject({ reaction: "halt", code: "25006" });
    await expect(
      storage.readUser(alice.id, async () => {
        throw new Error("the work's own");
      }),
    ).rejects.toThrow("the work's own");
    await nextTenantSeesOnlyTheirs();
  });

  test("hundreds at once, of two people, do not meet", async () => {
    const seen = await Promise.all(
      Array.from({ length: 400 }, async (_, index) => {
        const person = index % 2 === 0 ? alice : bob;
        const rows = await storage.readUser(person.id, (tx) =>
          tx.selectFrom("strategies").select("user_id").execute(),
        );
        return rows.map((row) => row.user_id).join() === String(person.id);
      }),
    );
    expect(seen).toEqual(Array(400).fill(true));
  });
});

describe("withAuth", () => {
  const hash = async (person: TestPerson) =>
    (await superuser.query("SELECT hash FROM sessions WHERE user_id = $1", [person.id])).rows[0]
      .hash;

  test("a session's hash opens that session and its owner, and nothing else", async () => {
    const found = await storage.withAuth(
      { kind: "session", hash: await hash(alice) },
      async ({ tx }) => ({
        sessions: await tx.selectFrom("sessions").select("user_id").execute(),
        users: await tx.selectFrom("users").select("id").execute(),
        strategies: await tx.selectFrom("strategies").select("id").execute(),
      }),
    );
    expect(found).toEqual({
      sessions: [{ user_id: alice.id }],
      users: [{ id: alice.id }],
      strategies: [],
    });
  });

  test("an unknown hash opens nothing, and neither does no key", async () => {
    for (const key of [
      { kind: "session", hash: Buffer.alloc(32, 7) },
      { kind: "session", hash: Buffer.alloc(0) },
      { kind: "identity", issuer: "https://issuer.example", subject: "somebody" },
      { kind: "identity", issuer: "", subject: "" },
      { kind: "none" },
    ] as const) {
      const found = await storage.withAuth(key, async ({ tx }) => [
        await tx.selectFrom("sessions").selectAll().execute(),
        await tx.selectFrom("users").selectAll().execute(),
      ]);
      expect(found).toEqual([[], []]);
    }
  });

  test("what a key opened is closed to the transaction after it", async () => {
    for (const key of [
      { kind: "session", hash: await hash(alice) },
      { kind: "identity", issuer: "https://issuer.example", subject: alice.canary },
    ] as const) {
      const open = await storage.withAuth(key, async ({ tx, actAs }) => {
        await actAs(alice.id);
        return tx.selectFrom("users").select("id").execute();
      });
      expect(open).toEqual([{ id: alice.id }]);
      // More than the pool has connections, so that the one just used is among them.
      const next = await Promise.all(
        Array.from({ length: 8 }, () =>
          storage.withAuth({ kind: "none" }, ({ tx }) =>
            tx.selectFrom("users").select("id").execute(),
          ),
        ),
      );
      expect(next.flat()).toEqual([]);
    }
  });

  test("an identity opens that user alone, and makes them on the first sign-in", async () => {
    const known = { kind: "identity", issuer: "https://issuer.example" } as const;
    const users = await storage.withAuth({ ...known, subject: bob.canary }, ({ tx }) =>
      tx.selectFrom("users").select("id").execute(),
    );
    expect(users).toEqual([{ id: bob.id }]);
    const identity = { issuer: "https://issuer.example", subject: "new" };
    const id = await storage.withAuth({ kind: "identity", ...identity }, async ({ tx, actAs }) => {
      const made = await tx
        .insertInto("users")
        .values({ ...identity, display_name: "New", created_at: 5 })
        .returning("id")
        .executeTakeFirstOrThrow();
      await actAs(made.id);
      await insertStrategy(tx, made.id, "first");
      await tx
        .insertInto("sessions")
        .values({
          user_id: made.id,
          hash: Buffer.alloc(32, 1),
          device: "test",
          created_at: 5,
          last_used_at: 5,
          expires_at: 6,
        })
        .execute();
      return made.id;
    });
    expect(id).toBeGreaterThan(1);
    // Its session has expired by the database's clock: whoever cleans up sees it, and it alone.
    const removed = await storage.withAuth({ kind: "none" }, ({ tx }) =>
      tx.deleteFrom("sessions").returning("user_id").execute(),
    );
    expect(removed).toEqual([{ user_id: id }]);
    await storage.withUser(id, (tx) => tx.deleteFrom("users").execute());
  });

  test("a user with another identity cannot be made", async () => {
    const key = { kind: "identity", issuer: "https://issuer.example", subject: "me" } as const;
    await expect(
      storage.withAuth(key, ({ tx }) =>
        tx
          .insertInto("users")
          .values({ issuer: key.issuer, subject: "you", display_name: "You", created_at: 5 })
          .execute(),
      ),
    ).rejects.toMatchObject({ reaction: "refuse", code: "42501" });
  });

  test("the app's login may not read a session's hash", async () => {
    await expect(
      storage.withUser(alice.id, (tx) => tx.selectFrom("sessions").select("hash").execute()),
    ).rejects.toMatchObject({ reaction: "refuse", code: "42501" });
  });
});

describe("withEngine", () => {
  test("sees the trading rows of everybody, and neither people nor their logins", async () => {
    const ids = await storage.withEngine((tx) =>
      tx.selectFrom("strategies").select("user_id").orderBy("user_id").execute(),
    );
    expect(ids).toEqual([{ user_id: alice.id }, { user_id: bob.id }]);
    for (const table of ["users", "sessions"] as const) {
      await expect(
        storage.withEngine((tx) => tx.selectFrom(table).selectAll().execute()),
      ).rejects.toMatchObject({ code: "42501" });
    }
  });
});

test("two tenants who do anything at once see a world with themselves alone", async () => {
  const names = fc.constantFrom("one", "two", "three", "four");
  const command = fc.record({
    who: fc.constantFrom(0, 1),
    what: fc.constantFrom("add", "rename", "remove", "removeAll", "list", "fail"),
    name: names,
    to: names,
  });
  const people = [await addPerson(superuser, "dave"), await addPerson(superuser, "erin")];
  for (const { id } of people) {
    await storage.withUser(id, (tx) => tx.deleteFrom("strategies").execute());
  }
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 25 }), async (commands) => {
      const worlds = people.map(() => new Set<string>());
      // Each person's commands run in order, both people's at the same time.
      const lives = people.map(async ({ id, canary }, index) => {
        const world = worlds[index] ?? new Set();
        for (const { what, name, to } of commands.filter(({ who }) => who === index)) {
          const mine = (plain: string) => `${canary} ${plain}`;
          const outcome = await storage
            .withUser(id, async (tx) => {
              if (what === "add") await insertStrategy(tx, id, mine(name));
              if (what === "remove") {
                await tx.deleteFrom("strategies").where("name", "=", mine(name)).execute();
              }
              if (what === "removeAll" || what === "fail") {
                await tx.deleteFrom("strategies").execute();
              }
              if (what === "rename") {
                await tx
                  .updateTable("strategies")
                  .set({ name: mine(to) })
                  .where("name", "=", mine(name))
                  .execute();
              }
              if (what === "fail") throw new Error("changed my mind");
              const rows = await tx.selectFrom("strategies").select("name").execute();
              return rows.map((row) => row.name);
            })
            .catch((error: unknown) => (error instanceof Error ? error : new Error()));
          const clash =
            (what === "add" && world.has(name)) ||
            (what === "rename" && world.has(name) && name !== to && world.has(to));
          if (what === "fail" || clash) {
            expect(outcome).toBeInstanceOf(Error);
            continue;
          }
          if (what === "add") world.add(name);
          if (what === "remove") world.delete(name);
          if (what === "removeAll") world.clear();
          if (what === "rename" && world.delete(name)) world.add(to);
          const expected = [...world].map(mine).sort();
          expect(Array.isArray(outcome) ? outcome.sort() : outcome).toEqual(expected);
        }
        await storage.withUser(id, (tx) => tx.deleteFrom("strategies").execute());
      });
      await Promise.all(lives);
    }),
    { numRuns: 60 },
  );
});
