/** Signing in against a real OpenID provider: what it leads to, and every way to abuse it. */
import { Events } from "oauth2-mock-server";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { strategiesAnswer } from "../src/protocol/account.ts";
import { ManualClock } from "../src/simulator/manual-clock.ts";
import { type Answer, type Browser, PeopleRig, person, type RigOptions } from "./people-rig.ts";
import { startTestServer, type TestServer } from "./test-database.ts";

let server: TestServer;
let rig: PeopleRig;
const rigs: PeopleRig[] = [];

async function opened(options: Omit<RigOptions, "server"> = {}): Promise<PeopleRig> {
  const made = await PeopleRig.open({ server, ...options });
  rigs.push(made);
  return made;
}

beforeAll(async () => {
  server = await startTestServer();
  rig = await PeopleRig.open({ server });
});
afterEach(async () => {
  for (const each of rigs.splice(0)) await each.close();
});
afterAll(async () => {
  await rig.close();
  await server.close();
});

async function me(browser: Browser): Promise<Record<string, unknown>> {
  const answer = await browser.ask("/api/me");
  expect(answer.status, answer.text).toBe(200);
  return answer.json() as Record<string, unknown>;
}

function expectRefused(answer: Answer, error: string): void {
  expect([answer.status, answer.headers.location]).toEqual([303, `/sign-in?error=${error}`]);
  expect(answer.setCookies.join()).not.toMatch(/outcry-session=[^;]/);
}

