/** What people cost: GET /api/me and a tenant's transaction, beside the bare round trip of pg. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, Pool } from "pg";
import { pino } from "pino";
import { openAuth } from "../src/server/auth/auth.ts";
import { systemClock } from "../src/server/clock.ts";
import { buildHttp, MarketGate, OpeningGate, type People } from "../src/server/http/http.ts";
import { Metrics } from "../src/server/metrics.ts";
import { openStorage, type Storage } from "../src/server/storage/storage.ts";
import { Strategies } from "../src/server/strategies/strategies.ts";
import { startTestServer, type TestDatabase } from "../test/test-database.ts";

/** People whose rows stand in the tables, so that indexes are needed. */
const PEOPLE = 1_000;
const AT_ONCE = [1, 8] as const;
const MEASURED_MS = 3_000;
const WARM_UP_MS = 1_000;
const ROUNDS = 3;

/** One of the things compared: asked again and again, for another person each time. */
interface Contestant {
  readonly name: string;
  ask(userId: number): Promise<void>;
}

interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export async function tenancy(): Promise<string> {
  const server = await startTestServer();
  try {
    const database = await server.createDatabase();
    const storage = await openStorage({
      place: { kind: "external", url: database.url },
      market: "simulated",
      onFault: () => {},
      log: { info: () => {}, warn: () => {} },
    });
    const secrets = await addPeople(database);
    const bare = new Pool({ connectionString: database.url, max: 10 });
    const app = await listening(storage);
    const report = await measured(contestants(bare, storage, { port: app.port, secrets }));
    await app.close();
    await bare.end();
    await storage.close();
    return report;
  } finally {
    await server.close();
  }
}

/** One row each in users and sessions, and 18 strategies; returns what each one's cookie holds. */
async function addPeople(database: TestDatabase): Promise<readonly string[]> {
  const superuser: Client = await database.superuser();
  const secrets = Array.from({ length: PEOPLE }, () => randomBytes(32).toString("base64url"));
  await superuser.query(
    `INSERT INTO users (id, issuer, subject, email, display_name, created_at)
     SELECT i + 1, 'https://issuer.example', i::text, i || '@example.org', 'Person ' || i, 1
     FROM generate_series(1, $1) i`,
    [PEOPLE],
  );
  await superuser.query(
    `INSERT INTO sessions (user_id, hash, device, created_at, last_used_at, expires_at)
     SELECT i + 1, h, 'bench', 1, $2, 4102444800000
     FROM unnest($1::bytea[]) WITH ORDINALITY AS t (h, i)`,
    [secrets.map((secret) => createHash("sha256").update(secret).digest()), Date.now()],
  );
  await superuser.query(
    `INSERT INTO strategies (user_id, name, symbol, timeframe, kind, definition, is_enabled,
       is_runnable, created_at, updated_at)
     SELECT u.id, 'Strategy ' || n, 'BTCUSDT', '1m', 'custom', '{}', false, false, 1, 1
     FROM users u, generate_series(1, 18) n`,
  );
  await superuser.query("ANALYZE");
  await superuser.end();
  return secrets;
}

interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** The whole web server in protected mode, without a market. */
async function listening(storage: Storage): Promise<Listening> {
  const folder = mkdtempSync(join(tmpdir(), "outcry-bench-"));
  const people = new OpeningGate<People>();
  const appUrl = "http://127.0.0.1";
  const app = await buildHttp({
    ...{ mode: "protected", gate: new MarketGate(), people, metrics: new Metrics(), appUrl },
    ...{ host: "127.0.0.1", trustProxy: [], metricsToken: null },
    rates: { address: 1e9, person: 1e9, signIn: 1e9, costly: 1e9 },
    log: pino({ level: "silent" }),
    pages: { kind: "built", folder },
  });
  const auth = await openAuth({
    ...{ storage, clock: systemClock, symbol: "BTCUSDT" },
    signIn: {
      ...{ issuer: "https://issuer.example", clientId: "bench", clientSecret: "bench-secret" },
      ...{ redirectUri: `${appUrl}/`, ownerEmail: null, allowedEmails: null },
      secret: randomBytes(32).toString("hex"),
    },
  });
  people.open({ auth, strategies: new Strategies(storage) });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    port: Number(new URL(url).port),
    close: async () => {
      await app.close();
      rmSync(folder, { recursive: true });
    },
  };
}

