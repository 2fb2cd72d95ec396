/** People for tests of the storage: two tenants with look-alike rows in every table, and canaries. */
import type { Client } from "pg";

export interface TestPerson {
  readonly id: number;
  readonly strategyId: number;
  /** Stands in every text of this person and nowhere else. */
  readonly canary: string;
}

const MINUTE = 1_700_000_040_000;

/** Puts one row of the person into every tenant table; the client is a superuser's. */
export async function addPerson(superuser: Client, name: string): Promise<TestPerson> {
  const canary = `canary-${name}`;
  const id = await idOf(
    superuser,
    `INSERT INTO users (issuer, subject, email, display_name, created_at)
     VALUES ('https://issuer.example', $1, $1 || '@example.org', $1, 1) RETURNING id`,
    [canary],
  );
  return { id, strategyId: await addRows(superuser, id, canary), canary };
}

/** Puts one row into every table but `users` for a person who is there; returns the strategy's id. */
export async function addRows(superuser: Client, id: number, canary: string): Promise<number> {
  await superuser.query(
    `INSERT INTO sessions (user_id, hash, device, created_at, last_used_at, expires_at)
     VALUES ($1, sha256($2), $3, 1, 1, 4102444800000)`,
    [id, Buffer.from(canary), canary],
  );
  const strategyId = await idOf(
    superuser,
    `INSERT INTO strategies (user_id, name, symbol, timeframe, kind, definition, is_enabled, is_runnable, created_at, updated_at)
     VALUES ($1, $2, 'BTCUSDT', '1m', 'custom', jsonb_build_object('note', $2::text), true, true, 1, 1) RETURNING id`,
    [id, canary],
  );
  const key = [id, strategyId];
  await superuser.query(
    `INSERT INTO facts (user_id, strategy_id, open_time, ordinal, seq, kind, payload)
     VALUES ($1, $2, ${MINUTE}, 0, 1, 'filled', jsonb_build_object('note', $3::text))`,
    [...key, canary],
  );
  await superuser.query(
    `INSERT INTO postings (user_id, strategy_id, open_time, ordinal, line, account, asset, amount)
     VALUES ($1, $2, ${MINUTE}, 0, 0, $3, 'USDT', 12.34567891)`,
    [...key, canary],
  );
  await superuser.query(
    `INSERT INTO open_positions (user_id, strategy_id, symbol, side, quantity, entry_time, entry_price, entry_fee)
     VALUES ($1, $2, 'BTCUSDT', 'long', 0.001, ${MINUTE}, 50000, 0.05)`,
    key,
  );
  await superuser.query(
    `INSERT INTO completed_trades (user_id, strategy_id, entry_time, exit_time, symbol, timeframe, side,
       quantity, entry_price, exit_price, fees, net_profit, exit_reason)
     VALUES ($1, $2, 1, 2, 'BTCUSDT', '1m', 'long', 0.001, 50000, 51000, 0.1, 0.9, 'take_profit')`,
    key,
  );
  await superuser.query(
    "INSERT INTO equity_marks (user_id, strategy_id, marked_at, equity) VALUES ($1, $2, 0, 10000)",
    key,
  );
  return strategyId;
}

async function idOf(client: Client, statement: string, values: unknown[]): Promise<number> {
  const { rows } = await client.query<{ id: number }>(statement, values);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("the row was not made");
  return id;
}