describe("a sign-in", () => {
  test("leads to the provider with state, nonce and PKCE, and back to where it began", async () => {
    const browser = rig.browser();
    const { answer, authorize } = await browser.begin("/strategies?open=1");
    expect(answer.status).toBe(303);
    const query = Object.fromEntries(authorize.searchParams);
    expect(query).toMatchObject({
      client_id: "outcry-test-client",
      redirect_uri: `${rig.url}/api/auth/callback/google`,
      response_type: "code",
      scope: "openid email profile",
      code_challenge_method: "S256",
    });
    expect(query.state).toMatch(/^[\w-]{43}$/);
    expect(query.nonce).toMatch(/^[\w-]{43}$/);
    expect(query.code_challenge).toMatch(/^[\w-]{43}$/);
    const callback = await browser.authorize(authorize, person("ann"));
    const ended = await browser.ask(callback.pathname + callback.search);
    expect([ended.status, ended.headers.location]).toEqual([303, "/strategies?open=1"]);
    expect(await me(browser)).toMatchObject({
      mode: "protected",
      displayName: "Name of ann",
      email: "ann@example.org",
      isOperator: false,
    });
  });

  test("sets a cookie that scripts cannot read and other sites cannot send", async () => {
    const answer = await rig.browser().signIn(person("cookie"));
    const cookie = answer.setCookies.find((text) => text.startsWith("outcry-session="));
    expect(cookie).toMatch(
      /^outcry-session=[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const ticket = answer.setCookies.find((text) => text.startsWith("outcry-sign-in="));
    expect(ticket).toMatch(/^outcry-sign-in=; Max-Age=0; /);
  });

  test("with https the cookies are bound to this host and to TLS", async () => {
    const secure = await opened({ appUrl: () => "https://trade.example.org" });
    const answer = await secure.browser().ask("/api/auth/signin/google");
    expect(answer.setCookies).toHaveLength(1);
    expect(answer.setCookies[0]).toMatch(
      /^__Host-outcry-sign-in=[^;]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  test("gives a new person 18 strategies, switched off and not yet runnable, once", async () => {
    const browser = await rig.signedIn("new-person");
    const answer = await browser.ask("/api/strategies");
    const { strategies } = strategiesAnswer.parse(answer.json());
    expect(strategies).toHaveLength(18);
    expect(new Set(strategies.map(({ name }) => name))).toEqual(
      new Set(["QuickStrike Scalp", "Trend Follower", "Conservative Trend"]),
    );
    expect(strategies.every((each) => !each.isEnabled && !each.isRunnable)).toBe(true);
    const again = await rig.signedIn("new-person");
    expect(strategiesAnswer.parse((await again.ask("/api/strategies")).json()).strategies).toEqual(
      strategies,
    );
    expect((await me(again)).id).toBe((await me(browser)).id);
  });

  test("of one new person in twenty browsers at once makes one account", async () => {
    const browsers = await Promise.all(Array.from({ length: 20 }, () => rig.signedIn("at-once")));
    const ids = await Promise.all(browsers.map(async (browser) => (await me(browser)).id));
    expect(new Set(ids).size).toBe(1);
    const answer = await browsers[0]?.ask("/api/strategies");
    expect(strategiesAnswer.parse(answer?.json()).strategies).toHaveLength(18);
  });

  test("the key is issuer and subject: a changed address is the same account", async () => {
    const first = await me(await rig.signedIn("moved"));
    const second = await me(await rig.signedIn("moved", { email: "moved@elsewhere.example" }));
    expect(second.id).toBe(first.id);
    expect(second.email).toBe("moved@elsewhere.example");
  });

  test("the same address with another subject is another account", async () => {
    const first = await me(await rig.signedIn("victim"));
    const second = await me(await rig.signedIn("attacker", { email: "victim@example.org" }));
    expect(second.id).not.toBe(first.id);
  });

  test("a name that would mislead is made harmless", async () => {
    const name = "A\u202Enn\u0000 \u200BX\n".padEnd(400, "y");
    const { displayName } = await me(await rig.signedIn("named", { name }));
    expect(displayName).toMatch(/^Ann Xy+$/);
    expect(String(displayName)).toHaveLength(80);
    expect((await me(await rig.signedIn("unnamed", { name: "\u200B" }))).displayName).toBe(
      "unnamed",
    );
  });
});

describe("OAuth attacks", () => {
  /** A browser on its way back from the provider, one step before the end. */
  async function onTheWay(sub = "mallory", claims: Record<string, unknown> = {}) {
    const browser = rig.browser();
    const { authorize } = await browser.begin();
    const callback = await browser.authorize(authorize, person(sub, claims));
    return { browser, authorize, callback, path: () => callback.pathname + callback.search };
  }

  test("positive control: the same steps without tampering sign in", async () => {
    const { browser, path } = await onTheWay("control");
    expect((await browser.ask(path())).headers.location).toBe("/");
    expect((await me(browser)).email).toBe("control@example.org");
  });

  test("state: missing", async () => {
    const { browser, callback, path } = await onTheWay();
    callback.searchParams.delete("state");
    expectRefused(await browser.ask(path()), "invalid");
  });

  test("state: foreign", async () => {
    const { browser, callback, path } = await onTheWay();
    callback.searchParams.set("state", "x".repeat(43));
    expectRefused(await browser.ask(path()), "invalid");
  });

  test("state: twice", async () => {
    const { browser, callback, path } = await onTheWay();
    callback.searchParams.append("state", callback.searchParams.get("state") ?? "");
    expectRefused(await browser.ask(path()), "invalid");
  });

  test("login forced upon another browser: the attacker's callback without the attacker's cookie", async () => {
    const { path } = await onTheWay();
    expectRefused(await rig.browser().ask(path()), "expired");
  });

  test("login forced upon another browser that is signing in itself", async () => {
    const { path } = await onTheWay();
    const victim = rig.browser();
    await victim.begin();
    expectRefused(await victim.ask(path()), "invalid");
    expect((await victim.ask("/api/me")).status).toBe(401);
  });

  test("replay: the same callback with the same cookie again", async () => {
    const { browser, path } = await onTheWay("replayed");
    const cookies = new Map(browser.cookies);
    expect((await browser.ask(path())).headers.location).toBe("/");
    const thief = rig.browser();
    for (const [name, value] of cookies) thief.cookies.set(name, value);
    expectRefused(await thief.ask(path()), "expired");
  });

  test("code: another person's, injected into one's own sign-in", async () => {
    const victim = await onTheWay("victim-of-injection");
    const attacker = await onTheWay();
    attacker.callback.searchParams.set("code", victim.callback.searchParams.get("code") ?? "");
    expectRefused(await attacker.browser.ask(attacker.path()), "invalid");
  });

  test("code: missing, made up", async () => {
    for (const code of [null, "", "made-up"]) {
      const { browser, callback, path } = await onTheWay();
      if (code === null) callback.searchParams.delete("code");
      else callback.searchParams.set("code", code);
      expectRefused(await browser.ask(path()), "invalid");
    }
  });

  test("nonce: missing, foreign", async () => {
    for (const nonce of [undefined, "foreign"]) {
      const { browser, path } = await onTheWay();
      rig.bend = ({ payload }) => {
        payload.nonce = nonce;
      };
      expectRefused(await browser.ask(path()), "invalid");
      rig.bend = () => {};
    }
  });

  const bent: ReadonlyArray<[string, Record<string, unknown>]> = [
    ["issuer: another", { iss: "https://accounts.google.com" }],
    ["audience: another client", { aud: "another-client" }],
    ["expiry: past", { exp: Math.floor(Date.now() / 1000) - 3_600 }],
    ["subject: missing", { sub: undefined }],
    ["subject: longer than the database takes", { sub: "x".repeat(256) }],
    ["e-mail: missing", { email: undefined }],
    ["e-mail: no address", { email: "root" }],
  ];
  test.each(bent)("token, %s", async (_name, claims) => {
    const { browser, path } = await onTheWay("bent", claims);
    expectRefused(await browser.ask(path()), "invalid");
  });

  test("token: signed by nobody", async () => {
    const { browser, path } = await onTheWay("unsigned");
    rig.provider.service.once(Events.BeforeResponse, (response) => {
      const body = response.body as { id_token: string };
      const [head, payload] = body.id_token.split(".");
      body.id_token = `${head}.${payload}.${Buffer.from("forged").toString("base64url")}`;
    });
    expectRefused(await browser.ask(path()), "invalid");
  });

  test("token: alg none", async () => {
    const { browser, path } = await onTheWay("none");
    rig.provider.service.once(Events.BeforeResponse, (response) => {
      const body = response.body as { id_token: string };
      const [, payload] = body.id_token.split(".");
      const head = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
      body.id_token = `${head}.${payload}.`;
    });
    expectRefused(await browser.ask(path()), "invalid");
  });

  test.each([false, undefined, "false", 1])("e-mail not verified: %j", async (email_verified) => {
    const before = await rig.rows("users");
    const { browser, path } = await onTheWay("unverified", { email_verified });
    expectRefused(await browser.ask(path()), "email_not_verified");
    expect(await rig.rows("users")).toBe(before);
  });

  const tampered: ReadonlyArray<[string, (ticket: string) => string]> = [
    ["cut", (ticket) => ticket.slice(0, -1)],
    ["another signature", (ticket) => `${ticket.split(".")[0]}.${"A".repeat(43)}`],
    ["no signature", (ticket) => `${ticket.split(".")[0]}.`],
    ["more parts", (ticket) => `${ticket}.x`],
    [
      "another return path",
      (ticket) => {
        const [text = "", signature] = ticket.split(".");
        const content = JSON.parse(Buffer.from(text, "base64url").toString());
        const bent = JSON.stringify({ ...content, returnPath: "//evil.example" });
        return `${Buffer.from(bent).toString("base64url")}.${signature}`;
      },
    ],
  ];
  test.each(tampered)("ticket: %s", async (_name, tamper) => {
    const { browser, path } = await onTheWay();
    const ticket = decodeURIComponent(browser.cookies.get("outcry-sign-in") ?? "");
    browser.cookies.set("outcry-sign-in", tamper(ticket));
    expectRefused(await browser.ask(path()), "expired");
  });

  test("ticket: ten minutes old", async () => {
    const clock = new ManualClock(Date.now());
    const late = await opened({ clock });
    for (const [waitMs, location] of [
      [599_999, "/"],
      [600_000, "/sign-in?error=expired"],
    ] as const) {
      const browser = late.browser();
      const { authorize } = await browser.begin();
      const callback = await browser.authorize(authorize, person("late"));
      clock.advance(waitMs);
      const answer = await browser.ask(callback.pathname + callback.search);
      expect(answer.headers.location).toBe(location);
    }
  });

  test.each([
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\r\nLocation: https://evil.example",
    "/%0d%0aSet-Cookie:x=y\r\n",
    "/.//evil.example",
    "/./\\evil.example",
    "/api/auth/sign-out",
    "/API/me",
    "evil",
    "",
    `/${"x".repeat(600)}`,
  ])("return path %j", async (path) => {
    const { answer } = await rig.browser().begin(path);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: "invalid_return", field: "return" });
    expect(answer.setCookies).toEqual([]);
  });

  test("session fixation: an id from before the sign-in is worth nothing after it", async () => {
    const browser = rig.browser();
    const planted = "A".repeat(43);
    browser.cookies.set("outcry-session", planted);
    await browser.signIn(person("fixated"));
    expect(browser.cookies.get("outcry-session")).not.toBe(planted);
    expect((await me(browser)).email).toBe("fixated@example.org");
    const attacker = rig.browser();
    attacker.cookies.set("outcry-session", planted);
    expect((await attacker.ask("/api/me")).status).toBe(401);
  });

  test("a new sign-in in the same browser ends the former login, whoever's it was", async () => {
    const browser = await rig.signedIn("first-here");
    const former = browser.cookies.get("outcry-session") ?? "";
    await browser.signIn(person("second-here"));
    expect((await me(browser)).email).toBe("second-here@example.org");
    const thief = rig.browser();
    thief.cookies.set("outcry-session", former);
    expect((await thief.ask("/api/me")).status).toBe(401);
  });
});

describe("errors of the provider", () => {
  const answers: ReadonlyArray<[string, string]> = [
    ["access_denied", "cancelled"],
    ["temporarily_unavailable", "provider_unreachable"],
    ["unauthorized_client", "provider_refused"],
    ["something_else", "invalid"],
  ];
  test.each(answers)("%s leads to the page of %s", async (error, expected) => {
    const browser = rig.browser();
    const { authorize } = await browser.begin();
    const callback = await browser.authorize(authorize, person("erring"));
    callback.searchParams.delete("code");
    callback.searchParams.set("error", error);
    expectRefused(await browser.ask(callback.pathname + callback.search), expected);
  });

  const tokenErrors: ReadonlyArray<[string, string]> = [
    ["invalid_grant", "invalid"],
    ["invalid_client", "provider_refused"],
  ];
  test.each(tokenErrors)("%s for the code leads to the page of %s", async (error, expected) => {
    const browser = rig.browser();
    const { authorize } = await browser.begin();
    const callback = await browser.authorize(authorize, person("erring"));
    rig.provider.service.once(Events.BeforeResponse, (response) => {
      response.statusCode = 400;
      response.body = { error };
    });
    expectRefused(await browser.ask(callback.pathname + callback.search), expected);
  });

  test("a provider that is away is said, and asked again by the next person", async () => {
    const lonely = await opened();
    await lonely.provider.stop();
    expectRefused(await lonely.browser().ask("/api/auth/signin/google"), "provider_unreachable");
    await lonely.provider.start(Number(new URL(lonely.issuer).port), "127.0.0.1");
    lonely.provider.issuer.url = lonely.issuer;
    expect((await me(await lonely.signedIn("patient"))).email).toBe("patient@example.org");
  });
});

describe("who is let in", () => {
  test("ALLOWED_EMAILS: addresses and domains in any case; others get a page and no row", async () => {
    const closed = await opened({ allowedEmails: ["ann@example.org", "@firm.example"] });
    const allowed = [
      person("a", { email: "Ann@Example.org" }),
      person("b", { email: "anyone@FIRM.example" }),
    ];
    for (const claims of allowed) {
      expect((await closed.browser().signIn(claims)).headers.location).toBe("/");
    }
    const before = [await closed.rows("users"), await closed.rows("sessions")];
    const others = [
      "bob@example.org",
      "joann@example.org",
      "x@sub.firm.example",
      "x@firm.example.evil",
      "x@xfirm.example",
    ];
    for (const email of others) {
      expectRefused(await closed.browser().signIn(person(email, { email })), "not_allowed");
    }
    expect([await closed.rows("users"), await closed.rows("sessions")]).toEqual(before);
  });

  test("who is no longer allowed cannot sign in any more", async () => {
    const closed = await opened({ allowedEmails: ["ann@example.org"] });
    await closed.signedIn("ann");
    const changed = person("ann", { email: "ann@elsewhere.example" });
    expectRefused(await closed.browser().signIn(changed), "not_allowed");
  });

  test("the owner's first sign-in takes user 1 over with its 42 strategies, once", async () => {
    const owned = await opened({ ownerEmail: "owner@example.org", allowedEmails: [] });
    const thief = person("thief", { email: "owner@example.org", email_verified: false });
    expectRefused(await owned.browser().signIn(thief), "email_not_verified");
    const owner = await owned.signedIn("owner", { email: "Owner@example.org" });
    expect(await me(owner)).toMatchObject({ id: 1, isOperator: true });
    const { strategies } = strategiesAnswer.parse((await owner.ask("/api/strategies")).json());
    expect(strategies).toHaveLength(42);
    expect(strategies.every(({ isEnabled }) => isEnabled)).toBe(true);
    expect(await me(await owned.signedIn("owner"))).toMatchObject({ id: 1, isOperator: true });
    // The address has passed to somebody else: an operator, but not user 1.
    const heir = await me(await owned.signedIn("heir", { email: "owner@example.org" }));
    expect(heir.id).not.toBe(1);
  });
});
