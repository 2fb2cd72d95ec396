/** `GET /api/strategies`: one's own strategies. */
import { z } from "zod";
import { strategiesAnswer } from "../../../protocol/account.ts";
import { loginOf } from "../login-check.ts";
import type { App, HttpParts } from "../parts.ts";
import { peopleOr503 } from "../people.ts";
import { answers } from "./answers.ts";

export function strategiesRoutes(app: App, { people }: Pick<HttpParts, "people">): void {
  app.get(
    "/api/strategies",
    {
      config: { access: "session", rows: "own" },
      schema: {
        summary: "One's own strategies",
        querystring: z.strictObject({}),
        response: answers(strategiesAnswer),
      },
    },
    async (request, reply) => {
      const open = await peopleOr503(people, reply);
      if (open === null) return reply;
      return { strategies: await open.strategies.list(loginOf(request).userId) };
    },
  );
}
