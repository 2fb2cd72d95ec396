/** The HTTP side of the simulated exchange: weights, headers, and answers spoiled on command. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { unreachable } from "../core/assert.ts";
import type { Clock } from "../server/clock.ts";
import type { FaultPlan, RestAnswer } from "./fault-plan.ts";
import { type RequestWeight, WEIGHT_MAX } from "./request-weight.ts";
import type { RestApi, Sight } from "./rest-api.ts";

export interface RestServerOptions {
  readonly api: RestApi;
  readonly weight: RequestWeight;
  readonly faults: FaultPlan;
  /** Market time, and the wall time that bans go by. */
  readonly marketClock: Clock;
  readonly clock: Clock;
}

interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_TYPE = { "Content-Type": "application/json;charset=UTF-8" };
const HTML_TYPE = { "Content-Type": "text/html" };

const ADVICE = "Please use WebSocket Streams for live updates to avoid";

export class RestServer {
  readonly #options: RestServerOptions;
  #requests = 0;

  constructor(options: RestServerOptions) {
    this.#options = options;
  }

  /** Requests received since the start. */
  get requests(): number {
    return this.#requests;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    this.#requests += 1;
    const url = URL.parse(request.url ?? "/", "http://127.0.0.1");
    if (url === null) {
      response.writeHead(400).end();
      return;
    }
    const spoiled = this.#options.faults.spoil(url.pathname, this.#options.marketClock.now());
    const fault = spoiled?.answer ?? null;
    if (fault?.kind === "hang") return;
    const answer =
      spoiledAnswer(fault, this.#options.clock.now()) ?? this.#soundAnswer(request, url, fault);
    const weight = String(this.#options.weight.used);
    response.writeHead(answer.status, {
      ...answer.headers,
      "X-MBX-USED-WEIGHT": weight,
      "X-MBX-USED-WEIGHT-1M": weight,
      "Content-Length": Buffer.byteLength(answer.body),
    });
    if (fault?.kind !== "truncated") {
      response.end(answer.body);
      return;
    }
    const half = answer.body.slice(0, Math.floor(answer.body.length / 2));
    response.write(half, () => response.destroy());
  }

  #soundAnswer(request: IncomingMessage, url: URL, fault: RestAnswer | null): HttpAnswer {
    const { api, weight } = this.#options;
    const query = url.searchParams;
    const cost = api.weight(url.pathname, query);
    if (cost === null) return htmlAnswer(404, "Not Found");
    if (request.method !== "GET") return htmlAnswer(405, "Method Not Allowed");
    const charge = weight.charge(cost);
    switch (charge.kind) {
      case "limited":
        return limited(charge.retryAfterS);
      case "banned":
        return banned(charge.until, charge.retryAfterS);
      case "accepted": {
        const reply = api.reply(url.pathname, query, this.#sight(fault));
        return reply.kind === "found" ? json(200, reply.body) : json(400, reply.refusal);
      }
      default:
        return unreachable(charge);
    }
  }

  #sight(fault: RestAnswer | null): Sight {
    const now = this.#options.marketClock.now();
    if (fault?.kind !== "lag") return { asOf: now, endedUntil: Number.POSITIVE_INFINITY };
    return fault.shows === "nothing"
      ? { asOf: now, endedUntil: now - fault.ms }
      : { asOf: now - fault.ms, endedUntil: Number.POSITIVE_INFINITY };
  }
}

/** The answer that a fault puts in place of the right one, if it does. */
function spoiledAnswer(fault: RestAnswer | null, now: number): HttpAnswer | null {
  switch (fault?.kind) {
    case "limited":
      return limited(fault.retryAfterS);
    case "banned":
      return banned(now + fault.retryAfterS * 1000, fault.retryAfterS);
    case "forbidden":
      return htmlAnswer(403, "Forbidden");
    case "failure":
      return fault.status === 500
        ? json(500, { code: -1000, msg: "An unknown error occurred while processing the request." })
        : htmlAnswer(fault.status, "Bad Gateway");
    default:
      return null;
  }
}

function limited(retryAfterS: number): HttpAnswer {
  const limit = `current limit is ${WEIGHT_MAX} request weight per 1 MINUTE`;
  const msg = `Too much request weight used; ${limit}. ${ADVICE} polling the API.`;
  return json(429, { code: -1003, msg }, { "Retry-After": String(retryAfterS) });
}

function banned(until: number, retryAfterS: number): HttpAnswer {
  const msg = `Way too much request weight used; IP banned until ${until}. ${ADVICE} bans.`;
  return json(418, { code: -1003, msg }, { "Retry-After": String(retryAfterS) });
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { status, body: JSON.stringify(body), headers: { ...JSON_TYPE, ...headers } };
}

function htmlAnswer(status: number, title: string): HttpAnswer {
  const body = `<html><head><title>${status} ${title}</title></head><body><center><h1>${status} ${title}</h1></center></body></html>`;
  return { status, body, headers: HTML_TYPE };
}
