/** The web server without a market: every refusal, every header, and who may ask. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyContextConfig } from "fastify";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { problemSchema } from "../../protocol/problem.ts";
import { Metrics } from "../metrics.ts";
import { type App, buildHttp, type HttpParts, MarketGate, OpeningGate } from "./http.ts";

const folder = mkdtempSync(join(tmpdir(), "outcry-pages-"));
const TOKEN = "a-token-of-at-least-24-characters";

function parts(changes: Partial<HttpParts> = {}): HttpParts {
  return {
    log: pino({ level: "silent" }),
    mode: "local",
    gate: new MarketGate(),
    people: new OpeningGate(),
    metrics: new Metrics(),
    pages: { kind: "built", folder },
    appUrl: "http://localhost:3000",
    host: "127.0.0.1",
    trustProxy: [],
    metricsToken: TOKEN,
    ...changes,
  };
}

/** Routes of the test's own, to meet what no real route does: bodies, faults, slowness. */
function addProbes(app: App): void {
  const body = z.strictObject({ name: z.string() });
  const config = { access: "public", rows: "shared" } as const;
  app.post("/probe", { config, schema: { body } }, async ({ body }) => body);
  app.get("/probe/fault", { config }, async () => {
    throw new Error("secret: /etc/passwd");
  });
  app.get("/probe/slow", { config, handlerTimeout: 50 }, () => new Promise(() => {}));
}

let app: App;
let address = "";
let port = 0;

beforeAll(async () => {
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Outcry</title>");
  writeFileSync(join(folder, "favicon.svg"), "<svg/>");
  writeFileSync(join(folder, "assets", "page-abc123.js"), "export {};");
  app = await buildHttp(parts());
  addProbes(app);
  address = await app.listen({ port: 0, host: "127.0.0.1" });
  port = Number(new URL(address).port);
});

afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

