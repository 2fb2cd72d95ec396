/** `GET /api/openapi.json`: the routes for machines, made from the schemas that check them. */
import { z } from "zod";
import type { App } from "../parts.ts";

export function openapiRoute(app: App): void {
  app.get(
    "/api/openapi.json",
    {
      config: { access: "public", rows: "shared", cache: "revalidate" },
      schema: { querystring: z.strictObject({}), hide: true },
    },
    async (_request, reply) =>
      reply.type("application/json; charset=utf-8").send(JSON.stringify(app.swagger())),
  );
}
