/** Logins of people: found by the secret in the cookie, kept alive by use, ended here or everywhere. */
import type { LoginAnswer } from "../../protocol/account.ts";
import type { Clock } from "../clock.ts";
import type { Storage, Tx } from "../storage/storage.ts";
import { type Login, newSessionSecret, type Session, sessionHash } from "./login.ts";

/** A browser that was not used for so long has to sign in again … */
export const IDLE_MS_MAX = 14 * 86_400_000;
/** … and every one after this time. */
export const SESSION_MS_MAX = 90 * 86_400_000;

/** Browsers of one person; the one used least is signed out when another one signs in. */
export const LOGINS_MAX = 20;

/**
 * A login that was found is believed this long. What ends here is forgotten at once; this bounds
 * what somebody does in the database by hand. Five seconds are promised.
 */
const BELIEVED_MS = 4_000;

/** Logins remembered: some 300 bytes each. */
const REMEMBERED_MAX = 10_000;

/** Use is noted this often: a write for every request would cost more than the request. */
const NOTED_EVERY_MS = 300_000;

/** Ids of ended logins are kept longer than any request lasts. */
const ENDED_MS = 60_000;

export interface LoginsParts {
  readonly storage: Pick<Storage, "withUser" | "withAuth">;
  readonly clock: Clock;
}

/** Told the ids of sessions that have ended. */
export type EndListener = (sessionIds: ReadonlySet<number>) => void;

export class Logins {
  readonly #parts: LoginsParts;
  readonly #found = new Map<string, { readonly login: Login; readonly at: number }>();
  readonly #ended = new Map<number, number>();
  readonly #listeners = new Set<EndListener>();

  constructor(parts: LoginsParts) {
    this.#parts = parts;
  }

  /** The login that the cookie's secret stands for; null for a forged, expired or ended one. */
  async find(secret: string): Promise<Login | null> {
    const hash = sessionHash(secret);
    if (hash === null) return null;
    const now = this.#parts.clock.now();
    const found = this.#found.get(hash.toString("hex"));
    if (found !== undefined && isBelieved(found, now)) return found.login;
    return this.#read(hash);
  }

  /** Whether the login still stands, asked of the database; one that does not is told to have ended. */
  async verify(login: Login): Promise<boolean> {
    if (login.session === null) return true;
    const found = await this.#read(Buffer.from(login.session.hash, "hex"));
    if (found === null) this.#end([login.session.id]);
    return found !== null;
  }

  /** Whether the login was ended a moment ago, perhaps while its request was under way. */
  hasEnded({ session }: Login): boolean {
    return session !== null && this.#ended.has(session.id);
  }

  /** Calls the listener whenever sessions end; returns the function that stops it. */
  onEnd(listener: EndListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One's logins, the latest used first. */
  async list({ userId, session }: Login): Promise<LoginAnswer[]> {
    const rows = await this.#parts.storage.withUser(userId, (tx) =>
      tx
        .selectFrom("sessions")
        .select(["id", "device", "created_at", "last_used_at", "expires_at"])
        .where("user_id", "=", userId)
        .orderBy("last_used_at", "desc")
        .limit(LOGINS_MAX)
        .execute(),
    );
    const now = this.#parts.clock.now();
    return rows
      .filter((row) => row.expires_at > now)
      .map((row) => ({
        id: row.id,
        device: row.device,
        createdAt: row.created_at,
        lastUsedAt: row.last_used_at,
        expiresAt: row.expires_at,
        isCurrent: row.id === session?.id,
      }));
  }

