/** `GET /api/instruments`: what is traded, with the exchange's tick, step and minimums. */
import { z } from "zod";
import { instrumentAnswer, instrumentsAnswer } from "../../../protocol/market.ts";
import type { App, HttpParts } from "../parts.ts";
import { answers } from "./answers.ts";
import { openMarketOr503 } from "./market-query.ts";

export function instrumentsRoute(app: App, { gate }: Pick<HttpParts, "gate">): void {
  app.get(
    "/api/instruments",
    {
      config: { access: "public", rows: "shared", cache: "revalidate" },
      schema: {
        summary: "What is traded, with tick, step and minimums",
        querystring: z.strictObject({}),
        response: answers(instrumentsAnswer),
      },
    },
    async (_request, reply) => {
      const market = await openMarketOr503(gate, reply);
      if (market === null) return reply;
      return { instruments: market.data.instruments.map(instrumentAnswer) };
    },
  );
}
