/** The market page in a real browser against the real server: what a trader sees and does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { indicatorValuesAnswer } from "../../src/protocol/market.ts";
import type { Outcry } from "../../src/server/main.ts";
import { launchBrowser } from "./browser.ts";
import {
  BROWSER_TEST_MS_MAX,
  barCell,
  buildPages,
  chartReady,
  numberIn,
  openPage,
  PATIENCE,
  startServer,
  type View,
  type WatchedPage,
} from "./market-rig.ts";

vi.setConfig({ testTimeout: BROWSER_TEST_MS_MAX });

let browser: Browser;
let pages: Awaited<ReturnType<typeof buildPages>>;
let outcry: Outcry;
let opened: WatchedPage | null = null;

beforeAll(async () => {
  [browser, pages] = await Promise.all([launchBrowser(), buildPages()]);
  outcry = await startServer(pages.folder);
});
afterAll(async () => {
  await browser?.close();
  await outcry?.close();
  pages?.remove();
});
afterEach(async () => {
  const complaints = opened?.complaints ?? [];
  await opened?.context.close();
  opened = null;
  expect(complaints, "the console stays empty").toEqual([]);
});

async function market(view: View = {}): Promise<Page> {
  opened = await openPage(browser, outcry.url, view);
  await chartReady(opened.page);
  return opened.page;
}

const pressed = (page: Page, name: string) =>
  page.getByRole("button", { name, exact: true, pressed: true });

/** Waits until the price is another one. */
async function otherPrice(page: Page): Promise<void> {
  const price = page.getByTestId("price");
  const former = await price.innerText();
  await expect.poll(() => price.innerText(), PATIENCE).not.toBe(former);
}

/** What the browser remembers of somebody who chose these colours. */
function look(theme: string, palette: string): Record<string, string> {
  const value = { theme, palette, language: null, symbol: null, timeframe: "1m" };
  return { "outcry.preferences": JSON.stringify({ version: 1, value }) };
}

