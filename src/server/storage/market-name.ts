/** Which market a database belongs to: simulated money never mixes with real prices. */
import type { Client } from "pg";
import { halt } from "./fault.ts";

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** The embedded server's database of a market: `outcry_simulated`, `outcry_replay_1f3a…`. */
export function databaseOf(market: string): string {
  if (!NAME.test(market)) throw halt("market_name", `"${market}" cannot name a market's database`);
  return `outcry_${market.replaceAll("-", "_")}`;
}

/** Refuses a database that belongs to another market; nothing is changed. */
export async function refuseForeignMarket(owner: Client, market: string): Promise<void> {
  const { rows: known } = await owner.query<{ isThere: boolean }>(
    `SELECT to_regclass('public.meta') IS NOT NULL AS "isThere"`,
  );
  const found = known[0]?.isThere === true ? await marketOf(owner) : null;
  if (found === null || found === market) return;
  throw halt(
    "database_of_another_market",
    `This database belongs to the market "${found}", and Outcry was started for "${market}". ` +
      "Give each market a database of its own (DATABASE_URL), or set MARKET as before.",
  );
}

/** Null for a database that belongs to none yet. */
export async function marketOf(owner: Client): Promise<string | null> {
  const { rows } = await owner.query<{ value: string }>(
    "SELECT value FROM meta WHERE name = 'market'",
  );
  return rows[0]?.value ?? null;
}

export async function rememberMarket(owner: Client, market: string): Promise<void> {
  await owner.query("INSERT INTO meta (name, value) VALUES ('market', $1) ON CONFLICT DO NOTHING", [
    market,
  ]);
}
