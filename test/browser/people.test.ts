/** People in real browsers against the real server and a real OpenID provider: each sees only their own. */
import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Outcry } from "../../src/server/main.ts";
import { launchBrowser } from "./browser.ts";
import {
  buildPages,
  chartReady,
  openPage,
  startServer,
  type View,
  type WatchedPage,
} from "./market-rig.ts";
import {
  browserOf,
  nameOf,
  type PeopleServer,
  startPeopleServer,
  unexpected,
} from "./people-rig.ts";

/** An ended login is useless within so long, on open streams too; the page follows at once. */
const ENDED_MS_MAX = 5_000;

/** Six pages are looked at, each for some seconds on a loaded test machine. */
const AXE_MS_MAX = 90_000;

let browser: Browser;
let pages: Awaited<ReturnType<typeof buildPages>>;
let server: PeopleServer;
let watched: WatchedPage[] = [];

beforeAll(async () => {
  [browser, pages] = await Promise.all([launchBrowser(), buildPages()]);
  server = await startPeopleServer(pages.folder);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  pages?.remove();
});
afterEach(async () => {
  const complaints = watched.flatMap((each) => unexpected(each.complaints));
  for (const { context } of watched) await context.close();
  watched = [];
  expect(complaints, "the console stays empty, save for the refusals of strangers").toEqual([]);
});

async function stranger(person: string, view: View = {}): Promise<Page> {
  const opened = await browserOf(browser, server.url, { person, ...view });
  watched.push(opened);
  return opened.page;
}

/** A browser in which this person has signed in, on the page that was asked for. */
async function signedIn(person: string, view: View = {}): Promise<Page> {
  const page = await stranger(person, view);
  await page.getByRole("link", { name: /Google/ }).click();
  await page.locator(".person").waitFor();
  return page;
}

const menu = (page: Page) => page.locator(".person");
const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });

