/** The server as a process: what it says, how it refuses, and how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { statisticsSchema } from "../src/protocol/statistics.ts";
import { startExchangeServer } from "../src/simulator/exchange-server.ts";
import { seededMarket } from "../src/simulator/seeded-market.ts";

const MAIN = resolve("src/server/main.ts");
const folder = mkdtempSync(join(tmpdir(), "outcry-process-"));
const running = new Set<Run>();

afterEach(async () => {
  for (const run of running) run.child.kill("SIGKILL");
  running.clear();
});
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** One run of the server, with all that it has said. */
class Run {
  readonly child: ChildProcess;
  output = "";
  errors = "";
  readonly #wakes = new Set<() => void>();
  readonly #exit: Promise<number | null>;

  constructor(
    environment: Record<string, string>,
    { cwd = folder, nodeOptions = [] }: { cwd?: string; nodeOptions?: readonly string[] } = {},
  ) {
    const { PATH = "" } = process.env;
    this.child = spawn(process.execPath, [...nodeOptions, MAIN], {
      cwd,
      env: { PATH, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (chunk) => this.#note(String(chunk), ""));
    this.child.stderr?.on("data", (chunk) => this.#note("", String(chunk)));
    this.#exit = once(this.child, "close").then(([code]) => {
      this.#note("", "");
      return code;
    });
    running.add(this);
  }

  #note(output: string, errors: string): void {
    this.output += output;
    this.errors += errors;
    for (const wake of this.#wakes) wake();
  }

  exit(): Promise<number | null> {
    return this.#exit;
  }

  /** The first group of the pattern, as soon as the log has it. */
  said(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        const found = pattern.exec(this.output);
        if (found !== null) resolve(found[1] ?? found[0]);
        else if (this.child.exitCode !== null) reject(new Error(this.output + this.errors));
        else return;
        this.#wakes.delete(wake);
      };
      this.#wakes.add(wake);
      wake();
    });
  }

  url(): Promise<string> {
    return this.said(/Outcry listens on (\S+)/);
  }
}

