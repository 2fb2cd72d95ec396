/** The backup's file: lines of JSON, compressed, closed by a checksum over all of them. */
import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { z } from "zod";
import { halt } from "./fault.ts";

export const BACKUP_FORMAT = 1;

const rowSchema = z.array(z.string().nullable());
const lineSchema = z.union([
  /** First: what this file is. */
  z.strictObject({ outcryBackup: z.literal(BACKUP_FORMAT), createdAt: z.string() }),
  /** A database begins; its tables follow. */
  z.strictObject({
    market: z.string(),
    migrations: z.array(
      z.strictObject({ number: z.int(), name: z.string(), checksum: z.string() }),
    ),
  }),
  /** A table begins; its rows follow, each value as PostgreSQL prints it. */
  z.strictObject({ table: z.string(), columns: z.array(z.string()) }),
  z.strictObject({ rows: z.array(rowSchema) }),
  /** Last: how many rows there were, and the SHA-256 of every line before this one. */
  z.strictObject({ rowCount: z.int(), sha256: z.string() }),
]);
export type BackupLine = z.infer<typeof lineSchema>;
export type BackupRow = z.infer<typeof rowSchema>;

/** Writes all lines and the closing one; the file appears under its name only when it is whole. */
export async function writeBackupFile(
  path: string,
  lines: AsyncIterable<BackupLine>,
): Promise<number> {
  const unfinished = `${path}.unfinished`;
  const hash = createHash("sha256");
  let rowCount = 0;
  async function* text() {
    for await (const line of lines) {
      if ("rows" in line) rowCount += line.rows.length;
      const printed = `${JSON.stringify(line)}\n`;
      hash.update(printed);
      yield printed;
    }
    yield `${JSON.stringify({ rowCount, sha256: hash.digest("hex") })}\n`;
  }
  try {
    // It holds what people do: nobody else reads it.
    const file = createWriteStream(unfinished, { mode: 0o600 });
    await pipeline(Readable.from(text()), createGzip(), file);
    const written = openSync(unfinished, "r");
    fsyncSync(written);
    closeSync(written);
    renameSync(unfinished, path);
    return rowCount;
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** Reads the lines of a file that `checkBackupFile` has found whole. */
export async function* readBackupFile(path: string): AsyncGenerator<BackupLine> {
  for await (const text of textLines(path)) yield lineSchema.parse(JSON.parse(text));
}

async function* textLines(path: string): AsyncGenerator<string> {
  const compressed = createReadStream(path);
  const text = createGunzip();
  compressed.on("error", (error) => text.destroy(error));
  yield* createInterface({ input: compressed.pipe(text) });
}

/** Refuses a file that is not a backup, or not a whole one, before anything is made of it. */
export async function checkBackupFile(path: string): Promise<void> {
  const hash = createHash("sha256");
  let lastText: string | null = null;
  let last: BackupLine | null = null;
  try {
    for await (const text of textLines(path)) {
      const line = lineSchema.parse(JSON.parse(text));
      if ((last === null) !== "outcryBackup" in line) throw new Error("it does not begin as one");
      if (lastText !== null) hash.update(`${lastText}\n`);
      lastText = text;
      last = line;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw halt("backup_damaged", `${path} is not a whole backup of Outcry: ${why}`, error);
  }
  if (last !== null && "sha256" in last && last.sha256 === hash.digest("hex")) return;
  throw halt("backup_damaged", `${path} is not a whole backup of Outcry: its checksum is wrong`);
}
