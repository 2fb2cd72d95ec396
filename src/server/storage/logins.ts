/** The powerless logins that do the work: made, given new passwords at every start, and checked. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { Client } from "pg";
import { identifier, literal } from "./connection.ts";
import { halt } from "./fault.ts";

/** `app` serves requests, `engine` trades, `auth` signs in; `backup` cannot log in and is only taken on. */
export const LOGINS = ["app", "engine", "auth", "backup"] as const;
export type LoginKind = (typeof LOGINS)[number];
export type LoginNames = Readonly<Record<LoginKind, string>>;
export type LoginPasswords = Readonly<Record<Exclude<LoginKind, "backup">, string>>;

/** PostgreSQL cuts names at 63 bytes. */
const NAME_BYTES_MAX = 63;

/** Logins belong to the whole server, so their names hold the database's. */
export function loginNames(database: string): LoginNames {
  const room = NAME_BYTES_MAX - "_engine".length;
  const isLong = Buffer.byteLength(database) > room;
  const digest = createHash("sha256").update(database).digest("hex").slice(0, 16);
  const base = isLong ? `outcry_${digest}` : database;
  return {
    app: `${base}_app`,
    engine: `${base}_engine`,
    auth: `${base}_auth`,
    backup: `${base}_backup`,
  };
}

/** Makes the logins that are missing; nobody can use them before `setPasswords`. */
export async function ensureLogins(client: Client, names: LoginNames): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>(
    "SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)",
    [Object.values(names)],
  );
  const present = new Set(rows.map((row) => row.rolname));
  for (const kind of LOGINS) {
    if (present.has(names[kind])) continue;
    const right = kind === "backup" ? "NOLOGIN" : "LOGIN";
    await client
      .query(
        `CREATE ROLE ${identifier(names[kind])} ${right} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`,
      )
      .catch(cannotMake);
  }
}

/**
 * Gives each login a new random password, known to this process alone and stored nowhere: a copy of
 * a configuration, a disk or a backup opens no database. The server gets only what checks it.
 */
export async function setPasswords(client: Client, names: LoginNames): Promise<LoginPasswords> {
  const passwords = { app: newPassword(), engine: newPassword(), auth: newPassword() };
  for (const kind of ["app", "engine", "auth"] as const) {
    const verifier = scramVerifier(passwords[kind]);
    await client
      .query(`ALTER ROLE ${identifier(names[kind])} PASSWORD ${literal(verifier)}`)
      .catch(cannotMake);
  }
  return passwords;
}

function newPassword(): string {
  return randomBytes(32).toString("base64url");
}

/** PostgreSQL's own default. The passwords have 256 bits, so that more would only slow connecting. */
const SCRAM_ITERATIONS = 4_096;

/** RFC 5803, as PostgreSQL stores it, so that no password stands in a statement that might be logged. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, "sha256");
  const key = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(key("Client Key")).digest("base64");
  const server = key("Server Key").toString("base64");
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString("base64")}$${stored}:${server}`;
}

function cannotMake(error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  throw halt(
    "logins_not_made",
    `The database's owner (the login in DATABASE_URL) cannot make the logins that Outcry works with: ${why}. ` +
      "Mend it as a superuser with: ALTER ROLE <owner> CREATEROLE; and, where the logins exist already: " +
      "GRANT <login> TO <owner> WITH ADMIN OPTION;",
    error,
  );
}
