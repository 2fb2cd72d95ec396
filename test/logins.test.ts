/** Logins over their whole life: found, used, bounded, ended; on requests and on open streams. */
import { createHash, randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { exportAnswer, loginsAnswer } from "../src/protocol/account.ts";
import { ManualClock } from "../src/simulator/manual-clock.ts";
import { type Browser, PeopleRig, person, type RigOptions } from "./people-rig.ts";
import type { StreamReader } from "./stream-reader.ts";
import { startTestServer, type TestServer } from "./test-database.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let server: TestServer;
const rigs: PeopleRig[] = [];
const readers: StreamReader[] = [];

async function opened(options: Omit<RigOptions, "server"> = {}): Promise<PeopleRig> {
  const made = await PeopleRig.open({ server, ...options });
  rigs.push(made);
  return made;
}

async function streamOf(browser: Browser): Promise<StreamReader> {
  const reader = await browser.stream();
  readers.push(reader);
  return reader;
}

beforeAll(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.leave();
  for (const each of rigs.splice(0)) await each.close();
});
afterAll(() => server.close());

const statusOf = async (browser: Browser) => (await browser.ask("/api/me")).status;

async function loginsOf(browser: Browser) {
  const answer = await browser.ask("/api/me/sessions");
  return loginsAnswer.parse(answer.json()).sessions;
}

/** The stream is told that it ends, and ends, within the promised five seconds. */
async function expectEnded(reader: StreamReader, since: number): Promise<void> {
  await reader.closed();
  expect(Date.now() - since).toBeLessThan(5_000);
  expect(reader.named("bye")).toEqual([{ reason: "signed_out" }]);
}

