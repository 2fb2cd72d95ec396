/** What the commands on the storage share: where it is, and how a command ends. */
import { existsSync } from "node:fs";
import { loadEnvFile } from "node:process";
import type { DatabasePlace } from "../src/server/storage/storage.ts";

export function placeOfEnvironment(): DatabasePlace {
  if (existsSync(".env")) loadEnvFile(".env");
  const url = process.env.DATABASE_URL?.trim() ?? "";
  if (url !== "") return { kind: "external", url };
  const dataFolder = process.env.OUTCRY_DATA?.trim() ?? "";
  return { kind: "embedded", dataFolder: dataFolder === "" ? "./data" : dataFolder };
}

/** Prints the outcome in one line; a failure is an exit code of 1 and its message. */
export async function runCommand(
  command: (args: readonly string[]) => Promise<string>,
): Promise<void> {
  try {
    console.log(await command(process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
