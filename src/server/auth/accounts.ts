/** People's accounts: made at the first sign-in with all that a person starts with, read, changed, ended. */
import { sql } from "kysely";
import type { MeAnswer, MeChange } from "../../protocol/account.ts";
import type { Clock } from "../clock.ts";
import type { AuthTx, Storage, Tx } from "../storage/storage.ts";
import { addFirstStrategies } from "../strategies/strategies.ts";
import { displayNameOf } from "./display-name.ts";
import { LOCAL_USER_ID } from "./login.ts";
import { addSession, endedOf } from "./logins.ts";
import type { Identity } from "./provider.ts";

export interface AccountsParts {
  readonly storage: Pick<Storage, "withUser" | "withAuth">;
  readonly clock: Clock;
  /** On which a new person's strategies stand. */
  readonly symbol: string;
}

export interface SignedIn {
  readonly userId: number;
  /** For the cookie; nothing else ever holds it. */
  readonly secret: string;
  /** Sessions that gave way. */
  readonly removed: readonly number[];
}

export interface Arrival {
  readonly identity: Identity;
  /** The operator, to whom user 1 belongs. */
  readonly as: "owner" | "guest";
  readonly device: string;
}

export class Accounts {
  readonly #parts: AccountsParts;

  constructor(parts: AccountsParts) {
    this.#parts = parts;
  }

