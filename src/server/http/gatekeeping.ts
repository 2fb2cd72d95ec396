/** What holds for every route: declared access, the Host header, methods, and caching. */
import { createHash } from "node:crypto";
import type { FastifyRequest, HTTPMethods } from "fastify";
import type { App, DeclaredRoute, HttpParts } from "./parts.ts";
import { type Refusal, sendRefusal } from "./problem.ts";

/** A route that does not say who may use it never comes to life. What all have said is kept on the app. */
export function declareAccess(app: App): void {
  const declared: DeclaredRoute[] = [];
  app.decorate("declaredRoutes", declared);
  app.addHook("onRoute", (route) => {
    const { access, rows, cache } = route.config ?? {};
    const name = `route ${String(route.method)} ${route.url}`;
    if (access === undefined) throw new Error(`${name} does not declare its access`);
    if (rows === undefined) throw new Error(`${name} does not declare whose rows it answers with`);
    if (rows === "own" && cache !== undefined) {
      throw new Error(`${name} would let answers of one person be kept`);
    }
    for (const method of [route.method].flat()) {
      declared.push({ method: method.toUpperCase(), url: route.url, access, rows });
    }
  });
}

/**
 * Without a login, whoever speaks for this machine is believed: so a page of another site must not
 * be able to. DNS rebinding gives such a page an address on this machine under its own name; the
 * Host header still bears that name, and is answered with 421 (Misdirected Request).
 */
export function guardHost(app: App, parts: Pick<HttpParts, "appUrl" | "host" | "mode">): void {
  // With a login a foreign name gains nothing: the browser keeps no cookie for it.
  if (parts.mode === "protected") return;
  app.addHook("onRequest", async (request, reply) => {
    const allowed = hostsOf(parts, request.socket.localPort);
    if (allowed.has(hostOf(request))) return undefined;
    return sendRefusal(reply, misdirected([...allowed]));
  });
}

/** The header itself: a proxy's `X-Forwarded-Host` could be anybody's. */
function hostOf(request: FastifyRequest): string {
  return (request.raw.headers.host ?? "").toLowerCase();
}

function hostsOf(
  parts: Pick<HttpParts, "appUrl" | "host">,
  port: number | undefined,
): ReadonlySet<string> {
  const names = ["localhost", "127.0.0.1", "[::1]"];
  if (!UNSPECIFIED.includes(parts.host)) {
    names.push(parts.host.includes(":") ? `[${parts.host}]` : parts.host);
  }
  const hosts = new Set([new URL(parts.appUrl).host]);
  for (const name of names) {
    hosts.add(`${name}:${port}`);
    // Browsers leave the port away where it is that of the scheme.
    if (port === 80) hosts.add(name);
  }
  return hosts;
}

const UNSPECIFIED = ["0.0.0.0", "::"];

function misdirected(allowed: string[]): Refusal {
  return {
    status: 421,
    problem: {
      code: "misdirected_request",
      message: "this server does not answer under that name; set APP_URL if it should",
      field: "host",
      allowed,
    },
  };
}

/** Gives every address known so far a 405 for the methods that it does not have. */
export function refuseOtherMethods(app: App, methodsByUrl: ReadonlyMap<string, Set<string>>): void {
  for (const [url, methods] of [...methodsByUrl]) {
    const allowed = [...methods].sort();
    app.route({
      method: METHODS.filter((method) => !methods.has(method)),
      url,
      config: { access: "public", rows: "shared" },
      schema: { hide: true },
      // Before the body is read: whatever it holds, the answer is the same.
      onRequest: async (_request, reply) =>
        sendRefusal(reply.header("allow", allowed.join(", ")), methodNotAllowed(allowed)),
      handler: async (_request, reply) => sendRefusal(reply, methodNotAllowed(allowed)),
    });
  }
}

const METHODS: HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

function methodNotAllowed(allowed: string[]): Refusal {
  const message = "this address does not take that method";
  return { status: 405, problem: { code: "method_not_allowed", message, allowed } };
}

/** The methods of every address, filled as routes are added after this call. */
export function collectMethods(app: App): ReadonlyMap<string, Set<string>> {
  const methodsByUrl = new Map<string, Set<string>>();
  app.addHook("onRoute", (route) => {
    const methods = methodsByUrl.get(route.url) ?? new Set();
    for (const method of [route.method].flat()) methods.add(method.toUpperCase());
    methodsByUrl.set(route.url, methods);
  });
  return methodsByUrl;
}

/** Answers under /api are kept by nobody, save those that say they are the same for everyone. */
export function setCacheHeaders(app: App): void {
  app.addHook("onRequest", async (request, reply) => {
    if (request.url.startsWith("/api")) reply.header("cache-control", "no-store");
  });
  app.addHook("onSend", async (request, reply, payload) => {
    const revalidates = request.routeOptions.config.cache === "revalidate";
    if (!revalidates || reply.statusCode !== 200 || typeof payload !== "string") return payload;
    const tag = `"${createHash("sha256").update(payload).digest("base64url").slice(0, TAG_CHARS)}"`;
    reply.header("cache-control", "private, no-cache").header("etag", tag);
    if (request.headers["if-none-match"] !== tag) return payload;
    reply.code(304).removeHeader("content-length").removeHeader("content-type");
    return null;
  });
}

/** An answer given while the server closes is the last on its connection, which would stay open. */
export function endConnectionsAtClosing(app: App): void {
  let isClosing = false;
  app.addHook("preClose", async () => {
    isClosing = true;
  });
  app.addHook("onSend", async (_request, reply) => {
    if (isClosing) reply.header("connection", "close");
  });
}

/** 132 bits: two answers never share a tag by chance. */
const TAG_CHARS = 22;
