/** Two tenants on one server: nothing of one reaches the other, and each attack can see a leak. */

import type {
  BinaryOperationNode,
  ColumnNode,
  KyselyPlugin,
  OperatorNode,
  ReferenceNode,
} from "kysely";
import { OperationNodeTransformer } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { EXPORTED_TABLES } from "../src/server/auth/export.ts";
import type { App, People } from "../src/server/http/http.ts";
import { type Storage, StorageFault } from "../src/server/storage/storage.ts";
import { imprint, prepare, sweep } from "./isolation-sweep.ts";
import { PeopleRig, person, type RigOptions } from "./people-rig.ts";
import { startTestServer, type TestServer } from "./test-database.ts";

const own = { access: "session", rows: "own" } as const;

let server: TestServer;
const rigs: PeopleRig[] = [];

async function opened(options: Omit<RigOptions, "server"> = {}): Promise<PeopleRig> {
  const made = await PeopleRig.open({ server, ...options });
  rigs.push(made);
  return made;
}

beforeAll(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  for (const each of rigs.splice(0)) await each.close();
});
afterAll(() => server.close());

/** Takes every condition on the tenant out of the application's queries. */
class WithoutTenant extends OperationNodeTransformer implements KyselyPlugin {
  #columns: readonly string[] = [];

  transformQuery: KyselyPlugin["transformQuery"] = ({ node, queryId }) => {
    // The tenant of a user's row is its own id.
    const isUsers = /"name":"users"/.test(JSON.stringify(node));
    this.#columns = isUsers ? ["user_id", "id"] : ["user_id"];
    return this.transformNode(node, queryId);
  };

  transformResult: KyselyPlugin["transformResult"] = async ({ result }) => result;

