/** What can go wrong with the database, named by what the caller is to do about it. */
import { DatabaseError } from "pg";

/**
 * `retry`: nothing was changed, or it is not known (see `commit`); the same call may succeed later.
 * `refuse`: the data of this call will never be taken; others are not affected.
 * `halt`: going on would be wrong; the process tells a person and ends.
 */
export type Reaction = "retry" | "refuse" | "halt";

export interface FaultDetail {
  readonly reaction: Reaction;
  /** Stable and snake_case, or the database's five-character SQLSTATE. */
  readonly code: string;
  /** One sentence that a person can act on; never a row's content, never a secret. */
  readonly message: string;
  readonly cause?: unknown;
}

export class StorageFault extends Error {
  override readonly name = "StorageFault";
  readonly reaction: Reaction;
  readonly code: string;
  /** `unknown` when the connection was lost between the commit and its answer. */
  readonly commit: "none" | "unknown";

  constructor(detail: FaultDetail, commit: "none" | "unknown" = "none") {
    super(detail.message, { cause: detail.cause });
    this.reaction = detail.reaction;
    this.code = detail.code;
    this.commit = commit;
  }
}

/** A start that must not go on; `message` is the one line that the operator reads. */
export function halt(code: string, message: string, cause?: unknown): StorageFault {
  return new StorageFault({ reaction: "halt", code, message, cause });
}

/**
 * The fault that an error of the driver or the database stands for; null for any other error, which
 * is not storage's to judge.
 */
export function faultOf(error: unknown): StorageFault | null {
  if (error instanceof StorageFault) return error;
  if (error instanceof DatabaseError) return databaseFault(error);
  if (!(error instanceof Error)) return null;
  const code = connectionLoss(error);
  if (code === null) return null;
  const message = "the connection to the database was lost";
  return new StorageFault({ reaction: "retry", code, message, cause: error });
}

/** PostgreSQL's error classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const REACTIONS: ReadonlyArray<readonly [prefix: string, Reaction, meaning: string]> = [
  ["40", "retry", "the transaction ran into another one"],
  ["55P03", "retry", "a lock was not free in time"],
  ["57014", "retry", "the statement was cancelled or took too long"],
  ["57P", "retry", "the database is starting or stopping"],
  ["25P03", "retry", "the transaction was left idle for too long"],
  ["08", "retry", "the connection to the database was lost"],
  ["53", "retry", "the database lacks room, memory or connections"],
  ["58", "retry", "the database's machine reports an error"],
  ["22", "refuse", "the database does not take these values"],
  ["23", "refuse", "a rule of the database forbids this row"],
  ["42501", "refuse", "the database forbids this to this login or tenant"],
  // Every start gives the logins new passwords.
  ["28", "halt", "the database refuses this login: another Outcry may have taken it over"],
  ["XX001", "halt", "the database reports damaged data"],
  ["XX002", "halt", "the database reports a damaged index"],
];

function databaseFault(error: DatabaseError): StorageFault {
  const code = error.code ?? "unknown";
  const found = REACTIONS.find(([prefix]) => code.startsWith(prefix));
  // What is left (syntax, missing tables, internal errors) is a bug that a repetition would repeat.
  const [, reaction, meaning] = found ?? ["", "halt" as const, "the database refuses a statement"];
  // The server's own text can quote a row, so only the code and the names of things are passed on.
  const place = error.constraint ?? error.table ?? null;
  const message = `${meaning} (${code}${place === null ? "" : `, ${place}`})`;
  return new StorageFault({ reaction, code, message, cause: error });
}

const LOST_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ENOTFOUND",
]);

/** What pg throws as plain errors when a socket ends or none is to be had in time. */
const LOST_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout)/;

/** What pg throws for a statement that it has not even sent. */
const UNSENT_MESSAGES = /^(Client has encountered a connection error|Client was closed)/;

function connectionLoss(error: Error): "connection_lost" | "connection_gone" | null {
  if ("code" in error && typeof error.code === "string" && LOST_CODES.has(error.code)) {
    return "connection_lost";
  }
  if (UNSENT_MESSAGES.test(error.message)) return "connection_gone";
  return LOST_MESSAGES.test(error.message) ? "connection_lost" : null;
}
