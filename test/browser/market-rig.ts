/** A real server with freshly built pages, and pages of a real browser that must stay silent. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { pino } from "pino";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { parseConfig } from "../../src/server/config.ts";
import { Outcry } from "../../src/server/main.ts";

const SYMBOLS = "BTCUSDT,ETHUSDT,XRPUSDT";

/** Builds the pages as they stand now, in a process of its own: tests run React's development form. */
export async function buildPages(): Promise<{ folder: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "outcry-pages-"));
  const { NODE_ENV: _, ...env } = process.env;
  const vite = resolve("node_modules/vite/bin/vite.js");
  const parameters = [vite, "build", "--outDir", folder, "--emptyOutDir", "--logLevel", "error"];
  await promisify(execFile)(process.execPath, parameters, { env });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts the server on a data folder of its own and waits until its market is open. */
export async function startServer(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcry> {
  const data = mkdtempSync(join(tmpdir(), "outcry-data-"));
  const parsed = parseConfig({
    ...{ PORT: "0", SYMBOLS, MARKET: "simulated", SIMULATED_SEED: "3", OUTCRY_DATA: data },
    ...environment,
  });
  if (parsed.kind === "refused") throw new Error(JSON.stringify(parsed.refusals));
  const outcry = await Outcry.start({
    config: parsed.config,
    pages: { kind: "built", folder },
    log: pino({ level: "silent" }),
    onFault: (cause) => {
      throw cause;
    },
  });
  await fetch(`${outcry.url}/api/instruments`);
  const close = async () => {
    await Outcry.prototype.close.call(outcry);
    rmSync(data, { recursive: true, force: true });
  };
  return Object.assign(outcry, { close });
}

export interface View {
  readonly width?: number;
  readonly height?: number;
  readonly locale?: string;
  readonly path?: string;
  /** What localStorage holds when the page is first opened. */
  readonly stored?: Readonly<Record<string, string>>;
  /** What the browser adds to every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A page with all that it complained about: console, uncaught errors, the security policy. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
  readonly context: BrowserContext;
}

export async function openPage(
  browser: Browser,
  url: string,
  {
    width = 1440,
    height = 900,
    locale = "en-US",
    path = "/",
    stored = {},
    headers = {},
  }: View = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    locale,
    extraHTTPHeaders: headers,
  });
  await context.addInitScript((values) => {
    for (const [key, value] of Object.entries(values)) {
      if (localStorage.getItem(key) === null) localStorage.setItem(key, value);
    }
  }, stored);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  await page.goto(url + path);
  return { page, complaints, context };
}

/** Waits until the chart is there with a price. */
export async function chartReady(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    /\d/.test(document.querySelector("[data-testid=price]")?.textContent ?? ""),
  );
  await page.locator(".chart-skeleton").waitFor({ state: "detached" });
}

/** Several patiences: a browser among all other tests on a small machine takes its time. */
export const BROWSER_TEST_MS_MAX = 90_000;

/** For `expect.poll`: longer than every delay that the page promises, shorter than a test. */
export const PATIENCE = { timeout: 25_000 } as const;

/** The text of a cell of the market bar by its label. */
export async function barCell(page: Page, label: string): Promise<string> {
  return await page.locator(".bar-cell", { hasText: label }).locator("dd").innerText();
}

/** The number in an English text such as "63,412.50". */
export function numberIn(text: string): number {
  return Number(text.replace(/[^0-9.-]/g, ""));
}