  protected override transformBinaryOperation(node: BinaryOperationNode): BinaryOperationNode {
    const column = (node.leftOperand as Partial<ReferenceNode>).column as ColumnNode | undefined;
    const operator = (node.operator as OperatorNode).operator;
    if (operator !== "=" || !this.#columns.includes(column?.column.name ?? "")) return node;
    forgotten += 1;
    // Equal to itself: true of every row.
    return { ...node, rightOperand: node.leftOperand };
  }
}

/** Conditions taken out so far. */
let forgotten = 0;

/** The doors of a build whose queries have forgotten whose rows they want. */
function forgetful(storage: Storage): Storage {
  const plugin = new WithoutTenant();
  return {
    ...storage,
    withUser: (userId, work) => storage.withUser(userId, (tx) => work(tx.withPlugin(plugin))),
  };
}

describe("isolation", () => {
  test("G11: nothing of one tenant reaches another, on any route, stream or log", async () => {
    expect(await sweep(await opened())).toEqual([]);
  });

  test("G12: the same without any condition on the tenant in the application's queries", async () => {
    const rig = await opened({ doors: forgetful });
    const before = forgotten;
    expect(await sweep(rig)).toEqual([]);
    expect(forgotten).toBeGreaterThan(before);
  });

  test("G12 has teeth: without row-level security that build leaks", async () => {
    const rig = await opened({ doors: forgetful });
    const superuser = await rig.database.superuser();
    await superuser.query("ALTER TABLE strategies DISABLE ROW LEVEL SECURITY");
    expect((await sweep(rig)).join("\n")).toMatch(/GET \/api\/strategies shows another tenant's/);
  });

  test("G13: without a tenant there are no rows and no writes", async () => {
    const rig = await opened({
      doors: (storage) => ({
        ...storage,
        // The login of requests, in a transaction that names nobody who is there.
        withUser: (_userId, work) => storage.withUser(999_999_999, work),
      }),
    });
    const { superuser, attacker } = await prepare(rig);
    const before = await imprint(superuser, attacker.id);
    const ask = async (path: string, method = "GET", body?: unknown) =>
      attacker.browser.ask(path, { method, ...(body === undefined ? {} : { body }) });
    expect((await ask("/api/me")).status).toBe(401);
    expect((await ask("/api/me", "PATCH", { theme: "dark" })).status).toBe(401);
    expect((await ask("/api/strategies")).json()).toEqual({ strategies: [] });
    expect((await ask("/api/me/sessions")).json()).toEqual({ sessions: [] });
    expect((await ask(`/api/me/sessions/${attacker.sessionId}`, "DELETE")).status).toBe(404);
    const { tables } = (await ask("/api/me/export")).json() as {
      tables: Record<string, unknown[]>;
    };
    expect(Object.values(tables).flat()).toEqual([]);
    expect(await imprint(superuser, attacker.id)).toBe(before);
    await superuser.end();
  });

  test("the export knows every table that has tenants", async () => {
    const rig = await opened();
    const superuser = await rig.database.superuser();
    const { rows } = await superuser.query<{ name: string }>(
      `SELECT DISTINCT table_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name = 'user_id'`,
    );
    const names = ["users", ...rows.map(({ name }) => name)].sort();
    expect(EXPORTED_TABLES.map(({ name }) => name).sort()).toEqual(names);
    for (const { name, key } of EXPORTED_TABLES) {
      const { rows: columns } = await superuser.query<{ name: string }>(
        `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a
           ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
         WHERE i.indrelid = $1::regclass AND i.indisprimary`,
        [name],
      );
      const primary = columns.map((column) => column.name).filter((column) => column !== "user_id");
      expect([...key].sort(), name).toEqual(primary.sort());
    }
  });

  test("an export of more rows than one piece holds them all, once", async () => {
    const rig = await opened();
    const { attacker, superuser } = await prepare(rig);
    await superuser.query(
      `INSERT INTO equity_marks (user_id, strategy_id, marked_at, equity)
       SELECT user_id, strategy_id, i, i FROM equity_marks, generate_series(1, 2500) i
       WHERE user_id = $1 AND marked_at = 0`,
      [attacker.id],
    );
    const answer = await attacker.browser.ask("/api/me/export");
    const { tables } = answer.json() as { tables: { equity_marks: { marked_at: number }[] } };
    const times = tables.equity_marks.map(({ marked_at }) => marked_at);
    expect(times).toHaveLength(2_501);
    expect(new Set(times).size).toBe(2_501);
    await superuser.end();
  });

  test("an error of the database shows and logs its code, never a row", async () => {
    let doors: Storage | null = null;
    const rig = await opened({
      doors: (storage) => {
        doors = storage;
        return storage;
      },
      addRoutes: (app) => {
        app.get("/api/twice", { config: own }, async (request) =>
          doors?.withUser(request.login?.userId ?? 0, async (tx) => {
            const [row] = await tx.selectFrom("strategies").selectAll().limit(1).execute();
            if (row === undefined) throw new Error("there is a row to add again");
            const { id: _, definition, ...rest } = row;
            const again = { ...rest, name: "canary-row", definition: JSON.stringify(definition) };
            await tx.insertInto("strategies").values([again, again]).execute();
          }),
        );
      },
    });
    const answer = await (await rig.signedIn("ann")).ask("/api/twice");
    expect([answer.status, answer.json()]).toEqual([
      500,
      { code: "internal_error", message: "the server made a mistake; its log has the details" },
    ]);
    const log = rig.log.join("");
    expect(log).toContain("23505");
    expect(log).not.toContain("canary-row");
  });

  test("a database that is away is said: to programs, and to a person who signs in", async () => {
    const away = new StorageFault({ reaction: "retry", code: "connection_lost", message: "lost" });
    let isAway = false;
    const rig = await opened({
      doors: (storage) => ({
        ...storage,
        withUser: (...asked) => (isAway ? Promise.reject(away) : storage.withUser(...asked)),
        withAuth: (...asked) => (isAway ? Promise.reject(away) : storage.withAuth(...asked)),
      }),
    });
    const ann = await rig.signedIn("ann");
    expect((await ann.ask("/api/me")).status).toBe(200);
    isAway = true;
    const answer = await ann.ask("/api/me");
    expect([answer.status, answer.json()]).toMatchObject([503, { code: "database_unavailable" }]);
    const signIn = await rig.browser().signIn(person("bob"));
    expect(signIn.headers.location).toBe("/sign-in?error=internal");
    isAway = false;
    expect((await ann.ask("/api/me")).status).toBe(200);
  });

  test("rates: one address, one person and one export too many are told when to come again", async () => {
    const rates = { address: 40, person: 12, signIn: 6, costly: 2 };
    const rig = await opened({ rates });
    const ann = await rig.signedIn("ann");
    const bob = await rig.signedIn("bob");
    const statuses = async (browser: typeof ann, path: string, count: number) => {
      const found: number[] = [];
      for (let i = 0; i < count; i += 1) found.push((await browser.ask(path)).status);
      return found;
    };
    expect(await statuses(ann, "/api/me/export", 3)).toEqual([200, 200, 429]);
    expect(await statuses(ann, "/api/me", 10)).toEqual([...Array(9).fill(200), 429]);
    const refused = await ann.ask("/api/me");
    expect(refused.json()).toMatchObject({ code: "too_many_requests" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await bob.ask("/api/me")).status).toBe(200);
    expect(await statuses(rig.browser(), "/api/auth/signin/google", 3)).toEqual([303, 303, 429]);
    const left = await statuses(rig.browser(), "/livez", 40);
    expect(left.at(-1)).toBe(429);
    expect(left[0]).toBe(200);
  });
});

/** A fault that somebody could build in, and what the sweep says of it. */
interface Plant {
  readonly fault: string;
  readonly found: RegExp;
}

/** A route with a fault; all of them stand on one server, and one sweep finds each. */
interface RoutePlant extends Plant {
  readonly add: (app: App, people: People, rig: () => PeopleRig) => void;
}

/** A fault of the server or its database that needs a server to itself. */
interface ServerPlant extends Plant {
  readonly options?: () => Omit<RigOptions, "server">;
  readonly sql?: string;
}

/** Reads with a superuser's eyes: what a query without its condition sees where nothing else holds it. */
async function allNames(rig: PeopleRig): Promise<string> {
  const client = await rig.database.superuser();
  const { rows } = await client.query("SELECT string_agg(name, ',') AS names FROM strategies");
  await client.end();
  return rows[0].names;
}

const ROUTE_PLANTS: readonly RoutePlant[] = [
  {
    fault: "a route without a condition, on a login that row-level security does not hold",
    found: /GET \/api\/leak shows another tenant's/,
    add: (app, _people, rig) => {
      app.get("/api/leak", { config: own }, async () => allNames(rig()));
    },
  },
  {
    fault: "a cache whose key lacks the user",
    found: /GET \/api\/cached shows another tenant's/,
    add: (app, people) => {
      let kept: unknown = null;
      app.get("/api/cached", { config: own }, async (request) => {
        kept ??= await people.strategies.list(request.login?.userId ?? 0);
        return kept;
      });
    },
  },
  {
    fault: "a header with somebody's name",
    found: /GET \/api\/header shows another tenant's/,
    add: (app) => {
      app.get("/api/header", { config: own }, async (_request, reply) =>
        reply.header("x-newest-user", "canary-victoria").send("ok"),
      );
    },
  },
  {
    fault: "one's own rows on a public route",
    found: /GET \/api\/open answers everybody with somebody's rows/,
    add: (app) => {
      app.get("/api/open", { config: { access: "public", rows: "own" } }, async () => "rows");
    },
  },
  {
    fault: "a route whose parameter no attack tries",
    found: /GET \/api\/things\/:id has a parameter that no attack knows/,
    add: (app) => {
      app.get("/api/things/:id", { config: own }, async () => "thing");
    },
  },
  {
    fault: "an id that is somebody's answered unlike one that is nobody's",
    found: /GET \/api\/oracle\/:id tells a foreign id from an unknown one/,
    add: (app, _people, rig) => {
      const config = { ...own };
      app.get<{ Params: { id: string } }>("/api/oracle/:id", { config }, async (request, reply) => {
        const isThere = (await rig().rows("sessions", `id = ${Number(request.params.id)}`)) > 0;
        return reply.code(isThere ? 403 : 404).send({ code: "no" });
      });
    },
  },
  {
    fault: "an answer of one's own that caches may keep",
    found: /GET \/api\/kept may be kept/,
    add: (app) => {
      app.get("/api/kept", { config: own }, async (_request, reply) =>
        reply.header("cache-control", "public, max-age=60").send("mine"),
      );
    },
  },
  {
    fault: "an answer that other sites may read",
    found: /GET \/api\/cors lets other sites read it/,
    add: (app) => {
      app.get("/api/cors", { config: own }, async (_request, reply) =>
        reply.header("access-control-allow-origin", "*").send("mine"),
      );
    },
  },
  {
    fault: "an error that shows the statement",
    found: /GET \/api\/broken shows the server's inside/,
    add: (app) => {
      app.get("/api/broken", { config: own }, async (_request, reply) =>
        reply.code(500).send('duplicate key value violates unique constraint "strategies_pkey"'),
      );
    },
  },
  {
    fault: "a GET that changes rows",
    found: /GET \/api\/touch changes rows/,
    add: (app, people) => {
      app.get("/api/touch", { config: own }, async (request) => {
        const name = `Touched ${Math.random()}`;
        return people.auth.accounts.change(request.login?.userId ?? 0, { displayName: name });
      });
    },
  },
  {
    fault: "a body that is taken field by field as it comes",
    found: /PUT \/api\/loose takes .*is_operator/,
    add: (app) => {
      app.put("/api/loose", { config: own }, async ({ body }) => body);
    },
  },
  {
    fault: "a cookie in the log",
    found: /the log holds a secret/,
    add: (app) => {
      app.addHook("onResponse", async (request) => {
        request.log.info({ cookie: request.headers.cookie }, "asked");
      });
    },
  },
  {
    fault: "somebody's rows in the log",
    found: /the log holds somebody's rows/,
    add: (app, people) => {
      app.get("/api/logged", { config: own }, async (request) => {
        request.log.info(await people.auth.accounts.me(request.login?.userId ?? 0));
        return "ok";
      });
    },
  },
];

const SERVER_PLANTS: readonly ServerPlant[] = [
  {
    fault: "something private in what all streams are told",
    found: /the stream shows "canary-victoria"/,
    options: () => ({
      hello: () => ({
        market: { kind: "simulated", speed: 1 } as const,
        instruments: [],
        newest: "canary-victoria",
      }),
    }),
  },
  {
    fault: "a tenant that stays behind in a pooled connection",
    found: /one's own rows are not to be seen|shows another tenant's/,
    options: () => {
      let last = 0;
      return {
        // The door as it would be if the setting outlived the transaction: the next one inherits it.
        doors: (storage) => ({
          ...storage,
          withUser: (userId, work) => {
            const inherited = last === 0 ? userId : last;
            last = userId;
            return forgetful(storage).withUser(inherited, work);
          },
        }),
      };
    },
  },
  {
    fault: "a table without row-level security, and queries without their condition",
    found: /GET \/api\/me\/sessions shows another tenant's/,
    options: () => ({ doors: forgetful }),
    sql: "ALTER TABLE sessions DISABLE ROW LEVEL SECURITY",
  },
  {
    fault: "an export without its wall",
    found: /GET \/api\/me\/export shows another tenant's/,
    sql: "CREATE POLICY everybody ON facts USING (true)",
  },
  {
    fault: "a sign-out that tells no stream",
    found: /a stream outlives its login/,
    options: () => ({ deafHub: true }),
  },
  {
    fault: "a sign-out that leaves the login where it is",
    found: /a login outlives its end/,
    sql: `CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER keep BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION keep()`,
  },
];

describe("planted in a route", () => {
  let findings = "";
  beforeAll(async () => {
    const rig: PeopleRig = await PeopleRig.open({
      server,
      addRoutes: (app, people) => {
        for (const { add } of ROUTE_PLANTS) add(app, people, () => rig);
      },
    });
    findings = (await sweep(rig)).join("\n");
    await rig.close();
  });

  test.each(ROUTE_PLANTS)("$fault is found", ({ found }) => {
    expect(findings).toMatch(found);
  });
});

describe("planted in the server", () => {
  test.each(SERVER_PLANTS)("$fault is found", async ({ found, options, sql }) => {
    const rig = await opened(options?.() ?? {});
    if (sql !== undefined) {
      const superuser = await rig.database.superuser();
      await superuser.query(sql);
      await superuser.end();
    }
    expect((await sweep(rig)).join("\n")).toMatch(found);
  });
});
