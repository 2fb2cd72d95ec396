/** How the page speaks with its server: every answer is parsed, every refusal is a fault with its problem. */
import { z } from "zod";
import { type Problem, problemSchema } from "../../protocol/problem.ts";

/** A question that got no good answer: status 0 when there was no answer at all. */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem, cause?: unknown) {
    super(problem.message, { cause });
    this.status = status;
    this.problem = problem;
  }
}

/** What a question is asked with; without a body it only reads. */
export interface Question {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** The code of the answer to somebody who is not signed in, or no longer. */
export const SIGN_IN_REQUIRED = "sign_in_required";

export function isSignInRequired(fault: unknown): boolean {
  return fault instanceof ApiFault && fault.problem.code === SIGN_IN_REQUIRED;
}

export async function ask<T>(
  address: string,
  schema: z.ZodType<T>,
  question: Question = {},
): Promise<T> {
  let response: Response;
  let body: unknown = null;
  try {
    response = await fetch(address, requestOf(question));
    if (response.ok && response.status !== NO_CONTENT) body = await response.json();
  } catch (cause) {
    const message = "The server did not answer.";
    throw new ApiFault(0, { code: "unreachable", message }, cause);
  }
  if (!response.ok) throw new ApiFault(response.status, await problemIn(response));
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const message = "The server's answer has another shape than this page expects.";
  throw new ApiFault(response.status, { code: "unexpected_answer", message }, parsed.error);
}

/** What is asked for only to be done: the answer says nothing but that it was. */
export async function tell(address: string, question: Question): Promise<void> {
  await ask(address, z.unknown(), question);
}

const NO_CONTENT = 204;

function requestOf({ method = "GET", body, signal }: Question): RequestInit {
  return {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** What the server has against this address: null when nothing, or when it does not answer. */
export async function problemOf(
  address: string,
  abort: AbortController,
): Promise<{ status: number; problem: Problem } | null> {
  try {
    const response = await fetch(address, { signal: abort.signal });
    if (response.ok) {
      abort.abort();
      return null;
    }
    return { status: response.status, problem: await problemIn(response) };
  } catch {
    return null;
  }
}

async function problemIn(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const parsed = problemSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  return { code: "http_status", message: `${response.status} ${response.statusText}`.trim() };
}