/** Bytes as they are: `fetch` would mend them. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

function get(path: string, host: string): Promise<string> {
  return raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
}

interface Refused {
  readonly path: string;
  readonly init?: RequestInit;
  readonly status: number;
  readonly problem: z.infer<typeof problemSchema>;
}

const TIMEFRAMES = ["1m", "5m", "15m", "1h", "4h", "1d"];
const json = { "content-type": "application/json", "sec-fetch-site": "same-origin" };

const REFUSED: readonly Refused[] = [
  {
    path: "/api/trading-shared",
    status: 400,
    problem: {
      code: "invalid_action",
      message: "action is missing",
      field: "action",
      allowed: ["start"],
    },
  },
  {
    path: "/api/trading-shared?action=stop",
    status: 400,
    problem: {
      code: "invalid_action",
      message: 'action "stop" is not known',
      field: "action",
      allowed: ["start"],
    },
  },
  {
    path: "/api/trading-shared?action=start&timeframe=2m",
    status: 400,
    problem: {
      code: "invalid_timeframe",
      message: 'timeframe "2m" is not known',
      field: "timeframe",
      allowed: TIMEFRAMES,
    },
  },
  {
    path: "/api/trading-shared?action=start&timeframe=1m&timeframe=5m",
    status: 400,
    problem: {
      code: "invalid_timeframe",
      message: 'timeframe "[\\"1m\\",\\"5m\\"]" is not known',
      field: "timeframe",
      allowed: TIMEFRAMES,
    },
  },
  {
    path: "/api/ws-stats?x=1",
    status: 400,
    problem: {
      code: "unknown_field",
      message: '"x" is not a name that is known here',
      field: "x",
      allowed: [],
    },
  },
  {
    path: "/api/candles?from=20&to=10",
    status: 400,
    problem: { code: "invalid_from", message: "from lies after to", field: "from" },
  },
  {
    path: "/api/candles?from=yesterday",
    status: 400,
    problem: {
      code: "invalid_from",
      message: 'from "yesterday" cannot be taken: expected whole milliseconds since 1970',
      field: "from",
    },
  },
  ...["0", "1001", "-1", "1e3", "9".repeat(20)].map((limit) => ({
    path: `/api/candles?limit=${limit}`,
    status: 400,
    problem: {
      code: "invalid_limit",
      message: `limit "${limit}" cannot be taken: expected a whole number from 1 to 1000`,
      field: "limit",
    },
  })),
  {
    path: "/api/indicators/values",
    status: 400,
    problem: { code: "invalid_indicator", message: "indicator is missing", field: "indicator" },
  },
  {
    path: "/api/indicators/values?indicator=ema(0)",
    status: 400,
    problem: {
      code: "invalid_indicator",
      message: 'indicator at 5: found "0)", expected period, a whole number from 1 to 1000',
      field: "indicator",
    },
  },
  {
    path: "/api/nothing",
    status: 404,
    problem: { code: "not_found", message: 'nothing is at "/api/nothing"' },
  },
  {
    path: "/assets/gone-abc123.js",
    status: 404,
    problem: { code: "not_found", message: 'nothing is at "/assets/gone-abc123.js"' },
  },
  {
    path: "/assets/..%2f..%2fpackage.json",
    status: 403,
    problem: { code: "bad_request", message: "the request cannot be read" },
  },
  {
    path: "/nothing",
    init: { method: "POST", body: "{}", headers: json },
    status: 404,
    problem: { code: "not_found", message: 'nothing is at "/nothing"' },
  },
  {
    path: "/%zz",
    status: 400,
    problem: { code: "bad_request", message: "the address cannot be read" },
  },
  {
    path: "/api/ws-stats",
    init: { method: "POST", body: "{}", headers: json },
    status: 405,
    problem: {
      code: "method_not_allowed",
      message: "this address does not take that method",
      allowed: ["GET", "HEAD"],
    },
  },
  {
    path: "/probe",
    init: { method: "POST", body: `{"name":"${"x".repeat(65_536)}"}`, headers: json },
    status: 413,
    problem: { code: "body_too_large", message: "the body is larger than 64 KiB" },
  },
  ...["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"].map((type) => ({
    path: "/probe",
    init: { method: "POST", body: "name=x", headers: { ...json, "content-type": type } },
    status: 415,
    problem: {
      code: "unsupported_media_type",
      message: "the body's content type is not known",
      field: "content-type",
      allowed: ["application/json"],
    },
  })),
  ...['{"name":', '{"__proto__":{"a":1},"name":"x"}'].map((body) => ({
    path: "/probe",
    init: { method: "POST", body, headers: json },
    status: 400,
    problem: { code: "invalid_json", message: "the body is not JSON" },
  })),
  {
    path: "/probe",
    init: { method: "POST", body: '{"name":"x","admin":true}', headers: json },
    status: 400,
    problem: {
      code: "unknown_field",
      message: '"admin" is not a name that is known here',
      field: "admin",
      allowed: ["name"],
    },
  },
  {
    path: "/probe",
    init: { method: "POST", body: '{"name":1}', headers: json },
    status: 400,
    problem: {
      code: "invalid_name",
      message: 'name "1" cannot be taken: Invalid input: expected string, received number',
      field: "name",
    },
  },
  {
    path: "/probe/fault",
    status: 500,
    problem: {
      code: "internal_error",
      message: "the server made a mistake; its log has the details",
    },
  },
  {
    path: "/probe/slow",
    status: 503,
    problem: { code: "timeout", message: "the answer took too long; try again" },
  },
];

describe("refusals", () => {
  test.each(REFUSED)("$path gives $status $problem.code", async (row) => {
    const response = await fetch(address + row.path, row.init);
    expect(response.status).toBe(row.status);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(problemSchema.parse(await response.json())).toEqual(row.problem);
    expectSecurityHeaders(Object.fromEntries(response.headers));
  });

  test("an unknown indicator is answered with those that are known", async () => {
    const response = await fetch(`${address}/api/indicators/values?indicator=oracle(3)`);
    expect(response.status).toBe(400);
    const problem = problemSchema.parse(await response.json());
    expect(problem.code).toBe("invalid_indicator");
    expect(problem.allowed).toContain("ema");
  });

  test("a body of exactly 64 KiB is taken", async () => {
    const name = "x".repeat(65_536 - '{"name":""}'.length);
    const body = JSON.stringify({ name });
    expect(body.length).toBe(65_536);
    const response = await fetch(`${address}/probe`, { method: "POST", body, headers: json });
    expect(response.status).toBe(200);
  });

  test("bytes that are no HTTP get one problem and the end of the connection", async () => {
    const answer = await raw("GARBAGE\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('{"code":"bad_request","message":"the request cannot be read"}');
    expectSecurityHeaders(headersOf(answer));
  });
});

test("headers over 16 KiB get one problem and the end of the connection", async () => {
  const answer = await raw(`GET /livez HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(17_000)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect(answer).toContain('"code":"headers_too_large"');
  expectSecurityHeaders(headersOf(answer));
});

function headersOf(answer: string): Record<string, string> {
  const lines = answer.split("\r\n\r\n", 1)[0]?.split("\r\n").slice(1) ?? [];
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", ...value] = line.split(": ");
      return [name.toLowerCase(), value.join(": ")];
    }),
  );
}

function expectSecurityHeaders(headers: Record<string, string>): void {
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  });
  expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; /);
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(headers["permissions-policy"]).toContain("camera=()");
  expect(headers).not.toHaveProperty("access-control-allow-origin");
  expect(headers).not.toHaveProperty("x-powered-by");
}

describe("headers", () => {
  const paths = ["/", "/livez", "/readyz", "/metrics", "/api/ws-stats", "/api/indicators"];
  test.each(paths)("%s bears those of security", async (path) => {
    const response = await fetch(address + path);
    expectSecurityHeaders(Object.fromEntries(response.headers));
    expect(response.headers.get("strict-transport-security")).toBeNull();
  });

  test("https is remembered by browsers where the page has it", async () => {
    const secure = await buildHttp(parts({ appUrl: "https://trade.example.org" }));
    const host = "trade.example.org";
    const response = await secure.inject({ url: "/livez", headers: { host } });
    expect(response.statusCode).toBe(200);
    expect(response.headers["strict-transport-security"]).toBe("max-age=31536000");
    await secure.close();
  });

  test("answers under /api are not stored, and those that are the same for all are asked again", async () => {
    const statistics = await fetch(`${address}/api/ws-stats`);
    expect(statistics.headers.get("cache-control")).toBe("no-store");
    const catalogue = await fetch(`${address}/api/indicators`);
    expect(catalogue.headers.get("cache-control")).toBe("private, no-cache");
    const tag = catalogue.headers.get("etag") ?? "";
    expect(tag).toMatch(/^"[\w-]{22}"$/);
    const again = await fetch(`${address}/api/indicators`, { headers: { "if-none-match": tag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  });
});

describe("who may ask", () => {
  const known = (port: number) => [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`];

  test("names of this machine are answered", async () => {
    for (const host of [...known(port), `LOCALHOST:${port}`, "localhost:3000"]) {
      expect(await get("/livez", host), host).toMatch(/^HTTP\/1\.1 200 /);
    }
  });

  const foreign = ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "localhost", ""];
  test.each(foreign)("DNS rebinding: Host %j is misdirected", async (host) => {
    for (const path of ["/", "/api/ws-stats", "/api/trading-shared?action=start", "/metrics"]) {
      const answer = await get(path, host === "" ? "" : `${host}:${port === 80 ? 81 : port + 1}`);
      expect(answer, path).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n/);
      expect(answer).toContain('"code":"misdirected_request"');
      expectSecurityHeaders(headersOf(answer));
    }
  });

  test("a name in X-Forwarded-Host does not pass for the Host", async () => {
    const answer = await raw(
      `GET /livez HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost:${port}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
  });

  test("a route that does not declare its access fails the build", async () => {
    const fresh = await buildHttp(parts());
    const forgotten = (config: FastifyContextConfig) => () =>
      fresh.get("/api/forgotten", { config }, async () => "all strategies");
    expect(forgotten({})).toThrow("route GET /api/forgotten does not declare its access");
    expect(forgotten({ access: "session" })).toThrow(
      "route GET /api/forgotten does not declare whose rows it answers with",
    );
    expect(forgotten({ access: "session", rows: "own", cache: "revalidate" })).toThrow(
      "route GET /api/forgotten would let answers of one person be kept",
    );
    await fresh.close();
  });

  test("metrics are for loopback or for whoever bears the token", async () => {
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`${address}/metrics`, { headers })).status;
    expect(await ask({})).toBe(200);
    expect(await ask({ authorization: `Bearer ${TOKEN}` })).toBe(200);
    expect(await ask({ authorization: `Bearer ${TOKEN}x` })).toBe(403);
    expect(await ask({ authorization: "Bearer " })).toBe(403);
    // Through a proxy that nobody named.
    expect(await ask({ "x-forwarded-for": "203.0.113.9" })).toBe(403);
    expect(await ask({ "x-forwarded-for": "127.0.0.1" })).toBe(403);
    expect(await ask({ "x-forwarded-for": "203.0.113.9", authorization: `Bearer ${TOKEN}` })).toBe(
      200,
    );
  });

  test("behind a trusted proxy, loopback is who asks the proxy", async () => {
    const behind = await buildHttp(parts({ trustProxy: ["127.0.0.1"], metricsToken: null }));
    const url = await behind.listen({ port: 0, host: "127.0.0.1" });
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`${url}/metrics`, { headers })).status;
    expect(await ask({ "x-forwarded-for": "203.0.113.9" })).toBe(403);
    expect(await ask({ authorization: "Bearer null" })).toBe(200);
    await behind.close();
  });
});

describe("pages", () => {
  test("files with a hash in their name are kept for a year", async () => {
    const response = await fetch(`${address}/assets/page-abc123.js`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-type")).toBe("application/javascript; charset=utf-8");
  });

  test.each(["/", "/index.html", "/strategies", "/charts/BTCUSDT"])(
    "%s is the page",
    async (path) => {
      const response = await fetch(address + path);
      expect(await response.text()).toContain("<title>Outcry</title>");
      expect(response.headers.get("cache-control")).toBe("no-cache");
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    },
  );

  test("other files are asked again", async () => {
    const response = await fetch(`${address}/favicon.svg`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-cache");
  });

  test.each(["/api", "/api/", "/api/strategies/x/y", "/livez/x", "/metrics/x"])(
    "%s is not taken for a page",
    async (path) => {
      expect((await fetch(address + path)).status).toBe(404);
    },
  );

  test("a page that was not built says how to build it", async () => {
    const bare = await buildHttp(parts({ pages: { kind: "built", folder: join(folder, "none") } }));
    const response = await bare.inject({ url: "/", headers: { host: "localhost:3000" } });
    expect(response.statusCode).toBe(503);
    expect(problemSchema.parse(response.json()).code).toBe("page_not_built");
    await bare.close();
  });
});

describe("while the market opens", () => {
  test("health and statistics answer at once, and say so", async () => {
    expect((await fetch(`${address}/livez`)).status).toBe(200);
    const ready = await fetch(`${address}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ code: "not_ready", message: "the server starts" });
    const statistics = await (await fetch(`${address}/api/ws-stats`)).json();
    expect(statistics).toMatchObject({
      activeSessions: 0,
      sharedWebSockets: 0,
      efficiency: { savingsPercent: "0%" },
      market: "opening",
    });
  });

  test("the description for machines names every route under /api", async () => {
    const description = await (await fetch(`${address}/api/openapi.json`)).json();
    expect(Object.keys(description.paths).sort()).toEqual([
      "/api/auth/callback/google",
      "/api/auth/sign-out",
      "/api/auth/signin/google",
      "/api/candles",
      "/api/indicators",
      "/api/indicators/values",
      "/api/instruments",
      "/api/me",
      "/api/me/export",
      "/api/me/sessions",
      "/api/me/sessions/{id}",
      "/api/strategies",
      "/api/trading-shared",
      "/api/ws-stats",
      "/livez",
      "/probe",
      "/probe/fault",
      "/probe/slow",
      "/readyz",
    ]);
  });
});
