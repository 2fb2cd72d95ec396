/** What a route answers, for its serializer and for the description of it: one shape, or a problem. */
import type { z } from "zod";
import { problemSchema } from "../../../protocol/problem.ts";

export function answers<Schema extends z.ZodType>(schema: Schema) {
  return { 200: schema, "4xx": problemSchema, "5xx": problemSchema };
}
