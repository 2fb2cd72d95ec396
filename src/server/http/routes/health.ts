/** `/livez`, `/readyz` and `/metrics`: for supervisors and monitors. */
import { createHash, timingSafeEqual } from "node:crypto";
import { BlockList, isIPv6 } from "node:net";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { App, HttpParts } from "../parts.ts";
import { type Refusal, sendRefusal } from "../problem.ts";
import { answers } from "./answers.ts";

const healthy = z.object({ status: z.string() });

export function healthRoutes(
  app: App,
  { gate, metrics, metricsToken }: Pick<HttpParts, "gate" | "metrics" | "metricsToken">,
): void {
  const open = {
    config: { access: "public", rows: "shared" },
    schema: { querystring: z.strictObject({}), response: answers(healthy) },
  } as const;

  app.get("/livez", open, async () => ({ status: "live" }));

  app.get("/readyz", open, async (_request, reply) => {
    const reason = gate.notReady();
    if (reason === null) return { status: "ready" };
    return sendRefusal(reply, { status: 503, problem: { code: "not_ready", message: reason } });
  });

  app.get(
    "/metrics",
    { config: { access: "public", rows: "shared" }, schema: { hide: true } },
    async (request, reply) => {
      if (!mayRead(request, metricsToken)) return sendRefusal(reply, METRICS_REFUSED);
      return reply.type(metrics.contentType).send(await metrics.text());
    },
  );
}

const METRICS_REFUSED: Refusal = {
  status: 403,
  problem: {
    code: "metrics_refused",
    message: "metrics are for loopback, or for whoever bears METRICS_TOKEN",
  },
};

function mayRead(request: FastifyRequest, token: string | null): boolean {
  const presented = request.headers.authorization;
  if (token !== null && presented !== undefined) return sameText(presented, `Bearer ${token}`);
  // A forwarded request comes from elsewhere, even when the proxy that brings it was not named.
  return request.headers["x-forwarded-for"] === undefined && isLoopback(request.ip);
}

/** Compares in a time that does not depend on where the texts differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function isLoopback(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
