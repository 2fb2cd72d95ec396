/** Attacks a server with two tenants on it, route by route as declared, and says what it found. */
import { createHash } from "node:crypto";
import type { Client } from "pg";
import { EXPORTED_TABLES } from "../src/server/auth/export.ts";
import type { DeclaredRoute } from "../src/server/http/parts.ts";
import {
  type Answer,
  type Browser,
  CLIENT_SECRET,
  type PeopleRig,
  SECRET,
  type Wish,
} from "./people-rig.ts";
import type { StreamReader } from "./stream-reader.ts";
import { addRows } from "./test-people.ts";

/** A tenant with look-alike rows in every table, and words that stand in nobody else's. */
export interface Tenant {
  readonly id: number;
  readonly canary: string;
  readonly browser: Browser;
  readonly sessionId: number;
  /** What only this tenant's answers may hold. */
  readonly words: readonly string[];
  /** What no answer at all may hold. */
  readonly secrets: readonly string[];
}

export interface Sweep {
  readonly rig: PeopleRig;
  readonly superuser: Client;
  readonly attacker: Tenant;
  readonly victim: Tenant;
  readonly findings: string[];
}

/** Two people who have signed in, each with a row in every table. */
export async function prepare(rig: PeopleRig): Promise<Sweep> {
  const superuser = await rig.database.superuser();
  const attacker = await tenant(rig, superuser, "mallory");
  const victim = await tenant(rig, superuser, "victoria");
  return { rig, superuser, attacker, victim, findings: [] };
}

async function tenant(rig: PeopleRig, superuser: Client, name: string): Promise<Tenant> {
  const canary = `canary-${name}`;
  const browser = await rig.signedIn(canary);
  const secret = browser.cookies.get("outcry-session") ?? "";
  const hash = createHash("sha256").update(secret).digest();
  const { rows } = await superuser.query(
    "SELECT user_id AS id, id AS session FROM sessions WHERE hash = $1",
    [hash],
  );
  const { id, session } = rows[0];
  await addRows(superuser, Number(id), canary);
  return {
    ...{ id: Number(id), canary, browser, sessionId: Number(session) },
    words: [canary],
    secrets: [secret, hash.toString("hex"), hash.toString("base64url"), hash.toString("base64")],
  };
}

/** Runs every attack; an empty list is a server that holds its tenants apart. */
export async function sweep(rig: PeopleRig): Promise<readonly string[]> {
  const state = await prepare(rig);
  const before = await imprint(state.superuser, state.victim.id);
  checkDeclarations(state);
  await strangersAreRefused(state);
  await foreignSitesAreRefused(state);
  await answersHoldOwnRowsOnly(state);
  await readingChangesNothing(state);
  await foreignIdsAreUnknown(state);
  await columnsAreNotFields(state);
  await streamsHoldNothingPrivate(state);
  const after = await imprint(state.superuser, state.victim.id);
  if (after !== before) state.findings.push("rows of another tenant were changed");
  await endedLoginsAreUseless(state);
  logsHoldNoSecret(state);
  await state.superuser.end();
  return state.findings;
}

/** Routes that answer with one's own rows although everybody may ask: they look at the cookie themselves. */
const OWN_AND_PUBLIC = new Set(["GET /api/auth/callback/google", "POST /api/auth/sign-out"]);

/** What to send where a route cannot be asked without. Every route with a parameter has its entry. */
const PARAMETERS: Readonly<Record<string, (of: Tenant) => string>> = {
  "DELETE /api/me/sessions/:id": ({ sessionId }) => `/api/me/sessions/${sessionId}`,
  // Of a planted fault.
  "GET /api/oracle/:id": ({ sessionId }) => `/api/oracle/${sessionId}`,
};
const QUERIES: Readonly<Record<string, string>> = {
  "/api/trading-shared": "?action=stop",
  "/api/indicators/values": "?indicator=ema(50)",
};

function routesOf({ rig }: Sweep): readonly DeclaredRoute[] {
  // What fills a 405 has no body of its own, and files of the page are the same for everybody.
  const real = rig.app.declaredRoutes.filter(({ url }) => url.startsWith("/") && url !== "/*");
  const byUrl = new Map<string, DeclaredRoute[]>();
  for (const route of real) {
    if (route.method === "HEAD" || route.method === "OPTIONS") continue;
    const known = byUrl.get(route.url) ?? [];
    // The filler of a url comes after all of its own.
    if (!(route.access === "public" && route.rows === "shared" && known.length > 0)) {
      known.push(route);
    }
    byUrl.set(route.url, known);
  }
  return [...byUrl.values()].flat();
}

