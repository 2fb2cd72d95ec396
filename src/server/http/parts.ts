/** What the web server is built from, and the shape of the app that its routes are added to. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Metrics } from "../metrics.ts";
import type { MarketGate } from "./market-gate.ts";
import type { Pages } from "./pages.ts";

export interface HttpParts {
  readonly log: FastifyBaseLogger;
  readonly gate: MarketGate;
  readonly metrics: Metrics;
  readonly pages: Pages;
  /** The origin under which browsers reach the server. */
  readonly appUrl: string;
  /** The address it listens on, as configured. */
  readonly host: string;
  readonly trustProxy: readonly string[];
  readonly metricsToken: string | null;
}

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/**
 * Who may ask: everyone, or only who is signed in. In local mode both are open to this machine.
 */
export type Access = "public" | "session";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Every route says it; one that does not is refused when the server is built. */
    access?: Access;
    /** `revalidate`: the same for everyone and worth keeping, as long as it is asked again. */
    cache?: "revalidate";
  }
}