interface Web {
  readonly port: number;
  readonly secrets: readonly string[];
}

function contestants(bare: Pool, storage: Storage, web: Web): readonly Contestant[] {
  const agent = new Agent({ keepAlive: true });
  const get = (path: string, userId: number) =>
    asked(agent, { port: web.port, path, secret: web.secrets[userId - 2] ?? "" });
  return [
    {
      name: "bare `pg`: one query",
      ask: async () => {
        await bare.query("SELECT 1 AS one");
      },
    },
    {
      name: "bare `pg`: BEGIN, set_config, one row, COMMIT, one after the other",
      ask: async (userId) => {
        const client = await bare.connect();
        await client.query("BEGIN");
        await client.query("SELECT set_config('app.user_id', $1, true)", [String(userId)]);
        await client.query("SELECT id, display_name FROM users WHERE id = $1", [userId]);
        await client.query("COMMIT");
        client.release();
      },
    },
    {
      name: "a tenant's transaction: one row through `withUser`",
      ask: async (userId) => {
        await storage.withUser(userId, (tx) =>
          tx
            .selectFrom("users")
            .select(["id", "display_name"])
            .where("id", "=", userId)
            .executeTakeFirst(),
        );
      },
    },
    { name: "`GET /livez`: HTTP alone", ask: (userId) => get("/livez", userId) },
    { name: "`GET /api/me`", ask: (userId) => get("/api/me", userId) },
    { name: "`GET /api/strategies`: 18 rows", ask: (userId) => get("/api/strategies", userId) },
  ];
}

function asked(
  agent: Agent,
  { port, path, secret }: { readonly port: number; readonly path: string; readonly secret: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { cookie: `outcry-session=${secret}` };
    const sent = request({ agent, host: "127.0.0.1", port, path, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`));
      response.resume();
      response.on("end", resolve);
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** In turns, so that a machine that changes its speed changes it for all; the best round counts. */
async function measured(all: readonly Contestant[]): Promise<string> {
  const lines: string[] = [];
  for (const atOnce of AT_ONCE) {
    const best = new Map<string, Figures>();
    for (const contestant of all) await run(contestant, { atOnce, ms: WARM_UP_MS });
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const contestant of all) {
        const figures = await run(contestant, { atOnce, ms: MEASURED_MS });
        const former = best.get(contestant.name);
        if (former === undefined || figures.perSecond > former.perSecond) {
          best.set(contestant.name, figures);
        }
      }
    }
    lines.push(`${atOnce === 1 ? "One request" : `${atOnce} requests`} at a time:\n`);
    lines.push("| | a second | p50 ms | p99 ms |", "|---|---:|---:|---:|");
    for (const [name, { perSecond, p50Ms, p99Ms }] of best) {
      const figures = [perSecond.toFixed(0), p50Ms.toFixed(2), p99Ms.toFixed(2)];
      lines.push(`| ${name} | ${figures.join(" | ")} |`);
    }
    lines.push("");
  }
  const head = `${PEOPLE} people with 18 strategies each; requests go round all of them. PostgreSQL, server and clients share the machine, server and clients one process; load average of the machine afterwards: ${loadavg()[0]?.toFixed(1)}.`;
  return [head, "", ...lines].join("\n");
}

async function run(
  contestant: Contestant,
  { atOnce, ms }: { readonly atOnce: number; readonly ms: number },
): Promise<Figures> {
  const took: number[] = [];
  const began = performance.now();
  let next = 0;
  const ask = async () => {
    while (performance.now() - began < ms) {
      next += 1;
      const from = performance.now();
      await contestant.ask((next % PEOPLE) + 2);
      took.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  const elapsedMs = performance.now() - began;
  took.sort((a, b) => a - b);
  const at = (share: number) =>
    took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return { perSecond: (took.length / elapsedMs) * 1_000, p50Ms: at(0.5), p99Ms: at(0.99) };
}