/** What this person's browser gets from the server, with this person's cookies. */
async function answerTo(page: Page, path: string): Promise<string> {
  return await page.evaluate(async (address) => {
    const answer = await fetch(address);
    return `${answer.status} ${await answer.text()}`;
  }, path);
}

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).analyze();
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`,
  );
}

describe("signing in", () => {
  test("leads back to the page that was asked for, and shows nothing of it before", async () => {
    const page = await stranger("ada", { path: "/?symbol=ETHUSDT&timeframe=1h" });
    await heading(page, "Outcry").waitFor();
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    expect(await page.locator(".chart, .person, .header").count()).toBe(0);
    await page.getByRole("link", { name: "Sign in with Google" }).click();
    await page.waitForURL(/\/\?symbol=ETHUSDT&timeframe=1h$/);
    await chartReady(page);
    await page.getByText("ETHUSDT · 1h").waitFor();
    await page.getByRole("button", { name: `Account menu of ${nameOf("ada")}` }).waitFor();
    await page.goto(`${server.url}/sign-in?return=/strategies`);
    await heading(page, "Strategies").waitFor();
  });

  test.each([
    ["cancelled", "You left Google’s page before the end."],
    ["expired", "The sign-in took too long"],
    ["invalid", "What came back from Google did not hold."],
    ["email_not_verified", "Google has not verified your email address."],
    ["not_allowed", "This server takes only people whom its operator has named."],
    ["provider_unreachable", "Google does not answer this server."],
    ["provider_refused", "Google refuses this server"],
    ["internal", "This server made a mistake."],
  ])("explains %s", async (error, sentence) => {
    const page = await stranger("ada", { path: `/sign-in?error=${error}` });
    await page.getByText(sentence).waitFor();
    await page.getByRole("link", { name: "Sign in with Google" }).waitFor();
  });

  test("that was declined at the provider says so, and can be begun again", async () => {
    const page = await stranger("bea");
    server.declineOnce("bea");
    await page.getByRole("link", { name: "Sign in with Google" }).click();
    await page.getByText("You left Google’s page before the end.").waitFor();
    await page.getByRole("link", { name: "Sign in with Google" }).click();
    await menu(page).waitFor();
  });

  test("never leads to another site, whatever the address says", async () => {
    for (const path of ["//evil.example", "/\\evil.example", "https://evil.example", "/\r\nX"]) {
      const page = await stranger("ada", { path: `/sign-in?return=${encodeURIComponent(path)}` });
      const href = await page.getByRole("link", { name: /Google/ }).getAttribute("href");
      expect(href).toBe("/api/auth/signin/google?return=%2F");
    }
  });
});

describe("two people", () => {
  test("see their own account, strategies and export, and nothing of each other", async () => {
    const [ada, bea] = [await signedIn("ada"), await signedIn("bea", { path: "/account" })];
    for (const [page, own, other] of [
      [ada, "ada", "bea"],
      [bea, "bea", "ada"],
    ] as const) {
      await page.goto(`${server.url}/account`);
      await page.getByText(`${own}@example.org`).waitFor();
      expect(await page.getByRole("textbox").inputValue()).toBe(nameOf(own));
      await page.getByRole("listitem").filter({ hasText: "this browser" }).waitFor();
      const shown = await page.content();
      const told = await Promise.all(
        ["/api/me", "/api/me/sessions", "/api/me/export", "/api/strategies"].map((path) =>
          answerTo(page, path),
        ),
      );
      expect(told.join(), "positive control").toContain(`${own}@example.org`);
      expect(`${shown} ${told.join()}`).not.toContain(`${other}@example.org`);
      expect(`${shown} ${told.join()}`).not.toContain(nameOf(other));
    }
  });

  test("get their strategies: eighteen, switched off, said to be not yet runnable", async () => {
    const page = await signedIn("eve", { path: "/strategies" });
    await page.getByText("18 strategies").waitFor();
    expect(await page.getByRole("row").count()).toBe(1 + 18);
    expect(await page.getByText("not yet runnable").count()).toBe(18);
    expect(await page.getByRole("cell", { name: /^Off/ }).count()).toBe(18);
    await page.getByText("nothing trades until the rules are there").waitFor();
  });

  test("one after the other in the same browser: a page left open follows", async () => {
    const page = await signedIn("ada", { path: "/account" });
    await page.getByText("ada@example.org").waitFor();
    const { context } = watched.at(-1) ?? {};
    const other = await context?.newPage();
    await context?.setExtraHTTPHeaders({ "x-person": "bea" });
    await other?.goto(`${server.url}/sign-in?notice=ended`);
    await other?.getByRole("link", { name: /Google/ }).click();
    await other?.locator(".person").waitFor();
    // A headless browser shows every page at once: this is what looking at the first one again does.
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.getByText("bea@example.org").waitFor();
    expect(await page.getByRole("textbox").inputValue()).toBe(nameOf("bea"));
    expect(await page.content()).not.toContain("ada@example.org");
  });
});

describe("the account", () => {
  test("takes another name, and keeps it", async () => {
    const page = await signedIn("fay", { path: "/account" });
    const name = page.getByRole("textbox", { name: "Display name" });
    await name.fill("   ");
    await page.getByText("A name needs at least one character.").waitFor();
    await name.fill("x".repeat(81));
    await page.getByText("A name has 80 characters at most.").waitFor();
    await name.fill("Fay\u202egnp.");
    await page.getByText("A name has no invisible characters.").waitFor();
    await name.fill("<img src=x onerror=alert(1)> Fay");
    await page.keyboard.press("Enter");
    await page.getByText("Saved").waitFor();
    await page.reload();
    await page
      .getByRole("button", { name: "Account menu of <img src=x onerror=alert(1)> Fay" })
      .waitFor();
    expect(await page.locator("img[onerror]").count()).toBe(0);
  });

  test("carries language and theme to the next browser, before anything is shown", async () => {
    const page = await signedIn("gus", { path: "/account" });
    await page.getByRole("combobox", { name: "Language" }).selectOption("fr");
    await page.getByRole("combobox", { name: "Thème" }).selectOption("light");
    await expect.poll(() => answerTo(page, "/api/me")).toContain('"theme":"light"');
    const next = await signedIn("gus", { path: "/strategies" });
    await heading(next, "Stratégies").waitFor();
    expect(await next.locator("html").getAttribute("data-mantine-color-scheme")).toBe("light");
    await next.getByRole("button", { name: "Passer au thème sombre" }).click();
    await expect.poll(() => answerTo(next, "/api/me")).toContain('"theme":"dark"');
  });

  test("is downloaded as one file", async () => {
    const page = await signedIn("ada", { path: "/account" });
    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download my data" }).click();
    const file = await (await downloading).path();
    const saved = JSON.parse(readFileSync(file, "utf8"));
    expect(saved.tables.strategies).toHaveLength(18);
    expect(JSON.stringify(saved)).not.toContain("bea@example.org");
  });

  test("is deleted with everything in it, only after the words were typed", async () => {
    const page = await signedIn("hal", { path: "/account" });
    const elsewhere = await signedIn("hal");
    await chartReady(elsewhere);
    const first = await answerTo(page, "/api/me");
    await page.getByRole("button", { name: "Delete my account…" }).click();
    const sheet = page.getByRole("dialog");
    const act = sheet.getByRole("button", { name: "Delete my account" });
    expect(await act.isDisabled()).toBe(true);
    await page.keyboard.type("delete my accoun");
    expect(await act.isDisabled()).toBe(true);
    await page.keyboard.type("t");
    await page.keyboard.press("Enter");
    await page.getByText("Your account is deleted, with everything that was in it.").waitFor();
    await elsewhere.waitForURL(/\/sign-in\?notice=ended/, { timeout: ENDED_MS_MAX });
    expect(await answerTo(page, "/api/me")).toMatch(/^401 /);
    await page.getByRole("link", { name: /Google/ }).click();
    await menu(page).waitFor();
    const again = await answerTo(page, "/api/me");
    const idIn = (text: string) => /"id":(\d+)/.exec(text)?.[1];
    expect(idIn(again)).not.toBe(idIn(first));
  });
});

describe("signing out", () => {
  test("ends this login and leaves nothing behind, not even for the Back button", async () => {
    const page = await signedIn("ada", { path: "/account" });
    await menu(page).click();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByText("You are signed out.").waitFor();
    expect(await answerTo(page, "/api/me")).toMatch(/^401 /);
    await page.goBack();
    await page.waitForURL(/\/sign-in/);
    await page.getByRole("link", { name: /Google/ }).waitFor();
    expect(await page.content()).not.toContain("ada@example.org");
  });

  test("of another browser closes its open stream within seconds, and it comes back where it was", async () => {
    const here = await signedIn("ivo", { path: "/account" });
    const there = await signedIn("ivo", { path: "/?symbol=XRPUSDT&timeframe=5m" });
    await chartReady(there);
    await here.reload();
    const row = here.getByRole("listitem").filter({ hasNotText: "this browser" });
    const ended = there.waitForURL(/\/sign-in\?notice=ended/, { timeout: ENDED_MS_MAX });
    await row.getByRole("button", { name: /^Sign out / }).click();
    await ended;
    await row.waitFor({ state: "detached" });
    await there.getByText("Your login has ended.").waitFor();
    await there.getByRole("link", { name: /Google/ }).click();
    await there.waitForURL(/\/\?symbol=XRPUSDT&timeframe=5m$/);
    await chartReady(there);
    expect(await answerTo(here, "/api/me"), "the other login stands").toMatch(/^200 /);
  });

  test("everywhere ends them all", async () => {
    const here = await signedIn("joe", { path: "/account" });
    const there = await signedIn("joe");
    await chartReady(there);
    await here.getByRole("button", { name: "Sign out everywhere" }).click();
    await here.getByText("You are signed out.").waitFor();
    await there.waitForURL(/\/sign-in\?notice=ended/, { timeout: ENDED_MS_MAX });
  });

  test("that the server does not answer says so, and the page goes on", async () => {
    const page = await signedIn("kim", { path: "/strategies" });
    await page.route("**/api/auth/sign-out", (route) => route.abort());
    await menu(page).click();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByText("Signing out did not work. Try again.").waitFor();
    await page.unroute("**/api/auth/sign-out");
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByText("You are signed out.").waitFor();
    const own = watched.at(-1)?.complaints ?? [];
    own.splice(0, own.length, ...own.filter((line) => !line.includes("ERR_FAILED")));
  });
});

describe("everyone", () => {
  test.each([
    { locale: "en-US", theme: "dark", width: 1440 },
    { locale: "fr-FR", theme: "light", width: 360 },
    { locale: "en-US", theme: "light", width: 360 },
    { locale: "fr-FR", theme: "dark", width: 768 },
  ])(
    "axe finds nothing and nothing is too wide: $locale, $theme, $width",
    async (view) => {
      const { locale, theme, width } = view;
      const value = { theme, palette: "green-red", language: null, symbol: null, timeframe: "1m" };
      const stored = { "outcry.preferences": JSON.stringify({ version: 1, value }) };
      const page = await stranger("lea", {
        locale,
        width,
        stored,
        path: "/sign-in?error=internal",
      });
      const check = async (place: string) => {
        expect(await violations(page), place).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, place).toBe(0);
      };
      await page.getByRole("link", { name: /Google/ }).waitFor();
      await check("sign-in");
      await page.getByRole("link", { name: /Google/ }).click();
      await chartReady(page);
      await check("market");
      await page.goto(`${server.url}/strategies`);
      await page.getByRole("table").waitFor();
      await check("strategies");
      await menu(page).click();
      await page.locator(".person-leave").waitFor();
      await check("account menu");
      await page.goto(`${server.url}/account`);
      await page.locator(".login").first().waitFor();
      await check("account");
      await page.locator(".button-danger").last().click();
      await page.getByRole("dialog").waitFor();
      await check("deletion");
    },
    AXE_MS_MAX,
  );

  test("reaches everything by keys", async () => {
    const page = await signedIn("moe", { path: "/strategies" });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("content");
    await menu(page).focus();
    await page.keyboard.press("Enter");
    const market = page.getByRole("link", { name: "Market", exact: true });
    await expect.poll(() => market.evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press("Escape");
    await market.waitFor({ state: "detached" });
    await expect
      .poll(() => menu(page).evaluate((node) => node === document.activeElement))
      .toBe(true);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Account", exact: true }).focus();
    await page.keyboard.press("Enter");
    await heading(page, "Account").waitFor();
  });
});

describe("local mode", () => {
  let local: Outcry;
  beforeAll(async () => {
    local = await startServer(pages.folder);
  });
  afterAll(() => local?.close());

  test("asks nobody to sign in, says so, and offers no way out", async () => {
    const opened = await openPage(browser, local.url, { path: "/sign-in" });
    watched.push(opened);
    const { page } = opened;
    await chartReady(page);
    await page.getByRole("button", { name: "Account menu of Local user" }).click();
    await page.getByText("No login, local mode").waitFor();
    expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
    await page.getByRole("link", { name: "Strategies", exact: true }).click();
    await page.getByText("42 strategies").waitFor();
    await page.goto(`${local.url}/account`);
    await page.getByText("Outcry runs in local mode").waitFor();
    await page.getByText("The local user stays").waitFor();
    expect(await page.getByRole("button", { name: /Delete/ }).count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });
});
