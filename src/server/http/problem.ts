/** Turns every refusal and fault of a request into one problem body, without stack or secrets. */
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { ZodObject } from "zod";
import type { Problem } from "../../protocol/problem.ts";
import { StorageFault } from "../storage/storage.ts";

/** A status with the body that explains it. */
export interface Refusal {
  readonly status: number;
  readonly problem: Problem;
}

export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return reply
    .code(refusal.status)
    .type("application/json; charset=utf-8")
    .serializer((body) => JSON.stringify(body))
    .send(refusal.problem);
}

/** The value of `field` is none of those `allowed`. */
export function unknownValue(field: string, found: string, allowed: readonly string[]): Refusal {
  return {
    status: 400,
    problem: {
      code: `invalid_${snakeCase(field)}`,
      message: `${field} ${quoted(found)} is not known`,
      field,
      allowed: [...allowed],
    },
  };
}

/** The value of `field` cannot be taken; `reason` completes the sentence that begins with it. */
export function invalidValue(field: string, reason: string): Refusal {
  return {
    status: 400,
    problem: { code: `invalid_${snakeCase(field)}`, message: `${field} ${reason}`, field },
  };
}

export function notFound(request: FastifyRequest): Refusal {
  const path = request.url.split("?", 1)[0] ?? "";
  return { status: 404, problem: { code: "not_found", message: `nothing is at ${quoted(path)}` } };
}

/** What a thrown error becomes: our reaction by the framework's code, else 500 with nothing inside. */
export function refusalOfError(error: FastifyError, request: FastifyRequest): Refusal {
  if (error.validation !== undefined) return refusalOfValidation(error, request);
  if (error instanceof StorageFault && error.reaction === "retry") return DATABASE_AWAY;
  const known = FRAMEWORK_ERRORS[error.code];
  if (known !== undefined) return known;
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    return { status, problem: BAD_REQUEST };
  }
  return INTERNAL_ERROR;
}

export const INTERNAL_ERROR: Refusal = {
  status: 500,
  problem: {
    code: "internal_error",
    message: "the server made a mistake; its log has the details",
  },
};

const DATABASE_AWAY: Refusal = {
  status: 503,
  problem: {
    code: "database_unavailable",
    message: "the database does not answer at the moment; try again",
  },
};

const FRAMEWORK_ERRORS: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    problem: { code: "body_too_large", message: "the body is larger than 64 KiB" },
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    problem: {
      code: "unsupported_media_type",
      message: "the body's content type is not known",
      field: "content-type",
      allowed: ["application/json"],
    },
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: invalidJson("the body is empty"),
  FST_ERR_CTP_INVALID_JSON_BODY: invalidJson("the body is not JSON"),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    problem: { code: "bad_request", message: "the body does not have its declared length" },
  },
  FST_ERR_BAD_URL: {
    status: 400,
    problem: { code: "bad_request", message: "the address cannot be read" },
  },
  FST_ERR_HANDLER_TIMEOUT: {
    status: 503,
    problem: { code: "timeout", message: "the answer took too long; try again" },
  },
};

function invalidJson(message: string): Refusal {
  return { status: 400, problem: { code: "invalid_json", message } };
}

/** What a peer whose bytes are no request is sent before it is cut off; `code` is Node's word for why. */
export function plainRefusal(code: string, headers: Readonly<Record<string, string>>): string {
  const [status, problem] = UNREADABLE[code] ?? ["400 Bad Request", BAD_REQUEST];
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${status}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "content-type: application/json; charset=utf-8",
    `content-length: ${body.length}`,
    "cache-control: no-store",
    "connection: close",
    "",
    body,
  ].join("\r\n");
}

const BAD_REQUEST: Problem = { code: "bad_request", message: "the request cannot be read" };

const UNREADABLE: Readonly<Record<string, readonly [string, Problem]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    "408 Request Timeout",
    { code: "request_timeout", message: "the request did not arrive within 15 seconds" },
  ],
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    { code: "headers_too_large", message: "the headers are larger than 16 KiB" },
  ],
};

/** The first thing that the schema did not take, in the words of `docs/protocol.md`. */
function refusalOfValidation(error: FastifyError, request: FastifyRequest): Refusal {
  const issue = error.validation?.[0];
  const place = error.validationContext === "body" ? request.body : request.query;
  if (issue === undefined) return INTERNAL_ERROR;
  const unknown = listed(issue.params.keys)[0];
  if (issue.keyword === "unrecognized_keys" && unknown !== undefined) {
    const message = `${quoted(unknown)} is not a name that is known here`;
    const allowed = knownNames(request, error.validationContext);
    return { status: 400, problem: { code: "unknown_field", message, field: unknown, allowed } };
  }
  const path = issue.instancePath.split("/").filter((part) => part !== "");
  const field = path.join(".") || (error.validationContext ?? "request");
  const found = valueAt(place, path);
  const allowed = listed(issue.params.values);
  if (found === undefined) {
    const refusal = invalidValue(field, "is missing");
    if (allowed.length === 0) return refusal;
    return { ...refusal, problem: { ...refusal.problem, allowed } };
  }
  if (allowed.length > 0) return unknownValue(field, textOf(found), allowed);
  return invalidValue(field, `${quoted(textOf(found))} cannot be taken: ${issue.message}`);
}

/** Longest piece of a wrong value that is repeated to the sender. */
const QUOTED_MAX = 80;

function quoted(text: string): string {
  return JSON.stringify(text.length <= QUOTED_MAX ? text : `${text.slice(0, QUOTED_MAX)}…`);
}

function snakeCase(field: string): string {
  return field.replace(/[^A-Za-z0-9]+/g, "_").replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

function listed(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

function valueAt(place: unknown, path: readonly string[]): unknown {
  let value = place;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function knownNames(request: FastifyRequest, context: string | undefined): string[] {
  const schema = request.routeOptions.schema?.[context === "body" ? "body" : "querystring"];
  return schema instanceof ZodObject ? Object.keys(schema.shape) : [];
}
