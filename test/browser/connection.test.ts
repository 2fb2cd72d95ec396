/** The page tells the truth about its data, and comes back by itself without a gap. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { MINUTE_MS } from "../../src/core/timeframe.ts";
import { indicatorValuesAnswer } from "../../src/protocol/market.ts";
import type { Outcry } from "../../src/server/main.ts";
import { startExchangeServer } from "../../src/simulator/exchange-server.ts";
import { seededMarket } from "../../src/simulator/seeded-market.ts";
import { launchBrowser } from "./browser.ts";
import { buildPages, chartReady, numberIn, openPage, PATIENCE, startServer } from "./market-rig.ts";

/** Minutes of market a minute: a candle closes every second. */
const SPEED = 60;

let browser: Browser;
let pages: Awaited<ReturnType<typeof buildPages>>;
const closing: Array<() => Promise<unknown>> = [];

beforeAll(async () => {
  [browser, pages] = await Promise.all([launchBrowser(), buildPages()]);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  await browser?.close();
  pages?.remove();
});

async function opened(outcry: Outcry): Promise<{ page: Page; complaints: string[] }> {
  const { page, complaints, context } = await openPage(browser, outcry.url);
  closing.push(() => context.close());
  await chartReady(page);
  return { page, complaints };
}

const kind = (page: Page) => page.locator(".status").getAttribute("data-kind");

test("closed candles follow one another, and indicators go on as the server computes them", async () => {
  const outcry = await startServer(pages.folder, { MARKET_SPEED: String(SPEED) });
  closing.push(() => outcry.close());
  const { page, complaints } = await opened(outcry);
  let snapshots = 0;
  page.on("request", (request) => {
    if (request.url().includes("trading-shared")) snapshots += 1;
  });
  const first = await lastClosed(page);
  const sixLater = first + 6 * MINUTE_MS;
  await expect.poll(() => lastClosed(page), PATIENCE).toBeGreaterThan(sixLater);
  const openTime = await lastClosed(page);
  const query = `symbol=BTCUSDT&timeframe=1m&indicator=ema(50)&from=${openTime}&to=${openTime}`;
  const answer = async () => {
    const response = await fetch(`${outcry.url}/api/indicators/values?${query}`);
    return indicatorValuesAnswer.parse(await response.json()).values[0];
  };
  await expect.poll(answer, PATIENCE).toBeDefined();
  const [time, value] = (await answer()) ?? [];
  expect(time).toBe(openTime);
  const shown = page.locator('[data-indicator="ema(50)"] .legend-value');
  expect(numberIn(await shown.innerText())).toBeCloseTo(value ?? 0, 2);
  expect(snapshots, "no snapshot was needed again").toBe(0);
  expect(complaints).toEqual([]);
});

test("a server that restarts is waited for, and the chart goes on", async () => {
  let outcry = await startServer(pages.folder);
  const PORT = new URL(outcry.url).port;
  const { page, complaints } = await opened(outcry);
  await outcry.close();
  await page.getByText("The connection to the server is lost.").waitFor();
  expect(await kind(page)).toBe("reconnecting");
  expect(await page.getByTestId("price").innerText(), "what was known stays").toMatch(/\d/);
  outcry = await startServer(pages.folder, { PORT });
  closing.push(() => outcry.close());
  await expect.poll(() => kind(page), PATIENCE).toBe("live");
  await page.getByText("The connection to the server is lost.").waitFor({ state: "detached" });
  const price = await page.getByTestId("price").innerText();
  await expect.poll(() => page.getByTestId("price").innerText(), PATIENCE).not.toBe(price);
  // The browser itself notes every attempt that found nobody; nothing else may stand there.
  expect(complaints.filter((line) => !line.includes("Failed to load resource"))).toEqual([]);
});

test("a market that is lost behind the server is said to be stale, since when, until it is back", async () => {
  const market = seededMarket(3, ["BTCUSDT", "ETHUSDT", "XRPUSDT"]);
  const exchange = await startExchangeServer({ market });
  const port = Number(new URL(exchange.restUrl).port);
  const outcry = await startServer(pages.folder, {
    MARKET: "binance",
    BINANCE_REST_URL: exchange.restUrl,
    BINANCE_STREAM_URL: exchange.streamUrl,
  });
  closing.push(() => outcry.close());
  const { page, complaints } = await opened(outcry);
  await expect.poll(() => kind(page), PATIENCE).toBe("live");
  expect(await page.getByText("prices are invented").count()).toBe(0);
  await exchange.close();
  await page
    .getByText(/The server has no fresh data from the market since \d\d:\d\d:\d\d/)
    .waitFor();
  expect(await kind(page)).toBe("stale");
  const again = await startExchangeServer({ market, port });
  closing.push(() => again.close());
  await expect.poll(() => kind(page), PATIENCE).toBe("live");
  expect(complaints).toEqual([]);
}, 60_000);

test("a stream that falls silent without ending is noticed and replaced", async () => {
  const proxy = await startProxy();
  closing.push(proxy.close);
  const url = `http://localhost:${proxy.port}`;
  const outcry = await startServer(pages.folder, { APP_URL: url });
  closing.push(() => outcry.close());
  proxy.passTo(Number(new URL(outcry.url).port));
  const { page, context } = await openPage(browser, url);
  closing.push(() => context.close());
  await chartReady(page);
  await expect.poll(() => kind(page), PATIENCE).toBe("live");
  const again = page.waitForRequest(/trading-shared/, { timeout: SILENCE_NOTICED_MS_MAX });
  proxy.freeze();
  await again;
  await expect.poll(() => kind(page), PATIENCE).toBe("live");
  const price = await page.getByTestId("price").innerText();
  await expect.poll(() => page.getByTestId("price").innerText(), PATIENCE).not.toBe(price);
}, 60_000);

/** Fifteen seconds of silence, a second of looking, and the slowness of a test machine. */
const SILENCE_NOTICED_MS_MAX = 20_000;

/** The open time of the newest closed candle, as a person reads it by keys. */
async function lastClosed(page: Page): Promise<number> {
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const said = await page.locator(".chart > [role=status]").first().innerText();
  const [, day = "", time = ""] = /, (\d+ \w+ \d+), (\d\d:\d\d) UTC/.exec(said) ?? [];
  return Date.parse(`${day} ${time} UTC`);
}

/** Passes bytes on to the server; `freeze` stops those of the streams that are open, and cuts nothing. */
async function startProxy() {
  let target = 0;
  const sockets = new Set<Socket>();
  const streams: Socket[] = [];
  const server = createServer((socket) => {
    const upstream = connect(target, "127.0.0.1");
    socket.pipe(upstream).pipe(socket);
    socket.on("data", (chunk) => {
      if (String(chunk).includes("GET /api/trading-shared")) streams.push(upstream);
    });
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on("error", () => one.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    passTo: (port: number) => {
      target = port;
    },
    freeze: () => {
      for (const upstream of streams.splice(0)) upstream.unpipe().pause();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