/** What axe has against the page, or against one part of it. */
async function violations(page: Page, part?: string): Promise<string[]> {
  const builder = new AxeBuilder({ page });
  const found = await (part === undefined ? builder : builder.include(part)).analyze();
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`,
  );
}

/** Buttons and links that lie over one another; runs in the page. */
function overlaps(): string[] {
  const nodes = [...document.querySelectorAll(".header :is(a, button), .toolbar button")];
  const boxes = nodes
    .map((node) => ({ name: node.textContent ?? "", box: node.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0);
  return boxes.flatMap((one, i) =>
    boxes
      .slice(i + 1)
      .filter(({ box }) => {
        const width = Math.min(box.right, one.box.right) - Math.max(box.left, one.box.left);
        const height = Math.min(box.bottom, one.box.bottom) - Math.max(box.top, one.box.top);
        return width > 1 && height > 1;
      })
      .map((other) => `${one.name} over ${other.name}`),
  );
}

/** What is drawn on the canvas, without the words that lie over it. */
const pixels = (page: Page) =>
  page
    .locator(".chart-fill canvas")
    .evaluateAll((nodes) =>
      nodes.map((node) => (node instanceof HTMLCanvasElement ? node.toDataURL() : "")).join(),
    );

describe("the chart", () => {
  test("appears soon, and its forming candle moves", async () => {
    const began = performance.now();
    // Without indicators, so that only the candle itself can change the picture.
    const page = await market({ stored: { "outcry.indicators": '{"version":1,"value":[]}' } });
    expect(performance.now() - began).toBeLessThan(FIRST_CHART_MS_MAX);
    // By the first other price the typeface is there and all is drawn.
    await otherPrice(page);
    const picture = await pixels(page);
    await otherPrice(page);
    await expect.poll(() => pixels(page), PATIENCE).not.toBe(picture);
    expect(await page.title()).toMatch(/^[\d,.]+ BTCUSDT 1m · Outcry$/);
  });

  test("says that its market is invented and its money is paper", async () => {
    const page = await market();
    await page.getByText("Simulated market: prices are invented.").waitFor();
    await page.getByText("Paper trading, simulated").first().waitFor();
    await page.getByText("forming", { exact: true }).waitFor();
    await page.getByText(/^Live$/).waitFor();
  });

  test("fills the market bar with what the server computed", async () => {
    const page = await market();
    await page.waitForFunction(
      () => !/–/.test(document.querySelector(".bar-cells")?.textContent ?? "–"),
    );
    for (const label of ["EMA 12", "EMA 26", "EMA 50", "EMA 200"]) {
      expect(numberIn(await barCell(page, label))).toBeGreaterThan(0);
    }
    const rsi = numberIn(await barCell(page, "RSI 14"));
    expect(rsi).toBeGreaterThan(0);
    expect(rsi).toBeLessThan(100);
  });

  test("reads a closed candle by key, with the server's own indicator value", async () => {
    const page = await market({ path: "/?symbol=ETHUSDT&timeframe=1d" });
    const row = page.locator('[data-indicator="ema(50)"] .legend-value');
    await page.waitForFunction(() =>
      /\d/.test(
        document.querySelector('[data-indicator="ema(50)"] .legend-value')?.textContent ?? "",
      ),
    );
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    const answer = await fetch(
      `${outcry.url}/api/indicators/values?symbol=ETHUSDT&timeframe=1d&indicator=ema(50)`,
    );
    const last = indicatorValuesAnswer.parse(await answer.json()).values.at(-1);
    await expect
      .poll(async () => numberIn(await row.innerText()), PATIENCE)
      .toBeCloseTo(last?.[1] ?? 0, 2);
    expect(await page.locator(".chart [role=status]").first().innerText()).toMatch(/UTC: Open/);
  });

  test("loads older candles when one goes back", async () => {
    const page = await market({ path: "/?timeframe=1h" });
    const answered = page.waitForResponse((response) => response.url().includes("/api/candles?"));
    for (let i = 0; i < 8; i += 1) await page.keyboard.press("-");
    expect((await answered).status()).toBe(200);
    await page.getByText("Older candles are on their way").waitFor({ state: "detached" });
  });
});

/** On a machine that runs all other tests too; on a quiet one the goal is two seconds. */
const FIRST_CHART_MS_MAX = 10_000;

describe("choosing", () => {
  test("a timeframe by mouse and by key, kept in the address and remembered", async () => {
    const page = await market();
    await page.getByRole("button", { name: "15 minutes" }).click();
    await page.waitForURL(/timeframe=15m/);
    await pressed(page, "15 minutes").waitFor();
    await page.keyboard.press("5");
    await page.waitForURL(/timeframe=4h/);
    await page.getByText("BTCUSDT · 4h").waitFor();
    await page.goBack();
    await page.getByText("BTCUSDT · 15m").waitFor();
    await page.goto(`${outcry.url}/`);
    await page.getByText("BTCUSDT · 15m").waitFor();
    await page.waitForURL(/symbol=BTCUSDT&timeframe=15m/);
  });

  test("a symbol in the list, and by keys alone", async () => {
    const page = await market();
    await page.getByRole("button", { name: /^ETH/ }).click();
    await page.waitForURL(/symbol=ETHUSDT/);
    await page.getByText("ETHUSDT · 1m").waitFor();
    await page.keyboard.press("/");
    await page.getByRole("combobox").waitFor();
    await page.keyboard.type("xr");
    await page.keyboard.press("Enter");
    await page.waitForURL(/symbol=XRPUSDT/);
    await chartReady(page);
    expect(await page.getByTestId("price").innerText()).toMatch(/^\d\.\d{4}$/);
  });

  test("a symbol that the server does not know is refused with those it knows", async () => {
    opened = await openPage(browser, outcry.url, { path: "/?symbol=DOGEUSDT" });
    const { page, complaints } = opened;
    await page.getByText("This server does not follow that symbol.").waitFor();
    await page.getByRole("alert").getByRole("button", { name: "ETHUSDT" }).click();
    await chartReady(page);
    await page.getByText("ETHUSDT · 1m").waitFor();
    // The browser itself notes the refusals; nothing else may stand there.
    expect(complaints.filter((line) => !line.includes("400 (Bad Request)"))).toEqual([]);
    complaints.length = 0;
  });

  test("an address full of nonsense, and a broken memory, show the market all the same", async () => {
    const page = await market({
      path: "/?symbol=%3Cscript%3E&timeframe=2m&x=1",
      stored: {
        "outcry.preferences": '{"version":1,"value":{"theme":"pink"}}',
        "outcry.indicators": "[[[",
      },
    });
    await page.getByText("BTCUSDT · 1m").waitFor();
    await page.locator('[data-indicator="rsi(14)"]').waitFor();
  });
});

describe("indicators", () => {
  test("are added, changed, removed, and remembered", async () => {
    const page = await market();
    await page.keyboard.press("i");
    await page.getByRole("textbox", { name: "Search an indicator" }).fill("macd");
    await page.getByRole("button", { name: /Formula and meaning of Moving average conv/ }).click();
    await page.getByText("signal = EMA(signal) of the line").waitFor();
    await page.getByRole("button", { name: /^Add Moving average conv/ }).click();
    await page.keyboard.press("Escape");
    const macd = page.locator('[data-indicator="macd(12, 26, 9)"]');
    await macd.waitFor();
    await expect
      .poll(() => macd.locator(".legend-value").first().innerText(), PATIENCE)
      .toMatch(/\d/);

    await macd.hover();
    await page.getByRole("button", { name: "Settings and formula of MACD 12 26 9" }).click();
    const slow = page.getByRole("textbox", { name: "Slow period" });
    await slow.fill("5");
    await page.getByText("These values do not go together.").waitFor();
    expect(await page.getByRole("button", { name: "Apply" }).isDisabled()).toBe(true);
    await slow.fill("1001");
    await page.getByText("A whole number from 1 to 1,000").waitFor();
    await slow.fill("30");
    await page.keyboard.press("Enter");
    const edited = page.locator('[data-indicator="macd(12, 30, 9)"]');
    await expect
      .poll(() => edited.locator(".legend-value").first().innerText(), PATIENCE)
      .toMatch(/\d/);

    await page.reload();
    await edited.waitFor();
    await edited.hover();
    await page.getByRole("button", { name: "Remove MACD 12 30 9" }).click();
    await edited.waitFor({ state: "detached" });
    await page.locator('[data-indicator="ema(50)"]').waitFor();
  });

  test("say when the catalogue cannot be had, and try again", async () => {
    const page = await market();
    await page.route("**/api/indicators", (route) =>
      route.fulfill({ status: 400, json: { code: "odd", message: "no catalogue today" } }),
    );
    await page.keyboard.press("i");
    await page.getByText("The server says: no catalogue today").waitFor();
    await page.unroute("**/api/indicators");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Add Relative strength index" }).waitFor();
    const noted = opened?.complaints.splice(0) ?? [];
    expect(noted.filter((line) => !line.includes("400 (Bad Request)"))).toEqual([]);
  });
});

describe("language and theme", () => {
  test("French by the browser, English by choice, and back", async () => {
    const page = await market({ locale: "fr-FR" });
    await page.getByText("Marché simulé : les prix sont inventés.").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
    expect(await page.getByTestId("price").innerText()).toMatch(/^\d+\s\d{3},\d{2}$/);
    await page.getByRole("button", { name: "English" }).click();
    await page.getByText("Simulated market: prices are invented.").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    await page.reload();
    await page.getByText("Simulated market: prices are invented.").waitFor();
  });

  test("dark first, light by key, remembered before the first paint", async () => {
    const page = await market();
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.keyboard.press("t");
    await expect.poll(background, PATIENCE).not.toBe(dark);
    const light = await background();
    await page.reload({ waitUntil: "commit" });
    await page.waitForFunction(() => document.body !== null);
    expect(await page.locator("html").getAttribute("data-mantine-color-scheme")).toBe("light");
    await expect.poll(background, PATIENCE).toBe(light);
    await page.getByRole("button", { name: "Show rise and fall in blue and orange" }).click();
    expect(await page.locator("html").getAttribute("data-palette")).toBe("blue-orange");
  });
});

describe("everyone", () => {
  test("finds every key on a sheet, and the sheet gives the focus back", async () => {
    const page = await market();
    const help = page.getByRole("button", { name: "Keyboard shortcuts" });
    await help.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("4");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect
      .poll(() => help.evaluate((node) => node === document.activeElement), PATIENCE)
      .toBe(true);
    expect(page.url()).toContain("timeframe=1m");
  });

  test.each([
    { theme: "dark", locale: "en-US" },
    { theme: "light", locale: "fr-FR" },
  ])("axe finds nothing: $theme, $locale", async ({ theme, locale }) => {
    const page = await market({ locale, stored: look(theme, "green-red") });
    expect(await violations(page)).toEqual([]);
    await page.locator(".status").click();
    await page.getByRole("table").waitFor();
    expect(await violations(page, ".popover"), "in the connection's details").toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("table").waitFor({ state: "detached" });
    for (const key of ["i", "/", "?"]) {
      await page.keyboard.press(key);
      await page.getByRole("dialog").waitFor();
      expect(await violations(page, ".sheet"), `in the sheet of ${key}`).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await page.locator('[data-indicator="ema(50)"] button').first().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    expect(await violations(page), "with an indicator's settings").toEqual([]);
  });

  test.each(["dark", "light"])("axe finds nothing in blue and orange: %s", async (theme) => {
    const page = await market({ stored: look(theme, "blue-orange") });
    expect(await violations(page)).toEqual([]);
  });

  test.each([
    [360, 740],
    [768, 1024],
    [1024, 700],
  ])("%i pixels are wide enough", async (width, height) => {
    const page = await market({ width, height, locale: "fr-FR" });
    const overflow = () =>
      page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
    expect(await overflow()).toBe(0);
    expect(await page.evaluate(overlaps)).toEqual([]);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("i");
    await page.getByRole("dialog").waitFor();
    expect(await overflow()).toBe(0);
  });

  test("the page starts with little script", async () => {
    const page = await market();
    // What is there when the page stands; the dialogs' part is asked for only then.
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (document.querySelector(".page") === null) return;
        observer.disconnect();
        const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
        document.documentElement.dataset.loaded = loaded.join(" ");
      }).observe(document, { childList: true, subtree: true });
    });
    await page.reload();
    await chartReady(page);
    const loaded = (await page.locator("html").getAttribute("data-loaded")) ?? "";
    const scripts = loaded.split(" ").filter((address) => address.endsWith(".js"));
    expect(scripts.some((address) => address.includes("market-page"))).toBe(true);
    const sizes = scripts.map(
      (address) =>
        gzipSync(readFileSync(join(pages.folder, new URL(address).pathname)), { level: 9 }).length,
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
  });

  test("the page stands still while its figures come", async () => {
    opened = await openPage(browser, outcry.url);
    const { page } = opened;
    const shift = page.evaluate(
      (settledMs) =>
        new Promise<number>((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
              sum += "value" in entry ? Number(entry.value) : 0;
            }
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(sum), settledMs);
        }),
      SETTLED_MS,
    );
    expect(await shift).toBeLessThan(0.02);
  });
});

/** Compressed; a second on a slow mobile network. */
const SCRIPT_BYTES_MAX = 300_000;

/** Long enough for snapshot, indicators and typeface. */
const SETTLED_MS = 2_500;