const nameOf = ({ method, url }: DeclaredRoute) => `${method} ${url}`;

function pathOf(route: DeclaredRoute, of: Tenant): string {
  const made = PARAMETERS[nameOf(route)];
  if (made !== undefined) return made(of);
  return route.url + (QUERIES[route.url] ?? "");
}

function checkDeclarations(state: Sweep): void {
  for (const route of routesOf(state)) {
    const name = nameOf(route);
    if (route.rows === "own" && route.access === "public" && !OWN_AND_PUBLIC.has(name)) {
      state.findings.push(`${name} answers everybody with somebody's rows`);
    }
    if (route.url.includes(":") && PARAMETERS[name] === undefined) {
      state.findings.push(`${name} has a parameter that no attack knows`);
    }
  }
}

/** Without a login, or with a forged one, nothing is done; with one, it is (the positive control). */
async function strangersAreRefused(state: Sweep): Promise<void> {
  const { rig, attacker } = state;
  const forger = rig.browser();
  forger.cookies.set("outcry-session", "B".repeat(43));
  for (const route of routesOf(state).filter(({ access }) => access === "session")) {
    const path = pathOf(route, attacker);
    const wish = { method: route.method, ...bodyFor(route) };
    for (const stranger of [rig.browser(), forger]) {
      const answer = await stranger.ask(path, wish);
      if (answer.status !== 401) {
        state.findings.push(`${nameOf(route)} answers a stranger with ${answer.status}`);
      }
      checkForm(state, route, answer);
    }
    if (route.method !== "GET") continue;
    const control = await attacker.browser.ask(path);
    if (control.status === 401) state.findings.push(`${nameOf(route)} refuses its own user`);
    checkForm(state, route, control);
  }
}

function bodyFor(route: DeclaredRoute): Pick<Wish, "body"> {
  if (route.method === "GET") return {};
  return { body: nameOf(route) === "DELETE /api/me" ? { confirmation: "no" } : {} };
}

const HEADERS = [
  "content-security-policy",
  "x-content-type-options",
  "referrer-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "permissions-policy",
];

