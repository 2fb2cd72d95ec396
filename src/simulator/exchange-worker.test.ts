/** The worker's contract with the server that starts it: orders in, one answer out. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import type { ExchangeAnswer } from "./exchange-worker.ts";

const folder = mkdtempSync(join(tmpdir(), "exchange-worker-"));
afterAll(() => rmSync(folder, { recursive: true }));

const workers: Worker[] = [];
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()));
});

async function answerTo(workerData: unknown): Promise<ExchangeAnswer> {
  const worker = new Worker(new URL("./exchange-worker.ts", import.meta.url), { workerData });
  workers.push(worker);
  return await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

async function klines(answer: ExchangeAnswer, query: string): Promise<unknown[][]> {
  if (answer.kind !== "listening") throw new Error(answer.message);
  return await (await fetch(`${answer.restUrl}/api/v3/klines?${query}`)).json();
}

describe("the exchange worker", () => {
  test("listens on loopback with a simulated market at the present", async () => {
    const market = { kind: "simulated", seed: 1, symbols: ["BTCUSDT", "ETHUSDT"] };
    const answer = await answerTo({ market, speed: 1 });
    expect(answer).toMatchObject({ kind: "listening", symbols: ["BTCUSDT", "ETHUSDT"] });
    const [[openTime] = []] = await klines(answer, "symbol=BTCUSDT&interval=1m&limit=1");
    expect(Math.abs(Number(openTime) - Date.now())).toBeLessThan(120_000);
  });

  test("starts a replay at its first minute, or where it is told", async () => {
    const file = join(folder, "BTCUSDT-1m-2021-04.csv");
    const rows = Array.from({ length: 10 }, (_, i) => `${1617321600000 + i * 60_000},1,2,1,2,3`);
    writeFileSync(file, rows.join("\n"));
    const market = { kind: "replay", files: [file], symbols: null };
    const query = "symbol=BTCUSDT&interval=1m&startTime=0&endTime=9999999999999";
    const fromStart = await answerTo({ market, speed: 1 });
    expect(fromStart).toMatchObject({ kind: "listening", symbols: ["BTCUSDT"] });
    expect((await klines(fromStart, query)).length).toBeLessThanOrEqual(1);
    const later = await answerTo({ market, speed: 1, startTime: 1617321600000 + 300_000 });
    expect((await klines(later, query)).map((row) => row[0])).toEqual(
      expect.arrayContaining([0, 1, 2, 3, 4].map((i) => 1617321600000 + i * 60_000)),
    );
  });

  test.each([
    ["no orders", undefined, /simulated exchange/],
    [
      "a speed of 0",
      { market: { kind: "simulated", seed: 1, symbols: ["A1"] }, speed: 0 },
      /speed/,
    ],
    ["no symbols", { market: { kind: "simulated", seed: 1, symbols: [] }, speed: 1 }, /symbols/],
    [
      "a file that is missing",
      { market: { kind: "replay", files: ["/nowhere/BTCUSDT-1m-x.csv"], symbols: null }, speed: 1 },
      /\/nowhere\/BTCUSDT-1m-x\.csv: cannot be read/,
    ],
  ])("says what is wrong with %s", async (_name, data, message) => {
    const answer = await answerTo(data);
    expect(answer.kind).toBe("failed");
    if (answer.kind === "failed") expect(answer.message).toMatch(message);
  });
});
