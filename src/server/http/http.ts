/** The web server: every route, header and bound of it, built apart from listening. */
import fastifySwagger from "@fastify/swagger";
import fastify, { type FastifyError, LogController } from "fastify";
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import {
  collectMethods,
  declareAccess,
  endConnectionsAtClosing,
  guardHost,
  refuseOtherMethods,
  setCacheHeaders,
} from "./gatekeeping.ts";
import { checkLogins } from "./login-check.ts";
import { pagesRoute } from "./pages.ts";
import type { App, HttpParts } from "./parts.ts";
import { notFound, plainRefusal, refusalOfError, sendRefusal } from "./problem.ts";
import { addRateLimits } from "./rate-limits.ts";
import { accountRoutes } from "./routes/account.ts";
import { candlesRoute } from "./routes/candles.ts";
import { healthRoutes } from "./routes/health.ts";
import { indicatorsRoutes } from "./routes/indicators.ts";
import { instrumentsRoute } from "./routes/instruments.ts";
import { openapiRoute } from "./routes/openapi.ts";
import { signInRoutes } from "./routes/sign-in.ts";
import { statisticsRoute } from "./routes/statistics.ts";
import { strategiesRoutes } from "./routes/strategies.ts";
import { streamRoute } from "./routes/stream.ts";
import { refuseForeignChanges } from "./same-origin.ts";
import { securityHeaders, setSecurityHeaders } from "./security-headers.ts";

export { MarketGate, type OpenMarket } from "./market-gate.ts";
export { OpeningGate } from "./opening-gate.ts";
export type { App, HttpParts, Pages, People, RateLimits } from "./parts.ts";
export { RATE_LIMITS } from "./rate-limits.ts";
export { StreamHub } from "./stream.ts";

/** Larger than any body that Outcry takes; a rule of 200 nodes is under 16 KiB. */
const BODY_BYTES_MAX = 64 * 1024;

/** For a request to arrive, and for its answer to be made; streams have left both behind by then. */
const REQUEST_MS_MAX = 15_000;

/** How often slow requests are looked for; Node's own 30 s would double the bound. */
const REQUEST_CHECK_MS = 5_000;

export async function buildHttp(parts: HttpParts): Promise<App> {
  const headers = securityHeaders(parts);
  const app = fastify({
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    handlerTimeout: REQUEST_MS_MAX,
    http: { connectionsCheckingInterval: REQUEST_CHECK_MS },
    // Idle connections are cut at closing; requests finish, and the hub ends its streams.
    forceCloseConnections: "idle",
    trustProxy: parts.trustProxy.length === 0 ? false : [...parts.trustProxy],
    // An address that cannot be decoded reaches no hook.
    frameworkErrors: (error, request, reply) =>
      sendRefusal(reply.headers(headers), refusalOfError(error, request)),
    clientErrorHandler(error, socket) {
      // A peer that is gone already wants no answer.
      if (error.code === "ECONNRESET" || !socket.writable) return socket.destroy();
      return socket.end(plainRefusal(error.code, headers));
    },
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // Bodies are JSON: a form or a text of another site must not pass for one.
  app.removeContentTypeParser("text/plain");
  app.setNotFoundHandler((request, reply) => sendRefusal(reply, notFound(request)));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = refusalOfError(error, request);
    if (refusal.status >= 500) request.log.error({ err: error }, "a request failed");
    return sendRefusal(reply, refusal);
  });

  declareAccess(app);
  const methodsByUrl = collectMethods(app);
  setSecurityHeaders(app, headers);
  setCacheHeaders(app);
  guardHost(app, parts);
  endConnectionsAtClosing(app);
  await addRateLimits(app, parts);
  await checkLogins(app, parts);
  refuseForeignChanges(app, parts);
  await app.register(fastifySwagger, {
    openapi: { openapi: "3.1.0", info: { title: "Outcry", version: "1" } },
    transform: jsonSchemaTransform,
  });

  streamRoute(app, parts);
  statisticsRoute(app, parts);
  candlesRoute(app, parts);
  instrumentsRoute(app, parts);
  indicatorsRoutes(app, parts);
  signInRoutes(app, parts);
  accountRoutes(app, parts);
  strategiesRoutes(app, parts);
  healthRoutes(app, parts);
  openapiRoute(app);
  refuseOtherMethods(app, methodsByUrl);
  await pagesRoute(app, parts.pages);
  return app;
}
