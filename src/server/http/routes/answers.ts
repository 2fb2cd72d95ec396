/** What a route answers, for its serializer and for the description of it: one shape, or a problem. */
import { z } from "zod";
import { problemSchema } from "../../../protocol/problem.ts";

export const REFUSALS = { "4xx": problemSchema, "5xx": problemSchema };

export const NO_CONTENT = { 204: z.null().describe("done"), ...REFUSALS };

export function answers<Schema extends z.ZodType>(schema: Schema) {
  return { 200: schema, ...REFUSALS };
}
