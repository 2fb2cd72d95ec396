/** A market's database in the embedded server. */
import type { Client } from "pg";
import { connectOwner, identifier } from "./connection.ts";
import type { DatabaseTarget } from "./database-url.ts";

export async function databaseExists(target: DatabaseTarget): Promise<boolean> {
  const { client } = await connectOwner({ ...target, database: "postgres" });
  try {
    return await isKnown(client, target.database);
  } finally {
    await client.end();
  }
}

/** Makes the database where it is missing; one statement, all or nothing. */
export async function ensureDatabase(target: DatabaseTarget): Promise<void> {
  const { client } = await connectOwner({ ...target, database: "postgres" });
  try {
    if (await isKnown(client, target.database)) return;
    await client.query(`CREATE DATABASE ${identifier(target.database)}`);
  } finally {
    await client.end();
  }
}

async function isKnown(client: Client, database: string): Promise<boolean> {
  const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [database]);
  return rowCount === 1;
}
