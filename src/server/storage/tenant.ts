/** The doors to people's rows: as one user, as the engine, and as whoever signs in. No other way leads there. */
import { sql } from "kysely";
import { assert } from "../../core/assert.ts";
import type { ConnectionLimits } from "./connection.ts";
import type { DatabaseTarget } from "./database-url.ts";
import { fence } from "./lease.ts";
import { LoginPool, type Opening, type Work } from "./login-pool.ts";
import type { LoginNames, LoginPasswords } from "./logins.ts";
import type { Tx } from "./tables.ts";

/** What a person who signs in can show: the id of a session, hashed, or who the provider says they are. */
export type AuthKey =
  | { readonly kind: "session"; readonly hash: Buffer }
  | { readonly kind: "identity"; readonly issuer: string; readonly subject: string }
  /** Nothing: for work on sessions that have ended, and on a user who is known already. */
  | { readonly kind: "none" };

export interface AuthTx {
  readonly tx: Tx;
  /** From here on, this user's rows are in reach as well. */
  actAs(userId: number): Promise<void>;
}

export interface TenantDoors {
  /** Runs the work on the rows of one user; the database hides and refuses all others. */
  withUser<Result>(userId: number, work: Work<Result>): Promise<Result>;
  /** The same for work that only reads: sooner answered, and a write is refused. */
  readUser<Result>(userId: number, work: Work<Result>): Promise<Result>;
  /** Runs the work on the trading rows of everybody, as the one Outcry that holds the lease. */
  withEngine<Result>(work: Work<Result>): Promise<Result>;
  /** Runs the work on the one session or user that the key names. */
  withAuth<Result>(key: AuthKey, work: (auth: AuthTx) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface DoorOptions {
  /** The database, with any login. */
  readonly target: DatabaseTarget;
  readonly names: LoginNames;
  readonly passwords: LoginPasswords;
  readonly epoch: number;
}

/** A request's statements are short, and somebody waits for them. */
const REQUEST_LIMITS: ConnectionLimits = {
  statementMs: 15_000,
  lockMs: 5_000,
  idleInTransactionMs: 30_000,
};

/** Catching up commits 500 minutes at a time. */
const ENGINE_LIMITS: ConnectionLimits = {
  statementMs: 60_000,
  lockMs: 10_000,
  idleInTransactionMs: 60_000,
};

/** A connection serves some 5,000 short transactions a second: these are for those that wait on a disk. */
const APP_CONNECTIONS = 10;
/** One writer, and the candles beside it. */
const ENGINE_CONNECTIONS = 3;
const AUTH_CONNECTIONS = 4;

export function openDoors(options: DoorOptions): TenantDoors {
  const { target, names, passwords, epoch } = options;
  const pool = (login: "app" | "engine" | "auth", limits: ConnectionLimits, max: number) =>
    new LoginPool({
      target: { ...target, user: names[login], password: passwords[login] },
      limits,
      connectionsMax: max,
    });
  const app = pool("app", REQUEST_LIMITS, APP_CONNECTIONS);
  const engine = pool("engine", ENGINE_LIMITS, ENGINE_CONNECTIONS);
  const auth = pool("auth", REQUEST_LIMITS, AUTH_CONNECTIONS);
  return {
    withUser: async (userId, work) => app.transaction([asUser(userId)], work),
    readUser: async (userId, work) => app.reading([asUser(userId)], work),
    withEngine: (work) => engine.transaction([fence(epoch)], work),
    withAuth: (key, work) => auth.transaction(openingsOf(key), (tx) => work(authTx(tx))),
    close: async () => {
      await Promise.all([app.close(), engine.close(), auth.close()]);
    },
  };
}

/** What the policies read. It ends with the transaction: a connection never carries it further. */
function asUser(userId: number): Opening {
  return { text: `SELECT set_config('app.user_id', '${userText(userId)}', true)` };
}

function userText(userId: number): string {
  assert(Number.isSafeInteger(userId) && userId > 0, "a user's id is a positive integer");
  return String(userId);
}

function openingsOf(key: AuthKey): Opening[] {
  switch (key.kind) {
    case "session":
      return [
        { text: `SELECT set_config('app.session_hash', '${key.hash.toString("hex")}', true)` },
      ];
    case "identity":
      return [
        {
          text: "SELECT set_config('app.issuer', $1, true), set_config('app.subject', $2, true)",
          values: [key.issuer, key.subject],
        },
      ];
    case "none":
      return [];
  }
}

function authTx(tx: Tx): AuthTx {
  return {
    tx,
    actAs: async (userId) => {
      await sql`SELECT set_config('app.user_id', ${userText(userId)}, true)`.execute(tx);
    },
  };
}
