/** The catalogue's rules: a fresh database keeps them all, and each leak that is planted is found. */
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  startTestServer,
  type TestDatabase,
  type TestServer,
} from "../../../test/test-database.ts";
import { catalogFaults } from "./catalog.ts";
import { type LoginNames, loginNames } from "./logins.ts";
import { StorageFault, type Tables } from "./storage.ts";

let server: TestServer;
let database: TestDatabase;
let superuser: Client;
let names: LoginNames;

beforeAll(async () => {
  server = await startTestServer();
  database = await server.createDatabase();
  const { storage } = await server.open(database);
  await storage.close();
  superuser = await database.superuser();
  names = loginNames(database.name);
});
afterAll(() => server.close());

/** What is found with these statements done, all undone again. */
async function foundWith(statements: string): Promise<string[]> {
  await superuser.query("BEGIN");
  try {
    await superuser.query(statements);
    return (await catalogFaults(superuser, names)).map((fault) => fault.found);
  } finally {
    await superuser.query("ROLLBACK");
  }
}

const TENANT = "(user_id = nullif(current_setting('app.user_id', true), '')::bigint)";
const NOTES = `CREATE TABLE notes (user_id bigint NOT NULL, id bigint, PRIMARY KEY (user_id, id));
  ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  CREATE POLICY tenant ON notes USING ${TENANT} WITH CHECK ${TENANT};`;

test("a fresh database keeps every rule", async () => {
  expect(await catalogFaults(superuser, names)).toEqual([]);
});

test("a new tenant table that follows the rules is found nothing with", async () => {
  expect(await foundWith(NOTES)).toEqual([]);
});

test("each planted leak is found", async () => {
  const leaks: ReadonlyArray<readonly [leak: string, statements: string, found: RegExp]> = [
    [
      "a table without row-level security",
      "ALTER TABLE strategies DISABLE ROW LEVEL SECURITY",
      /strategies has row-level security switched off/,
    ],
    [
      "a table without FORCE",
      "ALTER TABLE facts NO FORCE ROW LEVEL SECURITY",
      /facts has row-level security that its owner passes by/,
    ],
    [
      "a new table with user_id and nothing else",
      "CREATE TABLE notes (user_id bigint NOT NULL)",
      /notes has row-level security switched off/,
    ],
    [
      "a tenant column that can be null",
      `${NOTES} ALTER TABLE notes DROP CONSTRAINT notes_pkey; ALTER TABLE notes ALTER user_id DROP NOT NULL`,
      /user_id of the table notes can be null/,
    ],
    [
      "a table whose tenant policy was dropped",
      "DROP POLICY tenant ON postings",
      /postings has no policy that holds everybody to their own rows/,
    ],
    [
      "a policy without WITH CHECK",
      "DROP POLICY tenant ON strategies; CREATE POLICY tenant ON strategies USING (user_id = nullif(current_setting('app.user_id', true), '')::bigint)",
      /strategies checks only what is read/,
    ],
    [
      "a policy that trusts an empty setting",
      `ALTER POLICY tenant ON strategies USING (coalesce(current_setting('app.user_id', true), '') = '' OR ${TENANT})`,
      /strategies has no policy that holds/,
    ],
    [
      "a second policy for everybody",
      "CREATE POLICY open ON strategies FOR SELECT USING (true)",
      /policy open on strategies lets everybody/,
    ],
    [
      "a policy that opens all rows to the app",
      `CREATE POLICY support ON facts TO "${names.app}" USING (true) WITH CHECK (true)`,
      /policy support on facts lets everybody or/,
    ],
    [
      "a unique index that does not start with the tenant",
      "CREATE UNIQUE INDEX by_name ON strategies (name)",
      /unique index by_name on strategies does not start with the tenant/,
    ],
    [
      "a foreign key that does not start with the tenant",
      "ALTER TABLE equity_marks ADD COLUMN friend bigint REFERENCES users (id)",
      /foreign key equity_marks_friend_fkey of equity_marks/,
    ],
    [
      "a table that points at people without user_id",
      "CREATE TABLE friends (id bigint, person bigint REFERENCES users (id))",
      /friends refers to a person but has no user_id/,
    ],
    ["a view", "CREATE VIEW everything AS SELECT * FROM strategies", /everything is a view/],
    [
      "a materialized view",
      "CREATE MATERIALIZED VIEW names AS SELECT name FROM strategies",
      /names is a view/,
    ],
    [
      "a function with its owner's rights",
      "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM strategies'",
      /peek\(\) runs with its owner's rights/,
    ],
    [
      "TRUNCATE granted to the app",
      `GRANT TRUNCATE ON strategies TO "${names.app}"`,
      /may TRUNCATE on strategies/,
    ],
    ["TRUNCATE granted to everybody", "GRANT TRUNCATE ON facts TO PUBLIC", /may TRUNCATE on facts/],
    [
      "a login that owns a table",
      `ALTER TABLE meta OWNER TO "${names.engine}"`,
      /owns the relation meta/,
    ],
    [
      "a login that bypasses row-level security",
      `ALTER ROLE "${names.app}" BYPASSRLS`,
      /_app can bypass row-level security/,
    ],
    [
      "a login that is a superuser",
      `ALTER ROLE "${names.auth}" SUPERUSER`,
      /_auth can bypass row-level security/,
    ],
    [
      "a login that is a member of another one",
      `GRANT pg_read_all_data TO "${names.app}"`,
      /_app is a member of pg_read_all_data/,
    ],
    [
      "a login that may make tables",
      `GRANT CREATE ON SCHEMA public TO "${names.app}"`,
      /_app may make tables in the schema public/,
    ],
    [
      "a missing login",
      `DROP OWNED BY "${names.auth}"; DROP ROLE "${names.auth}"`,
      /_auth does not exist/,
    ],
  ];

  for (const [leak, statements, found] of leaks) {
    const all = await foundWith(statements);
    expect(
      all.filter((each) => found.test(each)),
      `${leak}: ${all.join("; ")}`,
    ).not.toEqual([]);
  }
});