function checkForm(state: Sweep, route: DeclaredRoute, answer: Answer): void {
  const name = nameOf(route);
  for (const header of HEADERS) {
    if (answer.headers[header] === undefined) state.findings.push(`${name} lacks ${header}`);
  }
  if (answer.headers["access-control-allow-origin"] !== undefined) {
    state.findings.push(`${name} lets other sites read it`);
  }
  const cache = String(answer.headers["cache-control"]);
  const mayBeKept = !/no-store/.test(cache);
  if (route.url.startsWith("/api") && mayBeKept && (route.rows === "own" || answer.status >= 400)) {
    state.findings.push(`${name} may be kept (${cache})`);
  }
  if (/\bat \S+ \(|node_modules|SELECT |INSERT |relation "|constraint/.test(answer.text)) {
    state.findings.push(`${name} shows the server's inside`);
  }
}

/** A change that another site makes the browser send is refused, in every form it can have. */
async function foreignSitesAreRefused(state: Sweep): Promise<void> {
  const { browser } = state.attacker;
  const before = await imprint(state.superuser, state.attacker.id);
  for (const route of routesOf(state).filter(({ method }) => method !== "GET")) {
    const path = pathOf(route, state.attacker);
    const wishes: Wish[] = [
      { headers: { "sec-fetch-site": "cross-site" }, ...bodyFor(route) },
      { headers: { "sec-fetch-site": "same-site" }, ...bodyFor(route) },
      { headers: { "sec-fetch-site": "none" }, ...bodyFor(route) },
      { headers: { "sec-fetch-site": "cross-site", "content-type": "text/plain" }, raw: "{}" },
    ];
    for (const wish of wishes) {
      const answer = await browser.ask(path, { method: route.method, ...wish });
      if (answer.status !== 403) {
        state.findings.push(`${nameOf(route)} takes a foreign site's request (${answer.status})`);
      }
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const headers = { "content-type": type };
      const answer = await browser.ask(path, { method: route.method, headers, raw: "a=b" });
      if (answer.status !== 415) {
        state.findings.push(`${nameOf(route)} takes ${type} (${answer.status})`);
      }
    }
    const large = JSON.stringify({ a: "x".repeat(65_536) });
    const answer = await browser.ask(path, { method: route.method, raw: large });
    if (answer.status !== 413) {
      state.findings.push(`${nameOf(route)} takes 64 KiB and more (${answer.status})`);
    }
  }
  if ((await imprint(state.superuser, state.attacker.id)) !== before) {
    state.findings.push("a foreign site's request changed rows");
  }
}

/** Everything that can be read is read as each of the two, in turns, and scanned for the other's. */
async function answersHoldOwnRowsOnly(state: Sweep): Promise<void> {
  const { attacker, victim } = state;
  const tenants: ReadonlyArray<[Tenant, Tenant]> = [
    [victim, attacker],
    [attacker, victim],
    [victim, attacker],
  ];
  for (const [asking, other] of tenants) {
    let seen = "";
    for (const route of routesOf(state).filter(({ method }) => method === "GET")) {
      if (route.url.startsWith("/api/auth/")) continue;
      const answer = await asking.browser.ask(pathOf(route, asking));
      scan(state, nameOf(route), answer, other);
      seen += answer.text;
    }
    // The positive control: the same scan sees one's own.
    if (!asking.words.every((word) => seen.includes(word))) {
      state.findings.push("one's own rows are not to be seen");
    }
  }
  const exported = (await attacker.browser.ask("/api/me/export")).json() as {
    tables: Record<string, unknown[]>;
  };
  for (const { name } of EXPORTED_TABLES) {
    const rows = exported.tables[name] ?? [];
    if (rows.length === 0) state.findings.push(`the export lacks ${name}`);
  }
}

function scan({ findings }: Sweep, name: string, answer: Answer, other: Tenant): void {
  const whole = `${JSON.stringify(answer.headers)} ${answer.text}`;
  for (const word of other.words) {
    if (whole.includes(word)) findings.push(`${name} shows another tenant's "${word}"`);
  }
  for (const secret of other.secrets) {
    if (whole.includes(secret)) findings.push(`${name} shows a secret`);
  }
}

async function readingChangesNothing(state: Sweep): Promise<void> {
  const { attacker, superuser } = state;
  for (const route of routesOf(state).filter(({ method }) => method === "GET")) {
    const before = await imprint(superuser, attacker.id);
    await attacker.browser.ask(pathOf(route, attacker));
    if ((await imprint(superuser, attacker.id)) !== before) {
      state.findings.push(`${nameOf(route)} changes rows`);
    }
  }
}

/** Another tenant's id is answered as one that nobody has, letter by letter. */
async function foreignIdsAreUnknown(state: Sweep): Promise<void> {
  const { attacker, victim } = state;
  for (const route of routesOf(state)) {
    const path = PARAMETERS[nameOf(route)];
    if (path === undefined) continue;
    const wish = { method: route.method, ...bodyFor(route) };
    const nobody = { ...victim, sessionId: 987_654_321 };
    const foreign = await attacker.browser.ask(path(victim), wish);
    const unknown = await attacker.browser.ask(path(nobody), wish);
    if (foreign.status !== 404 || foreign.text !== unknown.text) {
      state.findings.push(`${nameOf(route)} tells a foreign id from an unknown one`);
    }
    scan(state, nameOf(route), foreign, victim);
  }
}

/** No column can be set by its name, nor can the chain of prototypes. */
async function columnsAreNotFields(state: Sweep): Promise<void> {
  const { attacker, victim, superuser } = state;
  const { rows } = await superuser.query<{ name: string }>(
    "SELECT DISTINCT column_name AS name FROM information_schema.columns WHERE table_schema = 'public'",
  );
  const fields = new Set(["displayName", "language", "theme", "confirmation"]);
  const names = [
    ...rows.map(({ name }) => name),
    "userId",
    "isOperator",
    "createdAt",
    "constructor",
  ];
  const before = await imprint(superuser, attacker.id);
  for (const route of routesOf(state).filter(({ method }) => method !== "GET")) {
    const path = pathOf(route, { ...attacker, sessionId: 987_654_321 });
    if (nameOf(route) === "POST /api/auth/sign-out") continue;
    const bodies = names
      .filter((name) => !fields.has(name))
      .map((name) => JSON.stringify({ ...confirmed(route), [name]: victim.id }));
    bodies.push('{"__proto__":{"isOperator":true}}', '{"constructor":{"prototype":{"a":1}}}', "[]");
    await Promise.all(
      bodies.map(async (raw) => {
        const answer = await attacker.browser.ask(path, { method: route.method, raw });
        if (answer.status !== 400) {
          state.findings.push(`${nameOf(route)} takes ${raw} (${answer.status})`);
        }
      }),
    );
  }
  if ("isOperator" in {} || "a" in {})
    state.findings.push("the prototype of all objects was changed");
  if ((await imprint(superuser, attacker.id)) !== before) {
    state.findings.push("a column was set by its name");
  }
}

function confirmed(route: DeclaredRoute): Record<string, unknown> {
  return nameOf(route) === "DELETE /api/me" ? { confirmation: "delete my account" } : {};
}

/** The stream is the same for both, also for one who comes with the other's last event id. */
async function streamsHoldNothingPrivate(state: Sweep): Promise<void> {
  const { attacker, victim, rig } = state;
  const streams = [await streamOf(state, victim.browser), await streamOf(state, attacker.browser)];
  if (streams.includes(null)) return;
  await victim.browser.ask("/api/strategies");
  const theme = { body: { theme: "dark" }, method: "PATCH" };
  await victim.browser.ask("/api/me", theme);
  await victim.browser.ask("/api/me", { ...theme, body: { theme: null } });
  rig.market.changeStatus();
  for (const stream of streams) {
    if (stream === null) continue;
    await stream.until(() => stream.named("status").length > 0);
    for (const { words, secrets } of [attacker, victim]) {
      for (const word of [...words, ...secrets]) {
        if (`${stream.head}${stream.text}`.includes(word)) {
          state.findings.push(`the stream shows "${word}"`);
        }
      }
    }
    stream.leave();
  }
}

/** One that its own user cannot open is a finding: somebody else has ended the login. */
async function streamOf(state: Sweep, browser: Browser): Promise<StreamReader | null> {
  try {
    return await browser.stream();
  } catch {
    state.findings.push("a stream does not open for its own user");
    return null;
  }
}

/** What was copied before a sign-out is useless after it, on an open stream too. */
async function endedLoginsAreUseless(state: Sweep): Promise<void> {
  const { rig, victim } = state;
  const copy = rig.browser();
  for (const [name, value] of victim.browser.cookies) copy.cookies.set(name, value);
  const stream = await streamOf(state, copy);
  if (stream === null) return;
  const end = stream.closed().then(() => true);
  await victim.browser.ask("/api/auth/sign-out", { method: "POST" });
  const late = new Promise<false>((resolve) => setTimeout(resolve, FIVE_SECONDS_MS, false));
  if (!(await Promise.race([end, late]))) state.findings.push("a stream outlives its login");
  stream.leave();
  if ((await copy.ask("/api/me")).status !== 401) state.findings.push("a login outlives its end");
}

const FIVE_SECONDS_MS = 5_000;

/** Rows are not logged, and secrets are nowhere. */
function logsHoldNoSecret({ rig, attacker, victim, findings }: Sweep): void {
  const log = rig.log.join("");
  const secrets = [...attacker.secrets, ...victim.secrets, CLIENT_SECRET, SECRET, rig.database.url];
  for (const secret of secrets) {
    if (log.includes(secret)) findings.push("the log holds a secret");
  }
  if (/id_token|access_token|code_verifier|eyJ[\w-]{20}/.test(log)) {
    findings.push("the log holds a token");
  }
  for (const { words } of [attacker, victim]) {
    if (words.some((word) => log.includes(word))) findings.push("the log holds somebody's rows");
  }
}

/** A digest of everything that a tenant has, in every table that has tenants. */
export async function imprint(superuser: Client, userId: number): Promise<string> {
  const digests: string[] = [];
  for (const { name } of EXPORTED_TABLES) {
    const column = name === "users" ? "id" : "user_id";
    const { rows } = await superuser.query(
      `SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS digest FROM ${name} t WHERE ${column} = $1`,
      [userId],
    );
    digests.push(rows[0].digest);
  }
  return digests.join();
}
