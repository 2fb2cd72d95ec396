/** What the web server is built from, and the shape of the app that its routes are added to. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { AccessMode } from "../../protocol/account.ts";
import type { Auth, Login } from "../auth/auth.ts";
import type { Metrics } from "../metrics.ts";
import type { Strategies } from "../strategies/strategies.ts";
import type { MarketGate } from "./market-gate.ts";
import type { OpeningGate } from "./opening-gate.ts";

export type PageHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Where the page comes from: a folder of built files, or a development server within this one. */
export type Pages =
  | { readonly kind: "built"; readonly folder: string }
  | { readonly kind: "development"; readonly handle: PageHandler };

/** Requests a minute. */
export interface RateLimits {
  /** By address, whoever asks. */
  readonly address: number;
  /** By person. */
  readonly person: number;
  /** By address: beginnings and endings of sign-ins. */
  readonly signIn: number;
  /** By person: what reads everything that is kept of them. */
  readonly costly: number;
}

/** What stands once the database is open. */
export interface People {
  readonly auth: Auth;
  readonly strategies: Strategies;
}

export interface HttpParts {
  readonly log: FastifyBaseLogger;
  readonly mode: AccessMode;
  readonly gate: MarketGate;
  readonly people: OpeningGate<People>;
  /** Absent: `RATE_LIMITS`. */
  readonly rates?: RateLimits;
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

/** Whose rows an answer is made of: nobody's, the same for all, or those of who asks. */
export type Rows = "shared" | "own";

export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
  readonly rows: Rows;
}

declare module "fastify" {
  interface FastifyInstance {
    /** Every route, in the order in which they were added. */
    readonly declaredRoutes: readonly DeclaredRoute[];
  }
  interface FastifyContextConfig {
    /** Every route says both; one that does not is refused when the server is built. */
    access?: Access;
    rows?: Rows;
    /** `revalidate`: the same for everyone and worth keeping, as long as it is asked again. */
    cache?: "revalidate";
    /** Which of the rate limits counts it; absent: the usual one. */
    rate?: "signIn" | "costly";
  }
  interface FastifyRequest {
    /** Who asks; null for a stranger, and on public routes. */
    login: Login | null;
  }
}
