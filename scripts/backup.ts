/** `npm run backup [file]`: copies all that Outcry has stored into a file, also while it runs. */
import { backUpPlace } from "../src/server/storage/storage.ts";
import { placeOfEnvironment, runCommand } from "./storage-command.ts";

await runCommand(async (args) => {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const file = args[0] ?? `outcry-backup-${stamp}.jsonl.gz`;
  const rowCount = await backUpPlace(placeOfEnvironment(), file);
  return `${rowCount} rows are in ${file}. It holds people's data: keep it as you keep the database.`;
});