describe("a session id is useless (G18)", () => {
  test("forged: random, cut, longer, of another case, empty", async () => {
    const rig = await opened();
    const browser = await rig.signedIn("ann");
    const real = browser.cookies.get("outcry-session") ?? "";
    expect(await statusOf(browser)).toBe(200);
    const forged = [
      randomBytes(32).toString("base64url"),
      real.slice(0, -1),
      `${real}A`,
      real.toLowerCase(),
      real.toUpperCase(),
      createHash("sha256").update(real).digest("base64url"),
      createHash("sha256").update(real).digest("hex"),
      `${real}; outcry-session=x`,
      "",
      "'; DROP TABLE sessions; --",
      "%00",
    ];
    for (const value of forged.filter((each) => each !== real && !each.includes(";"))) {
      const thief = rig.browser();
      thief.cookies.set("outcry-session", value);
      expect(await statusOf(thief), value).toBe(401);
      const refusal = await thief.ask("/api/trading-shared?action=start");
      expect(refusal.status, value).toBe(401);
    }
    expect(await statusOf(browser)).toBe(200);
  });

  test("only its hash is stored", async () => {
    const rig = await opened();
    const browser = await rig.signedIn("ann");
    const secret = browser.cookies.get("outcry-session") ?? "";
    const client = await rig.database.superuser();
    const { rows } = await client.query("SELECT s::text AS row, hash FROM sessions s");
    expect(rows).toHaveLength(1);
    expect(rows[0].row).not.toContain(secret);
    expect(rows[0].hash).toEqual(createHash("sha256").update(secret).digest());
  });

  test("unused for fourteen days, and after ninety in any case", async () => {
    const clock = new ManualClock(Date.now());
    const rig = await opened({ clock });
    const idle = await rig.signedIn("idle");
    clock.advance(14 * DAY_MS - 1);
    expect(await statusOf(idle)).toBe(200);
    clock.advance(14 * DAY_MS);
    expect(await statusOf(idle)).toBe(401);
    const busy = await rig.signedIn("busy");
    for (let day = 1; day < 90; day += 1) {
      clock.advance(DAY_MS);
      expect(await statusOf(busy), `day ${day}`).toBe(200);
    }
    clock.advance(DAY_MS);
    expect(await statusOf(busy)).toBe(401);
  });

  test("the expiry of an open stream's login ends the stream", async () => {
    const clock = new ManualClock(Date.now());
    const rig = await opened({ clock });
    const browser = await rig.signedIn("ann");
    for (let day = 1; day < 90; day += 1) {
      clock.advance(DAY_MS);
      expect(await statusOf(browser)).toBe(200);
    }
    clock.advance(DAY_MS - 1_000);
    const reader = await streamOf(browser);
    const since = Date.now();
    clock.advance(4_000);
    await expectEnded(reader, since);
  });

  test("signed out here: the cookie goes, its copy is useless, its streams end, others stay", async () => {
    const rig = await opened();
    const [here, elsewhere] = [await rig.signedIn("ann"), await rig.signedIn("ann")];
    const other = await rig.signedIn("bob");
    const copy = rig.browser();
    for (const [name, value] of here.cookies) copy.cookies.set(name, value);
    const reader = await streamOf(here);
    const staying = [await streamOf(elsewhere), await streamOf(other)];
    expect(await statusOf(copy)).toBe(200);
    const since = Date.now();
    const answer = await here.ask("/api/auth/sign-out", { method: "POST" });
    expect(answer.status).toBe(204);
    expect(here.cookies.has("outcry-session")).toBe(false);
    expect(await statusOf(copy)).toBe(401);
    await expectEnded(reader, since);
    expect([await statusOf(elsewhere), await statusOf(other)]).toEqual([200, 200]);
    for (const each of staying) expect(each.socket.destroyed).toBe(false);
    expect(rig.hub.streams).toBe(2);
  });

  test("signed out everywhere", async () => {
    const rig = await opened();
    const browsers = [await rig.signedIn("ann"), await rig.signedIn("ann")];
    const other = await rig.signedIn("bob");
    const streams = await Promise.all(browsers.map(streamOf));
    const since = Date.now();
    const answer = await browsers[0]?.ask("/api/me/sessions", { method: "DELETE" });
    expect(answer?.json()).toEqual({ ended: 2 });
    for (const browser of browsers) expect(await statusOf(browser)).toBe(401);
    for (const reader of streams) await expectEnded(reader, since);
    expect(await statusOf(other)).toBe(200);
  });

  test("one browser signed out from another", async () => {
    const rig = await opened();
    const [here, lost] = [await rig.signedIn("ann"), await rig.signedIn("ann")];
    const reader = await streamOf(lost);
    const target = (await loginsOf(lost)).find(({ isCurrent }) => isCurrent);
    const since = Date.now();
    const answer = await here.ask(`/api/me/sessions/${target?.id}`, { method: "DELETE" });
    expect([answer.status, answer.json()]).toEqual([200, { ended: 1 }]);
    expect(await statusOf(lost)).toBe(401);
    expect(await statusOf(here)).toBe(200);
    await expectEnded(reader, since);
    const again = await here.ask(`/api/me/sessions/${target?.id}`, { method: "DELETE" });
    expect(again.status).toBe(404);
  });

  test("removed in the database by hand: requests within five seconds, streams within a minute", async () => {
    const clock = new ManualClock(Date.now());
    const rig = await opened({ clock });
    const browser = await rig.signedIn("ann");
    const reader = await streamOf(browser);
    expect(await statusOf(browser)).toBe(200);
    const client = await rig.database.superuser();
    await client.query("DELETE FROM sessions");
    clock.advance(4_000);
    expect(await statusOf(browser)).toBe(401);
    const since = Date.now();
    for (let waited = 0; waited < 65; waited += 4) {
      clock.advance(4_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expectEnded(reader, since);
  });

  test("a stream that waits for the market while its login ends does not open", async () => {
    const rig = await opened({ holdMarket: true });
    const browser = await rig.signedIn("ann");
    const copy = rig.browser();
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    const waiting = copy.ask("/api/trading-shared?action=start");
    await expect.poll(() => rig.requestsWaiting()).toBe(1);
    await browser.ask("/api/auth/sign-out", { method: "POST" });
    rig.openMarket();
    expect((await waiting).status).toBe(401);
    expect(rig.hub.streams).toBe(0);
  });
});

describe("bounds", () => {
  test("six streams a login and twenty a person: the next is refused, one that ends makes room", async () => {
    const rig = await opened();
    const browsers: Browser[] = [];
    for (let i = 0; i < 4; i += 1) browsers.push(await rig.signedIn("ann"));
    const [first] = browsers;
    if (first === undefined) throw new Error("four browsers");
    for (let i = 0; i < 6; i += 1) await streamOf(first);
    const refused = await first.ask("/api/trading-shared?action=start");
    expect([refused.status, refused.json()]).toEqual([
      429,
      expect.objectContaining({ code: "too_many_streams" }),
    ]);
    const streams = readers.slice();
    for (const browser of browsers.slice(1, 3)) {
      for (let i = 0; i < 6; i += 1) await streamOf(browser);
    }
    const last = browsers[3];
    if (last === undefined) throw new Error("four browsers");
    for (let i = 0; i < 2; i += 1) await streamOf(last);
    expect(rig.hub.streams).toBe(20);
    expect((await last.ask("/api/trading-shared?action=start")).status).toBe(429);
    const other = await rig.signedIn("bob");
    await streamOf(other);
    streams[0]?.leave();
    await expect.poll(() => rig.hub.streams).toBe(20);
    await streamOf(last);
  });

  test("twenty browsers a person: the one used least is signed out by the next", async () => {
    const clock = new ManualClock(Date.now());
    const rig = await opened({ clock });
    const browsers: Browser[] = [];
    for (let i = 0; i < 20; i += 1) {
      browsers.push(await rig.signedIn("ann"));
      clock.advance(10 * MINUTE_MS);
    }
    for (const browser of browsers) expect(await statusOf(browser)).toBe(200);
    const reader = await streamOf(browsers[0] as Browser);
    clock.advance(10 * MINUTE_MS);
    for (const browser of browsers.slice(1)) await statusOf(browser);
    const since = Date.now();
    const newest = await rig.signedIn("ann");
    expect(await statusOf(browsers[0] as Browser)).toBe(401);
    await expectEnded(reader, since);
    for (const browser of [...browsers.slice(1), newest]) {
      expect(await statusOf(browser)).toBe(200);
    }
    expect(await loginsOf(newest)).toHaveLength(20);
  });
});

describe("one's account", () => {
  const agents: ReadonlyArray<[string, string]> = [
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
      "Edge on Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1",
      "Safari on iOS",
    ],
    [
      "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
      "Chrome on Android",
    ],
    ["<script>alert(1)</script>", "Unknown device"],
  ];
  test("its logins are named by browser and system, in words of ours", async () => {
    const rig = await opened();
    for (const [agent, device] of agents) {
      const browser = rig.browser();
      const { authorize } = await browser.begin();
      const callback = await browser.authorize(authorize, person(device));
      const headers = { "user-agent": agent };
      await browser.ask(callback.pathname + callback.search, { headers });
      expect(await loginsOf(browser)).toEqual([
        expect.objectContaining({ device, isCurrent: true }),
      ]);
    }
  });

  test("name, language and theme change; what is absent stays", async () => {
    const rig = await opened();
    const browser = await rig.signedIn("ann");
    const change = async (body: unknown) => {
      const answer = await browser.ask("/api/me", { method: "PATCH", body });
      return [answer.status, answer.json()];
    };
    expect(await change({ displayName: "  Anne 🦊 ", language: "fr" })).toEqual([
      200,
      expect.objectContaining({ displayName: "Anne 🦊", language: "fr", theme: null }),
    ]);
    expect(await change({ theme: "light" })).toEqual([
      200,
      expect.objectContaining({ displayName: "Anne 🦊", language: "fr", theme: "light" }),
    ]);
    expect(await change({ language: null })).toEqual([
      200,
      expect.objectContaining({ language: null }),
    ]);
    expect(await change({})).toEqual([200, expect.objectContaining({ theme: "light" })]);
    expect((await change({ displayName: "🦊".repeat(80) }))[0]).toBe(200);
    const wrong: ReadonlyArray<[unknown, string]> = [
      [{ displayName: "" }, "invalid_display_name"],
      [{ displayName: "   " }, "invalid_display_name"],
      [{ displayName: "🦊".repeat(81) }, "invalid_display_name"],
      [{ displayName: "a\u0000b" }, "invalid_display_name"],
      [{ displayName: "a\u202Eb" }, "invalid_display_name"],
      [{ displayName: "\uD800" }, "invalid_display_name"],
      [{ displayName: 7 }, "invalid_display_name"],
      [{ displayName: null }, "invalid_display_name"],
      [{ language: "de" }, "invalid_language"],
      [{ theme: "blue" }, "invalid_theme"],
    ];
    for (const [body, code] of wrong) {
      expect(await change(body), JSON.stringify(body)).toEqual([
        400,
        expect.objectContaining({ code }),
      ]);
    }
  });

  test("export and deletion: all of it, then nothing, and the next sign-in begins anew", async () => {
    const rig = await opened();
    const [ann, bob] = [await rig.signedIn("ann"), await rig.signedIn("bob")];
    const answer = await ann.ask("/api/me/export");
    expect(answer.headers["content-disposition"]).toContain("outcry-export.json");
    const { tables } = exportAnswer.parse(answer.json());
    expect(tables.users).toHaveLength(1);
    expect(tables.strategies).toHaveLength(18);
    expect(tables.sessions?.[0]).not.toHaveProperty("hash");
    const id = Number(tables.users?.[0]?.id);
    const reader = await streamOf(ann);
    for (const body of [undefined, {}, { confirmation: "yes" }, { confirmation: true }]) {
      const refused = await ann.ask("/api/me", { method: "DELETE", body });
      expect(refused.status).toBe(400);
    }
    expect(await rig.rows("users", `id = ${id}`)).toBe(1);
    const since = Date.now();
    const body = { confirmation: "delete my account" };
    expect((await ann.ask("/api/me", { method: "DELETE", body })).status).toBe(204);
    await expectEnded(reader, since);
    expect(await rig.rows("users", `id = ${id}`)).toBe(0);
    for (const table of Object.keys(tables).filter((name) => name !== "users")) {
      expect(await rig.rows(table, `user_id = ${id}`), table).toBe(0);
    }
    expect(await statusOf(ann)).toBe(401);
    expect(await statusOf(bob)).toBe(200);
    const again = await rig.signedIn("ann");
    expect((await again.ask("/api/me")).json()).not.toMatchObject({ id });
    expect(await rig.rows("strategies")).toBe(36);
  });

  test("the owner who leaves and comes back is user 1 again, with everything new", async () => {
    const rig = await opened({ ownerEmail: "owner@example.org" });
    const owner = await rig.signedIn("owner");
    const body = { confirmation: "delete my account" };
    expect((await owner.ask("/api/me", { method: "DELETE", body })).status).toBe(204);
    const again = await rig.signedIn("owner");
    expect((await again.ask("/api/me")).json()).toMatchObject({ id: 1, isOperator: true });
    expect(await rig.rows("strategies", "user_id = 1")).toBe(42);
  });
});

describe("local mode", () => {
  test("needs no login: user 1 with 42 strategies, switched on; nothing to sign in to", async () => {
    const rig = await opened({ mode: "local" });
    const browser = rig.browser();
    const me = (await browser.ask("/api/me")).json();
    expect(me).toMatchObject({ id: 1, mode: "local", email: null, isOperator: true });
    const { strategies } = (await browser.ask("/api/strategies")).json() as {
      strategies: ReadonlyArray<{ isEnabled: boolean }>;
    };
    expect(strategies).toHaveLength(42);
    expect(strategies.every(({ isEnabled }) => isEnabled)).toBe(true);
    expect(await loginsOf(browser)).toEqual([]);
    expect((await browser.ask("/api/auth/signin/google")).status).toBe(404);
    expect((await browser.ask("/api/auth/callback/google?code=x&state=y")).status).toBe(404);
    expect((await browser.ask("/api/auth/sign-out", { method: "POST" })).status).toBe(204);
    const body = { confirmation: "delete my account" };
    expect((await browser.ask("/api/me", { method: "DELETE", body })).status).toBe(409);
    await streamOf(browser);
    const foreign = await browser.ask("/api/me", { headers: { host: "evil.example" } });
    expect(foreign.status).toBe(421);
  });

  test("then protected mode: the owner finds what user 1 had", async () => {
    const local = await opened({ mode: "local" });
    const body = { displayName: "Changed before" };
    await local.browser().ask("/api/me", { method: "PATCH", body });
    await rigs.pop()?.close();
    const owned = await opened({ ownerEmail: "owner@example.org", database: local.database });
    const owner = await owned.signedIn("owner");
    expect((await owner.ask("/api/me")).json()).toMatchObject({
      id: 1,
      displayName: "Name of owner",
    });
    expect(await owned.rows("strategies", "user_id = 1")).toBe(42);
  });
});
