/** A market's database in the embedded server. */
import { connectOwner, identifier } from "./connection.ts";
import type { DatabaseTarget } from "./database-url.ts";

/** Makes the database where it is missing; one statement, all or nothing. */
export async function ensureDatabase(target: DatabaseTarget): Promise<void> {
  const { client } = await connectOwner({ ...target, database: "postgres" });
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [
      target.database,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${identifier(target.database)}`);
  } finally {
    await client.end();
  }
}
