/** `GET /api/trading-shared`: checks what is wanted and hands the connection over to the hub. */
import { z } from "zod";
import { problemSchema } from "../../../protocol/problem.ts";
import { loginOf, refuseStranger } from "../login-check.ts";
import type { App, HttpParts } from "../parts.ts";
import { type Refusal, sendRefusal } from "../problem.ts";
import type { RefusalReason } from "../stream.ts";
import { instrumentOr400, marketQuery, openMarketOr503 } from "./market-query.ts";

/**
 * The action is part of the address and has no default: whoever opens a stream says so. Timeframe
 * and symbol have defaults, because a shell takes an unquoted `&` for its own.
 */
const query = z.strictObject({ action: z.enum(["start"]), ...marketQuery });

export function streamRoute(app: App, { gate, people }: Pick<HttpParts, "gate" | "people">): void {
  app.get(
    "/api/trading-shared",
    {
      config: { access: "session", rows: "shared" },
      schema: {
        summary: "The market as an event stream",
        querystring: query,
        response: {
          200: { content: { "text/event-stream": { schema: z.string() } } },
          "4xx": problemSchema,
          "5xx": problemSchema,
        },
      },
    },
    async (request, reply) => {
      const { symbol, timeframe } = request.query;
      const market = await openMarketOr503(gate, reply);
      if (market === null) return reply;
      const instrument = instrumentOr400(market, symbol, reply);
      if (instrument === null) return reply;
      const login = loginOf(request);
      // It may have ended while the market opened. From here to the hub nothing else can happen.
      if (people.current()?.auth.logins.hasEnded(login) === true) return refuseStranger(reply);
      const result = market.hub.open(reply.raw, {
        symbol: instrument.symbol,
        timeframe,
        headers: reply.getHeaders(),
        login,
      });
      if (result.kind === "refused") {
        return sendRefusal(reply.header("retry-after", "5"), REFUSED[result.reason]);
      }
      return reply.hijack();
    },
  );
}

const REFUSED: Readonly<Record<RefusalReason, Refusal>> = {
  full: {
    status: 503,
    problem: { code: "streams_full", message: "all streams that this server offers are in use" },
  },
  tooMany: {
    status: 429,
    problem: {
      code: "too_many_streams",
      message: "this login or this person has as many streams open as one may have",
    },
  },
  closing: {
    status: 503,
    problem: { code: "closing", message: "the server is closing; it may be back in a moment" },
  },
  pipelined: {
    status: 400,
    problem: {
      code: "pipelined",
      message: "a stream needs its connection to itself: ask for it on a new one",
    },
  },
  gone: {
    status: 400,
    problem: { code: "bad_request", message: "the connection is closed" },
  },
};