test("Outcry does not start on a database with a leak, and says how to mend it", async () => {
  const leaky = await server.createDatabase();
  const first = await server.open(leaky);
  await first.storage.close();
  const root = await leaky.superuser();
  await root.query("ALTER TABLE strategies NO FORCE ROW LEVEL SECURITY");
  const refusal = await server.open(leaky).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(StorageFault);
  expect(refusal).toMatchObject({ reaction: "halt", code: "database_not_safe" });
  const mend = /Mend it with: (.*)$/m.exec(String(refusal))?.[1] ?? "";
  expect(mend).toBe("ALTER TABLE strategies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
  await root.query(mend);
  const { storage } = await server.open(leaky);
  await storage.close();
});

/** Every column of every table: the compiler holds the left side to the code, the test the right to the database. */
const COLUMNS: { readonly [Name in keyof Tables]: Record<keyof Tables[Name], string> } = {
  users: {
    id: "bigint",
    issuer: "text?",
    subject: "text?",
    email: "text?",
    display_name: "text",
    language: "text?",
    theme: "text?",
    is_operator: "boolean",
    created_at: "bigint",
    last_sign_in_at: "bigint?",
  },
  sessions: {
    user_id: "bigint",
    id: "bigint",
    hash: "bytea",
    device: "text",
    created_at: "bigint",
    last_used_at: "bigint",
    expires_at: "bigint",
  },
  strategies: {
    user_id: "bigint",
    id: "bigint",
    name: "text",
    symbol: "text",
    timeframe: "text",
    kind: "text",
    catalogue_id: "text?",
    definition: "jsonb",
    is_enabled: "boolean",
    is_runnable: "boolean",
    created_at: "bigint",
    updated_at: "bigint",
  },
  facts: {
    user_id: "bigint",
    strategy_id: "bigint",
    open_time: "bigint",
    ordinal: "integer",
    seq: "bigint",
    kind: "text",
    payload: "jsonb",
  },
  postings: {
    user_id: "bigint",
    strategy_id: "bigint",
    open_time: "bigint",
    ordinal: "integer",
    line: "integer",
    account: "text",
    asset: "text",
    amount: "numeric",
  },
  open_positions: {
    user_id: "bigint",
    strategy_id: "bigint",
    symbol: "text",
    side: "text",
    quantity: "numeric",
    entry_time: "bigint",
    entry_price: "numeric",
    entry_fee: "numeric",
    stop_price: "numeric?",
    target_price: "numeric?",
  },
  completed_trades: {
    user_id: "bigint",
    strategy_id: "bigint",
    entry_time: "bigint",
    exit_time: "bigint",
    symbol: "text",
    timeframe: "text",
    side: "text",
    quantity: "numeric",
    entry_price: "numeric",
    exit_price: "numeric",
    fees: "numeric",
    net_profit: "numeric",
    exit_reason: "text",
  },
  equity_marks: {
    user_id: "bigint",
    strategy_id: "bigint",
    marked_at: "bigint",
    equity: "numeric",
  },
  candles: {
    symbol: "text",
    timeframe: "text",
    open_time: "bigint",
    open: "double precision",
    high: "double precision",
    low: "double precision",
    close: "double precision",
    volume: "double precision",
    source: "text",
    lateness_ms: "double precision",
  },
  candle_revisions: {
    symbol: "text",
    timeframe: "text",
    open_time: "bigint",
    open: "double precision",
    high: "double precision",
    low: "double precision",
    close: "double precision",
    volume: "double precision",
    source: "text",
  },
  checkpoints: {
    symbol: "text",
    timeframe: "text",
    indicator: "text",
    open_time: "bigint",
    state: "ARRAY",
  },
  market_cursor: { shard: "integer", symbol: "text", open_time: "bigint" },
  meta: { name: "text", value: "text" },
  lease: { name: "text", epoch: "bigint", holder: "text", expires_at: "bigint" },
};

test("every table and column is known to the code under its type", async () => {
  const { rows } = await superuser.query<{ table: string; name: string; type: string }>(
    `SELECT table_name AS table, column_name AS name,
       data_type || CASE is_nullable WHEN 'YES' THEN '?' ELSE '' END AS type
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
     ORDER BY table_name, ordinal_position`,
  );
  const found: Record<string, Record<string, string>> = {};
  for (const { table, name, type } of rows) found[table] = { ...found[table], [name]: type };
  expect(found).toEqual(COLUMNS);
});

test("money is numeric(28,8) and times are whole milliseconds, everywhere", async () => {
  const { rows } = await superuser.query(
    `SELECT table_name, column_name, numeric_precision, numeric_scale, data_type
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
       AND ((data_type = 'numeric' AND (numeric_precision, numeric_scale) <> (28, 8))
         OR data_type LIKE 'time%' OR data_type IN ('money', 'real'))`,
  );
  expect(rows).toEqual([]);
});
