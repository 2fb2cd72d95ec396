/** `npm run restore <file> [market]`: fills an empty data folder or database from a backup. */
import { restorePlace } from "../src/server/storage/storage.ts";
import { placeOfEnvironment, runCommand } from "./storage-command.ts";

await runCommand(async (args) => {
  const [file, market = null] = args;
  if (file === undefined) throw new Error("which file? npm run restore <file> [market]");
  const rowCount = await restorePlace(placeOfEnvironment(), file, market);
  return `${rowCount} rows were restored from ${file}.`;
});