  /** Makes the local user where there is none. */
  async ensureLocalUser(): Promise<void> {
    await this.#parts.storage.withAuth({ kind: "none" }, async ({ tx, actAs }) => {
      await actAs(LOCAL_USER_ID);
      const user = await tx
        .selectFrom("users")
        .select("id")
        .where("id", "=", LOCAL_USER_ID)
        .executeTakeFirst();
      if (user !== undefined) return;
      const local = { display_name: "Local user", is_operator: true };
      await this.#addFirstUser(tx, local);
    });
  }

  /**
   * Signs a person in: the account of the identity, or a new one with its first strategies, and a
   * new login, all in one transaction.
   */
  async signIn(arrival: Arrival): Promise<SignedIn> {
    const { issuer, subject, email } = arrival.identity;
    const now = this.#parts.clock.now();
    return this.#parts.storage.withAuth({ kind: "identity", issuer, subject }, async (auth) => {
      const userId = await this.#userOf(auth, arrival);
      await auth.actAs(userId);
      await auth.tx
        .updateTable("users")
        .set({
          ...{ email, is_operator: arrival.as === "owner" },
          // A wall clock set back must not keep anybody out.
          last_sign_in_at: sql<number>`greatest(created_at, ${now})`,
        })
        .where("id", "=", userId)
        .execute();
      await auth.tx.deleteFrom("sessions").where("expires_at", "<=", now).execute();
      const session = await addSession(auth.tx, { userId, device: arrival.device, now });
      return { userId, ...session };
    });
  }

  async me(userId: number): Promise<Omit<MeAnswer, "mode"> | null> {
    const row = await this.#parts.storage.withUser(userId, (tx) =>
      tx.selectFrom("users").select(ME_COLUMNS).where("id", "=", userId).executeTakeFirst(),
    );
    return row === undefined ? null : meOf(row);
  }

  async change(userId: number, change: MeChange): Promise<Omit<MeAnswer, "mode"> | null> {
    const { displayName, language, theme } = change;
    const set = {
      ...(displayName === undefined ? {} : { display_name: displayName }),
      ...(language === undefined ? {} : { language }),
      ...(theme === undefined ? {} : { theme }),
    };
    if (Object.keys(set).length === 0) return this.me(userId);
    const row = await this.#parts.storage.withUser(userId, (tx) =>
      tx
        .updateTable("users")
        .set(set)
        .where("id", "=", userId)
        .returning(ME_COLUMNS)
        .executeTakeFirst(),
    );
    return row === undefined ? null : meOf(row);
  }

  /** Removes the person with everything that is theirs; returns the sessions that ended with them. */
  async delete(userId: number): Promise<readonly number[]> {
    return this.#parts.storage.withUser(userId, async (tx) => {
      const ended = await endedOf(tx, userId);
      // All other rows go with their owner's.
      await tx.deleteFrom("users").where("id", "=", userId).execute();
      return ended;
    });
  }

  async #userOf(auth: AuthTx, arrival: Arrival): Promise<number> {
    const known = await findUser(auth.tx, arrival.identity);
    if (known !== null) return known;
    const made = (await this.#asFirstUser(auth, arrival)) ?? (await this.#asNewUser(auth, arrival));
    // Null where the same person signs in twice at once: the other one has just made the account.
    const userId = made ?? (await findUser(auth.tx, arrival.identity));
    if (userId === null)
      throw new Error("an account that was just made by another sign-in is gone");
    return userId;
  }

  /** The owner's first sign-in takes user 1 over with all that it has; null where that is not open. */
  async #asFirstUser({ tx, actAs }: AuthTx, { as, identity }: Arrival): Promise<number | null> {
    if (as !== "owner") return null;
    await actAs(LOCAL_USER_ID);
    const { issuer, subject } = identity;
    const person = { issuer, subject, display_name: displayNameOf(identity) };
    const taken = await tx
      .updateTable("users")
      .set(person)
      .where("id", "=", LOCAL_USER_ID)
      .where("issuer", "is", null)
      .returning("id")
      .executeTakeFirst();
    if (taken !== undefined) return taken.id;
    return this.#addFirstUser(tx, person);
  }

  async #asNewUser({ tx, actAs }: AuthTx, { identity }: Arrival): Promise<number | null> {
    const now = this.#parts.clock.now();
    const { issuer, subject } = identity;
    const row = await tx
      .insertInto("users")
      .values({ issuer, subject, display_name: displayNameOf(identity), created_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning("id")
      .executeTakeFirst();
    if (row === undefined) return null;
    await actAs(row.id);
    const { symbol } = this.#parts;
    await addFirstStrategies(tx, { userId: row.id, which: "defaults", symbol, now });
    return row.id;
  }

  /** User 1 with all strategies, switched on; null where there is one. */
  async #addFirstUser(tx: Tx, person: FirstUser): Promise<number | null> {
    const { clock, symbol } = this.#parts;
    const now = clock.now();
    const row = await tx
      .insertInto("users")
      .values({ id: LOCAL_USER_ID, created_at: now, ...person })
      .onConflict((conflict) => conflict.doNothing())
      .returning("id")
      .executeTakeFirst();
    if (row === undefined) return null;
    await addFirstStrategies(tx, { userId: row.id, which: "all", symbol, now });
    return row.id;
  }
}

interface FirstUser {
  readonly display_name: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly is_operator?: boolean;
}

async function findUser(tx: Tx, { issuer, subject }: Identity): Promise<number | null> {
  const row = await tx
    .selectFrom("users")
    .select("id")
    .where("issuer", "=", issuer)
    .where("subject", "=", subject)
    .executeTakeFirst();
  return row?.id ?? null;
}

const ME_COLUMNS = [
  "id",
  "display_name",
  "email",
  "language",
  "theme",
  "is_operator",
  "created_at",
  "last_sign_in_at",
] as const;

interface MeRow {
  readonly id: number;
  readonly display_name: string;
  readonly email: string | null;
  readonly language: "en" | "fr" | null;
  readonly theme: "dark" | "light" | null;
  readonly is_operator: boolean;
  readonly created_at: number;
  readonly last_sign_in_at: number | null;
}

function meOf(row: MeRow): Omit<MeAnswer, "mode"> {
  return {
    id: row.id,
    displayName: row.display_name,
    email: row.email,
    language: row.language,
    theme: row.theme,
    isOperator: row.is_operator,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
  };
}
