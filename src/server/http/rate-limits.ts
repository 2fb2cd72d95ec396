/** How often one address, and one person, may ask; what is more is told when to come again. */
import fastifyRateLimit from "@fastify/rate-limit";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { App, HttpParts, RateLimits } from "./parts.ts";
import { type Refusal, sendRefusal } from "./problem.ts";

export const RATE_LIMITS: RateLimits = {
  /** An office of fifty behind one address still works. */
  address: 3_000,
  /** Five a second, all the time; a page that opens needs some thirty at once. */
  person: 300,
  /** A person needs two. */
  signIn: 60,
  costly: 6,
};

const WINDOW_MS = 60_000;

/** Of an IPv6 address the first half counts: one household has the other half to itself. */
const IPV6_PREFIX = 64;

type Name = keyof RateLimits;

/** Counts in memory, at most 5,000 keys a limit; those used least are forgotten first. */
export async function addRateLimits(
  app: App,
  { mode, rates = RATE_LIMITS }: Pick<HttpParts, "mode" | "rates">,
): Promise<void> {
  // In local mode there is one person, on this machine.
  if (mode === "local") return;
  await app.register(fastifyRateLimit, { global: false, ipv6Subnet: IPV6_PREFIX });
  const byAddress = (name: Name) =>
    app.createRateLimit({ max: rates[name], timeWindow: WINDOW_MS });
  const byPerson = (name: Name) =>
    app.createRateLimit({ max: rates[name], timeWindow: WINDOW_MS, keyGenerator: personOf });
  const limits = {
    address: byAddress("address"),
    signIn: byAddress("signIn"),
    person: byPerson("person"),
    costly: byPerson("costly"),
  };
  const refused = async (request: FastifyRequest, reply: FastifyReply, names: readonly Name[]) => {
    for (const name of names) {
      const answer = await limits[name](request);
      if (answer.isAllowed || !answer.isExceeded) continue;
      reply.header("retry-after", String(Math.max(1, answer.ttlInSeconds)));
      return sendRefusal(reply, TOO_MANY);
    }
    return undefined;
  };
  // Before anything is asked of the database.
  app.addHook("onRequest", (request, reply) =>
    refused(request, reply, rateOf(request) === "signIn" ? ["address", "signIn"] : ["address"]),
  );
  // When it is known who asks.
  app.addHook("preParsing", async (request, reply) => {
    if (request.login === null) return;
    await refused(request, reply, rateOf(request) === "costly" ? ["person", "costly"] : ["person"]);
  });
}

function rateOf(request: FastifyRequest): string | undefined {
  return request.routeOptions.config.rate;
}

function personOf(request: FastifyRequest): string {
  return String(request.login?.userId);
}

const TOO_MANY: Refusal = {
  status: 429,
  problem: { code: "too_many_requests", message: "that is too often; try again a little later" },
};
