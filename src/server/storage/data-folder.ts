/** The data folder: made when missing, and held by one Outcry at a time. */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { halt } from "./fault.ts";

export interface DataFolder {
  /** Absolute, without symbolic links. */
  readonly path: string;
  release(): void;
}

/**
 * Takes the folder for this process. The lock is the operating system's on the file `lock`, taken
 * through SQLite, which brings it on every platform: it ends with the process, however that ends,
 * and two that start at once cannot both have it. Throws a `halt` fault when another one has it.
 */
export function holdDataFolder(path: string): DataFolder {
  const folder = makeFolder(path);
  const holderFile = join(folder, HOLDER);
  const lock = openLock(folder, holderFile);
  writeFileSync(holderFile, `${process.pid}\n`);
  return { path: folder, release: () => lock.close() };
}

const LOCK = "lock";
const HOLDER = "outcry.pid";

function makeFolder(path: string): string {
  try {
    const isNew = mkdirSync(path, { recursive: true }) !== undefined;
    // The server's account passes through to the cluster; nobody else lists what is here.
    if (isNew) chmodSync(path, 0o711);
    const folder = realpathSync(path);
    accessSync(folder, constants.W_OK | constants.X_OK);
    for (const file of [LOCK, HOLDER]) {
      // SQLite takes no lock on a file that it may only read.
      if (existsSync(join(folder, file))) accessSync(join(folder, file), constants.W_OK);
    }
    return folder;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw halt(
      "data_folder_unusable",
      `The data folder ${path} cannot be used: ${why}. Set OUTCRY_DATA to a folder that this user owns.`,
      error,
    );
  }
}

function openLock(folder: string, holderFile: string): DatabaseSync {
  try {
    const lock = new DatabaseSync(join(folder, LOCK), { timeout: 0 });
    try {
      lock.exec("BEGIN EXCLUSIVE");
    } catch (error) {
      lock.close();
      throw error;
    }
    return lock;
  } catch (error) {
    if (!(error instanceof Error && /locked/.test(error.message))) {
      const why = error instanceof Error ? error.message : String(error);
      throw halt("data_folder_unusable", `The data folder ${folder} cannot be locked: ${why}.`);
    }
    throw halt(
      "data_folder_in_use",
      `Another Outcry (process ${holderOf(holderFile)}) uses the data folder ${folder}. ` +
        "Stop it first, or set OUTCRY_DATA to another folder.",
      error,
    );
  }
}

function holderOf(holderFile: string): string {
  try {
    return /^\d{1,10}/.exec(readFileSync(holderFile, "utf8"))?.[0] ?? "unknown";
  } catch {
    return "unknown";
  }
}
