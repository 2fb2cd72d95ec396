/** The body of every error answer: a stable code for programs, a sentence for people. */
import { z } from "zod";

export const problemSchema = z.object({
  /** Stable, snake_case, safe to branch on. */
  code: z.string(),
  /** One English sentence: what was found and what was expected. */
  message: z.string(),
  /** The field, parameter or place that is meant, where there is one. */
  field: z.string().optional(),
  /** The values that would have been taken, where they can be listed. */
  allowed: z.array(z.string()).optional(),
});

export type Problem = z.infer<typeof problemSchema>;
