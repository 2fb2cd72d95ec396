/** Backup and restore of a place: the embedded server, started or running, or an external database. */
import { backUp, marketsOf, restore } from "./backup.ts";
import { connectOwner } from "./connection.ts";
import { holdDataFolder } from "./data-folder.ts";
import { type DatabaseTarget, parseDatabaseUrl } from "./database-url.ts";
import { ensureDatabase } from "./embedded-database.ts";
import {
  addressOfRunning,
  type ServerAddress,
  startEmbeddedPostgres,
} from "./embedded-postgres.ts";
import { halt, StorageFault } from "./fault.ts";
import { databaseOf } from "./market-name.ts";
import type { DatabasePlace } from "./place.ts";

/** Backs up every market of the place, also while Outcry runs. Resolves to the number of rows. */
export async function backUpPlace(place: DatabasePlace, path: string): Promise<number> {
  if (place.kind === "external") return backUp([parseDatabaseUrl(place.url)], path);
  return withServer(place.dataFolder, { whileRunning: "use" }, async (address) =>
    backUp(await marketDatabases(address), path),
  );
}

/** Restores a file into an empty place; Outcry does not run on it. Resolves to the number of rows. */
export async function restorePlace(
  place: DatabasePlace,
  path: string,
  market: string | null,
): Promise<number> {
  if (place.kind === "external") {
    const markets = await marketsOf(path);
    if (market === null && markets.length > 1) {
      throw halt(
        "several_markets",
        `${path} holds ${markets.join(", ")}; an external database takes one: name it after the file.`,
      );
    }
    return restore(path, { market, targetOf: async () => parseDatabaseUrl(place.url) });
  }
  return withServer(place.dataFolder, { whileRunning: "refuse" }, (address) =>
    restore(path, {
      market,
      targetOf: async (each) => {
        const target = targetOn(address, databaseOf(each));
        await ensureDatabase(target);
        return target;
      },
    }),
  );
}

function targetOn(address: ServerAddress, database: string): DatabaseTarget {
  return { ...address, database, tls: { kind: "off" } };
}

async function marketDatabases(address: ServerAddress): Promise<DatabaseTarget[]> {
  const { client } = await connectOwner(targetOn(address, "postgres"));
  try {
    const { rows } = await client.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE starts_with(datname, 'outcry_') ORDER BY datname",
    );
    return rows.map((row) => targetOn(address, row.datname));
  } finally {
    await client.end();
  }
}

interface ServerUse {
  readonly whileRunning: "use" | "refuse";
}

async function withServer<Result>(
  dataFolder: string,
  use: ServerUse,
  work: (address: ServerAddress) => Promise<Result>,
): Promise<Result> {
  const running = use.whileRunning === "use" ? runningServer(dataFolder) : null;
  if (running !== null) return work(running);
  const folder = holdDataFolder(dataFolder);
  try {
    const server = await startEmbeddedPostgres({
      folder,
      onFault: () => {},
      onRestart: () => {},
    });
    try {
      return await work(server.address);
    } finally {
      await server.stop();
    }
  } finally {
    folder.release();
  }
}

/** The server of the Outcry that has the folder now; null where none has it. */
function runningServer(dataFolder: string): ServerAddress | null {
  try {
    holdDataFolder(dataFolder).release();
    return null;
  } catch (error) {
    if (!(error instanceof StorageFault && error.code === "data_folder_in_use")) throw error;
    const address = addressOfRunning(dataFolder);
    if (address === null) throw error;
    return address;
  }
}
