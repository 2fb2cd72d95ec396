/** The lease: at most one Outcry writes to a database, and one that lost it cannot commit. */
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { assert } from "../../core/assert.ts";
import { faultOf, halt, type StorageFault } from "./fault.ts";
import type { Opening } from "./login-pool.ts";

export const LEASE_NAME = "engine";

/** Renewed three times in its length, so that one slow renewal loses nothing. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;

/** Advisory locks of a database are two numbers: ours, and what is locked. */
const LOCK_SPACE = 20_260_101;
const START_LOCK = 1;
const LIFE_LOCK = 2;

/** Milliseconds by the database's clock. */
const NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/** Waits until no other Outcry is starting on this database; held until the owner's connection ends. */
export async function takeStartLock(owner: Client): Promise<void> {
  await owner.query("SELECT pg_advisory_lock($1, $2)", [LOCK_SPACE, START_LOCK]).catch((error) => {
    throw halt(
      "database_in_use",
      "Another Outcry has been starting on this database for a long time. Wait for it, or end it.",
      error,
    );
  });
}

/**
 * Refuses a database that another Outcry holds; nothing is changed. The lease is free when it has
 * run out, or when whoever had it is known to be gone because the lock of its connection is free.
 */
export async function refuseWhileHeld(owner: Client): Promise<void> {
  const { rows: known } = await owner.query<{ isThere: boolean }>(
    `SELECT to_regclass('public.lease') IS NOT NULL AS "isThere"`,
  );
  if (known[0]?.isThere !== true) return;
  const { rows } = await owner.query<{ holder: string; msLeft: number }>(
    `SELECT holder, expires_at - ${NOW} AS "msLeft" FROM lease WHERE name = $1`,
    [LEASE_NAME],
  );
  const held = rows[0];
  if (held === undefined || held.msLeft <= 0 || (await isHolderGone(owner))) return;
  throw halt(
    "database_in_use",
    `Another Outcry (${held.holder}) uses this database. Stop it first; if it hangs, its lease runs out ` +
      `in ${Math.ceil(held.msLeft / 1000)} s.`,
  );
}

/** Takes the lease, found free under the start lock, and gives its epoch. */
export async function takeLease(owner: Client): Promise<number> {
  await owner.query("BEGIN");
  try {
    // Waits for transactions under the old epoch, and shuts later ones out.
    await owner.query("SELECT FROM lease WHERE name = $1 FOR UPDATE", [LEASE_NAME]);
    const { rows } = await owner.query<{ epoch: number }>(
      `INSERT INTO lease AS held (name, epoch, holder, expires_at)
       VALUES ($1, 1, $2, ${NOW} + $3::int)
       ON CONFLICT (name) DO UPDATE
       SET epoch = held.epoch + 1, holder = excluded.holder, expires_at = excluded.expires_at
       RETURNING epoch`,
      [LEASE_NAME, `${hostname()}, process ${process.pid}`, LEASE_MS],
    );
    await owner.query("COMMIT");
    const epoch = rows[0]?.epoch;
    assert(epoch !== undefined, "the lease was written");
    return epoch;
  } catch (error) {
    await owner.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** A server takes a moment to notice that a killed process's connection is gone. */
const GONE_TRIES = 10;
const GONE_WAIT_MS = 50;

async function isHolderGone(owner: Client): Promise<boolean> {
  for (let tries = 1; tries <= GONE_TRIES; tries += 1) {
    const { rows } = await owner.query<{ isFree: boolean }>(
      `SELECT pg_try_advisory_lock($1, $2) AS "isFree"`,
      [LOCK_SPACE, LIFE_LOCK],
    );
    if (rows[0]?.isFree === true) {
      await owner.query("SELECT pg_advisory_unlock($1, $2)", [LOCK_SPACE, LIFE_LOCK]);
      return true;
    }
    await delay(GONE_WAIT_MS);
  }
  return false;
}

export interface LeaseOptions {
  readonly epoch: number;
  /** A new connection of the engine's login, with its own error listener. */
  readonly connect: () => Promise<Client>;
  /** The lease was lost to another Outcry; called once. */
  readonly onLost: (fault: StorageFault) => void;
}

/** Keeps a lease alive on a connection of its own until it is released. */
export class Lease {
  readonly epoch: number;
  readonly #options: LeaseOptions;
  #client: Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isReleased = false;

  private constructor(options: LeaseOptions) {
    this.epoch = options.epoch;
    this.#options = options;
  }

  /** The start lock is still held, so that the life lock passes to this connection unseen. */
  static async hold(options: LeaseOptions): Promise<Lease> {
    const lease = new Lease(options);
    await lease.#renew();
    lease.#schedule();
    return lease;
  }

  /** Gives the lease up at once, so that the next start need not wait. */
  async release(): Promise<void> {
    this.#isReleased = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const client = this.#client;
    if (client === null) return;
    await client
      .query("UPDATE lease SET expires_at = 0 WHERE name = $1 AND epoch = $2", [
        LEASE_NAME,
        this.epoch,
      ])
      .catch(() => {});
    await client.end().catch(() => {});
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#beat(), RENEW_MS);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    try {
      await this.#renew();
    } catch (error) {
      const fault = faultOf(error);
      if (fault === null || fault.reaction === "halt") {
        if (!this.#isReleased) this.#options.onLost(fault ?? lost(error));
        return;
      }
      // A lost connection: the next beat makes another. What was decided meanwhile is still fenced.
      this.#client?.end().catch(() => {});
      this.#client = null;
    }
    if (!this.#isReleased) this.#schedule();
  }

  async #renew(): Promise<void> {
    if (this.#client === null) {
      const client = await this.#options.connect();
      await client.query("SELECT pg_advisory_lock_shared($1, $2)", [LOCK_SPACE, LIFE_LOCK]);
      this.#client = client;
    }
    const { rowCount } = await this.#client.query(
      `UPDATE lease SET expires_at = ${NOW} + $3::int WHERE name = $1 AND epoch = $2`,
      [LEASE_NAME, this.epoch, LEASE_MS],
    );
    if (rowCount !== 1) throw lost(null);
  }
}

/** The statement that opens every transaction of the engine: the row stays as it is until its end. */
export function fence(epoch: number): Opening {
  assert(Number.isSafeInteger(epoch), "an epoch is a whole number");
  return {
    text: `SELECT FROM lease WHERE name = '${LEASE_NAME}' AND epoch = ${epoch} FOR KEY SHARE`,
    check: (rowCount) => {
      if (rowCount !== 1) throw lost(null);
    },
  };
}

function lost(cause: unknown): StorageFault {
  return halt(
    "lease_lost",
    "Another Outcry has taken over this database. This one may not write any more and ends.",
    cause,
  );
}