/** An address at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("wrong configuration", () => {
  test("all that is wrong is named, one line each, and the exit code is 1", async () => {
    const run = new Run({ PORT: "70000", MARKET: "kraken", METRICS_TOKEN: "hunter2" });
    expect(await run.exit()).toBe(1);
    expect(run.output).toBe("");
    expect(run.errors.trimEnd().split("\n")).toEqual([
      'outcry: PORT: found "70000", expected a whole number from 0 to 65535',
      'outcry: MARKET: found "kraken", expected binance, simulated or replay:<file>[,<file>…]',
      "outcry: METRICS_TOKEN: found a value that is not shown, expected at least 24 printable characters without spaces",
    ]);
  });

  test("a file .env is read, and the environment goes before it", async () => {
    const cwd = mkdtempSync(join(folder, "env-"));
    writeFileSync(join(cwd, ".env"), "PORT=70000\nLOG_LEVEL=loud\n");
    const run = new Run({ LOG_LEVEL: "info" }, { cwd });
    const both = new Run({ PORT: "80000" }, { cwd });
    expect(await run.exit()).toBe(1);
    expect(run.errors).toBe(
      'outcry: PORT: found "70000", expected a whole number from 0 to 65535\n',
    );
    expect(await both.exit()).toBe(1);
    expect(both.errors).toContain('PORT: found "80000"');
    expect(both.errors).toContain('LOG_LEVEL: found "loud"');
  });

  test("a port that is taken is said in one line", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const run = new Run({ PORT: String(port), MARKET: "simulated" });
    expect(await run.exit()).toBe(1);
    expect(run.errors).toBe(
      `outcry: PORT: found "${port}", expected a port that no other program listens on\n`,
    );
    server.close();
  });

  test("a replay file that is not there ends the start", async () => {
    const run = new Run({ PORT: "0", MARKET: "replay:BTCUSDT-1m-1999-01.csv" });
    expect(await run.exit()).toBe(1);
    expect(run.output).toContain("BTCUSDT-1m-1999-01.csv");
  });
});

describe("what is kept", () => {
  const own = { origin: "", "content-type": "application/json" };

  test("survives a kill: the account and its strategies are there at the next start", async () => {
    const environment = { PORT: "0", MARKET: "simulated", OUTCRY_DATA: join(folder, "kept") };
    const first = new Run(environment);
    const url = await first.url();
    expect(await (await fetch(`${url}/api/me`)).json()).toMatchObject({ id: 1, mode: "local" });
    const answer = await fetch(`${url}/api/me`, {
      method: "PATCH",
      body: JSON.stringify({ displayName: "Kept" }),
      headers: { ...own, origin: url },
    });
    expect(answer.status).toBe(200);
    first.child.kill("SIGKILL");
    await first.exit();
    const second = new Run(environment);
    const again = await second.url();
    expect(await (await fetch(`${again}/api/me`)).json()).toMatchObject({ displayName: "Kept" });
    const { strategies } = await (await fetch(`${again}/api/strategies`)).json();
    expect(strategies).toHaveLength(42);
  });

  test("belongs to one Outcry: a second start says so in one line", async () => {
    const environment = { PORT: "0", MARKET: "simulated", OUTCRY_DATA: join(folder, "held") };
    const first = new Run(environment);
    await fetch(`${await first.url()}/api/me`);
    const second = new Run(environment);
    expect(await second.exit()).toBe(1);
    expect(second.errors).toMatch(
      /^outcry: Another Outcry \(process \d+\) uses the data folder .+held\. Stop it first, or set OUTCRY_DATA to another folder\.\n$/,
    );
  });

  test("a database that cannot be reached is said in one line, without its password", async () => {
    const url = `postgres://outcry:hunter2@127.0.0.1:${await closedPort()}/outcry`;
    const run = new Run({ PORT: "0", MARKET: "simulated", DATABASE_URL: url });
    expect(await run.exit()).toBe(1);
    expect(run.errors).toMatch(
      /^outcry: The database 127\.0\.0\.1:\d+\/outcry as outcry cannot be reached: /,
    );
    expect(run.errors.trimEnd().split("\n")).toHaveLength(1);
    expect(run.errors + run.output).not.toContain("hunter2");
  });
});

describe("protected mode", () => {
  const credentials = {
    GOOGLE_CLIENT_ID: "client-id.apps.example",
    GOOGLE_CLIENT_SECRET: "client-secret-of-google",
  };

  test("half of the credentials is one clear line", async () => {
    const run = new Run({ GOOGLE_CLIENT_ID: credentials.GOOGLE_CLIENT_ID });
    expect(await run.exit()).toBe(1);
    expect(run.errors).toBe(
      "outcry: GOOGLE_CLIENT_SECRET: found nothing, expected the value that belongs to GOOGLE_CLIENT_ID: both are set for sign-in, or none for local mode\n",
    );
  });

  test("starts without the provider, lets nobody in unasked, and keeps a secret of its own", async () => {
    const data = join(folder, "protected");
    const { secret, ...environment } = { secret: join(data, "session-secret"), ...credentials };
    const issuer = `http://127.0.0.1:${await closedPort()}`;
    const settings = { PORT: "0", MARKET: "simulated", OUTCRY_DATA: data, OIDC_ISSUER: issuer };
    const run = new Run({ ...environment, ...settings });
    const port = new URL(await run.url()).port;
    await run.said(/protected mode: everybody signs in/);
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual" });
    for (const path of ["/api/me", "/api/strategies", "/api/trading-shared?action=start"]) {
      expect((await ask(path)).status, path).toBe(401);
    }
    await run.said(/the market is open/);
    for (const path of ["/livez", "/api/ws-stats", "/api/indicators", "/api/instruments"]) {
      expect((await ask(path)).status, path).toBe(200);
    }
    const begun = await ask("/api/auth/signin/google");
    expect(begun.headers.get("location")).toBe("/sign-in?error=provider_unreachable");
    const kept = readFileSync(secret, "utf8").trim();
    expect(kept).toMatch(/^[\w-]{43}$/);
    run.child.kill("SIGTERM");
    expect(await run.exit()).toBe(0);
    for (const word of [kept, credentials.GOOGLE_CLIENT_SECRET]) {
      expect(run.output + run.errors).not.toContain(word);
    }
  });

  test("never falls back to the simulated market", async () => {
    const address = `127.0.0.1:${await closedPort()}`;
    const run = new Run({
      ...credentials,
      PORT: "0",
      OUTCRY_DATA: join(folder, "never"),
      BINANCE_REST_URL: `http://${address}`,
      BINANCE_STREAM_URL: `ws://${address}`,
    });
    await run.url();
    await run.said(/the exchange refused/);
    expect(run.output).not.toContain("SIMULATED");
  });
});

describe("which market", () => {
  test("a machine that has traded on Binance before starts disconnected and asks again", async () => {
    const exchange = await startExchangeServer({ market: seededMarket(5, ["BTCUSDT"]) });
    const data = { PORT: "0", OUTCRY_DATA: join(folder, "traded"), SYMBOLS: "BTCUSDT" };
    const connected = new Run({
      ...data,
      BINANCE_REST_URL: exchange.restUrl,
      BINANCE_STREAM_URL: exchange.streamUrl,
    });
    await connected.said(/the market is open: binance/);
    connected.child.kill("SIGTERM");
    expect(await connected.exit()).toBe(0);
    await exchange.close();
    const address = `127.0.0.1:${await closedPort()}`;
    const alone = new Run({
      ...data,
      BINANCE_REST_URL: `http://${address}`,
      BINANCE_STREAM_URL: `ws://${address}`,
    });
    await alone.said(/does not answer: asking again until it does/);
    await alone.said(/the exchange refused/);
    expect(alone.output).not.toContain("SIMULATED");
  });

  test("without Binance in reach it is the simulated one, said loudly", async () => {
    const address = `127.0.0.1:${await closedPort()}`;
    const run = new Run({
      PORT: "0",
      BINANCE_REST_URL: `http://${address}`,
      BINANCE_STREAM_URL: `ws://${address}`,
    });
    const url = await run.url();
    await run.said(/does not answer: starting the SIMULATED MARKET instead/);
    await run.said(/SIMULATED MARKET: prices are invented/);
    await run.said(/the market is open: simulated/);
    const answer = await (await fetch(`${url}/api/ws-stats`)).json();
    expect(statisticsSchema.parse(answer).market).toBe("simulated");
  });

  test("MARKET=binance never falls back: it waits, and says so", async () => {
    const address = `127.0.0.1:${await closedPort()}`;
    const run = new Run({
      PORT: "0",
      MARKET: "binance",
      BINANCE_REST_URL: `http://${address}`,
      BINANCE_STREAM_URL: `ws://${address}`,
    });
    const url = await run.url();
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const waiting = [fetch(`${url}/api/trading-shared?action=start`), fetch(`${url}/api/candles`)];
    // An answer on a later connection shows that the two before have arrived.
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(run.output).not.toContain("SIMULATED");
    // Who waits for the market is not kept waiting by a stop, nor keeps the server.
    const began = Date.now();
    run.child.kill("SIGTERM");
    for (const response of await Promise.all(waiting)) {
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ code: "market_not_open" });
    }
    expect(await run.exit()).toBe(0);
    expect(Date.now() - began).toBeLessThan(5_000);
  });
});

describe("the end", () => {
  test("SIGTERM with 500 streams open: each is told, and the exit code is 0 within 10 s", async () => {
    const run = new Run({ PORT: "0", MARKET: "simulated" });
    const { host, port } = new URL(await run.url());
    await run.said(/the market is open/);
    const sockets: Socket[] = [];
    const texts: string[] = [];
    for (let i = 0; i < 500; i += 1) {
      const socket = connect(Number(port), "127.0.0.1");
      socket.write(`GET /api/trading-shared?action=start HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      texts.push("");
      socket.on("data", (chunk) => {
        texts[i] += String(chunk);
      });
      sockets.push(socket);
    }
    await Promise.all(sockets.map((socket) => once(socket, "data")));
    const closed = Promise.all(sockets.map((socket) => once(socket, "close")));
    const began = Date.now();
    run.child.kill("SIGTERM");
    await closed;
    expect(await run.exit()).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(texts.filter((text) => text.includes("event: bye"))).toHaveLength(500);
    expect(run.errors).toBe("");
  });

  test("SIGTERM while a client does not read, and another has asked for half a request", async () => {
    const run = new Run({ PORT: "0", MARKET: "simulated" });
    const { host, port } = new URL(await run.url());
    await run.said(/the market is open/);
    const deaf = connect(Number(port), "127.0.0.1");
    deaf.write(`GET /api/trading-shared?action=start HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await once(deaf, "readable");
    const slow = connect(Number(port), "127.0.0.1");
    slow.write(`GET /livez HTTP/1.1\r\nHost: ${host}\r\n`);
    await once(slow, "connect");
    const began = Date.now();
    run.child.kill("SIGTERM");
    expect(await run.exit()).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
    deaf.destroy();
    slow.destroy();
  });

  test("SIGTERM while the market opens", async () => {
    const run = new Run({ PORT: "0", MARKET: "simulated" });
    await run.url();
    run.child.kill("SIGTERM");
    expect(await run.exit()).toBe(0);
  });

  test.each([
    ["an exception", "throw new Error('boom')"],
    ["a rejection", "Promise.reject(new Error('boom'))"],
  ])("%s that nobody catches is logged, and the exit code is 1", async (_name, fault) => {
    const code = `setTimeout(() => { ${fault} }, 1500)`;
    const run = new Run(
      { PORT: "0", MARKET: "simulated" },
      {
        nodeOptions: ["--import", `data:text/javascript,${code}`],
      },
    );
    expect(await run.exit()).toBe(1);
    expect(run.output).toMatch(/"level":60.*boom/);
  });
});