  /** Ends one of the user's logins; false where there is none of that id. */
  async endOne(userId: number, sessionId: number): Promise<boolean> {
    const ended = await this.#parts.storage.withUser(userId, (tx) =>
      tx
        .deleteFrom("sessions")
        .where("user_id", "=", userId)
        .where("id", "=", sessionId)
        .returning("id")
        .execute(),
    );
    this.#end(ended.map(({ id }) => id));
    return ended.length > 0;
  }

  /** Ends all of the user's logins. */
  async endAll(userId: number): Promise<number> {
    const ended = await this.#parts.storage.withUser(userId, (tx) => endedOf(tx, userId));
    this.#end(ended);
    return ended.length;
  }

  /** Ends the login of a secret, whoever's it is: the browser that shows it is about to get another. */
  async endSecret(secret: string): Promise<void> {
    const hash = sessionHash(secret);
    if (hash === null) return;
    const rows = await this.#parts.storage.withAuth({ kind: "session", hash }, ({ tx }) =>
      tx.deleteFrom("sessions").where("hash", "=", hash).returning("id").execute(),
    );
    this.#end(rows.map(({ id }) => id));
  }

  /** Says that these sessions were removed in a transaction that is committed. */
  noteEnded(sessionIds: readonly number[]): void {
    this.#end(sessionIds);
  }

  async #read(hash: Buffer): Promise<Login | null> {
    const { storage, clock } = this.#parts;
    const now = clock.now();
    const login = await storage.withAuth({ kind: "session", hash }, ({ tx }) =>
      readSession(tx, hash, now),
    );
    const key = hash.toString("hex");
    this.#found.delete(key);
    if (login === null || this.hasEnded(login)) return null;
    this.#found.set(key, { login, at: now });
    const [oldest] = this.#found.keys();
    if (this.#found.size > REMEMBERED_MAX && oldest !== undefined) this.#found.delete(oldest);
    return login;
  }

  #end(sessionIds: readonly number[]): void {
    if (sessionIds.length === 0) return;
    const now = this.#parts.clock.now();
    const ids = new Set(sessionIds);
    for (const [id, at] of this.#ended) if (now - at > ENDED_MS) this.#ended.delete(id);
    for (const id of ids) this.#ended.set(id, now);
    for (const [key, { login }] of this.#found) {
      if (login.session !== null && ids.has(login.session.id)) this.#found.delete(key);
    }
    for (const listener of this.#listeners) listener(ids);
  }
}

/** Adds a login in a transaction that acts as its user, and removes those beyond the bound. */
export async function addSession(
  tx: Tx,
  {
    userId,
    device,
    now,
  }: { readonly userId: number; readonly device: string; readonly now: number },
): Promise<{ readonly secret: string; readonly removed: number[] }> {
  const secret = newSessionSecret();
  const hash = sessionHash(secret);
  if (hash === null) throw new Error("a new secret has the form of one");
  const kept = tx
    .selectFrom("sessions")
    .select("id")
    .where("user_id", "=", userId)
    .orderBy("last_used_at", "desc")
    .limit(LOGINS_MAX - 1);
  const removed = await tx
    .deleteFrom("sessions")
    .where("user_id", "=", userId)
    .where("id", "not in", kept)
    .returning("id")
    .execute();
  await tx
    .insertInto("sessions")
    .values({
      ...{ user_id: userId, hash, device, created_at: now, last_used_at: now },
      expires_at: now + IDLE_MS_MAX,
    })
    .execute();
  return { secret, removed: removed.map(({ id }) => id) };
}

/** Removes all sessions of a user; returns their ids. */
export async function endedOf(tx: Tx, userId: number): Promise<number[]> {
  const rows = await tx
    .deleteFrom("sessions")
    .where("user_id", "=", userId)
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

async function readSession(tx: Tx, hash: Buffer, now: number): Promise<Login | null> {
  const row = await tx
    .selectFrom("sessions")
    .select(["user_id", "id", "created_at", "last_used_at", "expires_at"])
    .where("hash", "=", hash)
    .executeTakeFirst();
  if (row === undefined || row.expires_at <= now) return null;
  let expiresAt = row.expires_at;
  if (now - row.last_used_at >= NOTED_EVERY_MS) {
    expiresAt = Math.min(now + IDLE_MS_MAX, row.created_at + SESSION_MS_MAX);
    await tx
      .updateTable("sessions")
      .set({ last_used_at: now, expires_at: expiresAt })
      .where("hash", "=", hash)
      .execute();
  }
  const session: Session = { id: row.id, hash: hash.toString("hex"), expiresAt };
  return { userId: row.user_id, session };
}

function isBelieved(
  { login, at }: { readonly login: Login; readonly at: number },
  now: number,
): boolean {
  // A wall clock set back must not stretch the time.
  return Math.abs(now - at) < BELIEVED_MS && now < (login.session?.expiresAt ?? 0);
}
