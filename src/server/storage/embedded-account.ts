/** The account that runs the embedded server: PostgreSQL refuses to run as root. */
import { spawnSync } from "node:child_process";
import { chownSync, lchownSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { halt } from "./fault.ts";

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Null where Outcry's own account serves: it is not root's, or the platform has no such thing. */
export type ServerAccount = Account | null;

/**
 * Whom the server runs as. Root gives it to the owner of what is there already; on a new folder to
 * a uid that nobody has, so that no other program can read the files. An ordinary user keeps it.
 */
export function chooseAccount(cluster: string, dataFolder: string): ServerAccount {
  const own = process.getuid?.();
  if (own === undefined) return null;
  const owner = ownerOf(cluster);
  if (own !== 0) {
    if (owner === null || owner.uid === own) return null;
    throw halt(
      "database_of_another_user",
      `The database in ${cluster} belongs to user ${owner.uid}, and Outcry runs as user ${own}. ` +
        "Start it as root or as that user, or set OUTCRY_DATA to another folder.",
    );
  }
  if (owner !== null && owner.uid !== 0) return owner;
  const folderOwner = ownerOf(dataFolder);
  if (folderOwner !== null && folderOwner.uid !== 0) return folderOwner;
  const free = freeAccount();
  for (const account of [free, namedAccount()]) {
    if (account !== null && canRunAs(account)) return account;
  }
  throw halt(
    "no_account_for_database",
    "PostgreSQL does not run as root, and root cannot take another account here. " +
      "Start Outcry as an ordinary user, or set DATABASE_URL.",
  );
}

/**
 * The account for `initdb`, which insists on a name for its uid: the server's own where it has one,
 * else an ordinary named one, whose files are then given to the server's.
 */
export function initialAccount(account: ServerAccount): ServerAccount {
  if (account === null || passwd().some((entry) => entry.uid === account.uid)) return account;
  const named = namedAccount();
  if (named !== null && canRunAs(named)) return named;
  throw halt(
    "no_account_for_database",
    `User ${account.uid}, who is to own the database, has no name on this machine. ` +
      "Start Outcry as an ordinary user, or set DATABASE_URL.",
  );
}

/** Gives a file, or a folder with all that it holds, to the account. */
export function giveTo(account: ServerAccount, path: string): void {
  if (account === null) return;
  chownSync(path, account.uid, account.gid);
  if (!statSync(path).isDirectory()) return;
  for (const entry of readdirSync(path, { recursive: true, encoding: "utf8" })) {
    lchownSync(join(path, entry), account.uid, account.gid);
  }
}

/** Whether the account can enter the folder. Asked of the system, which knows of more than modes. */
export function canEnter(account: ServerAccount, folder: string): boolean {
  if (account === null) return true;
  const asked = spawnSync("/bin/sh", ["-c", 'cd "$0"', folder], { ...account, cwd: "/" });
  return asked.status === 0;
}

function canRunAs(account: Account): boolean {
  return spawnSync("/bin/sh", ["-c", ":"], { ...account, cwd: "/" }).status === 0;
}

function ownerOf(path: string): Account | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : { uid: found.uid, gid: found.gid };
}

/**
 * Above the accounts of people and services, below those that systemd hands out (from 61,184), and
 * within the 65,536 that a container usually has.
 */
const FREE_UID_FIRST = 54_320;
const FREE_UID_LAST = 54_399;

function freeAccount(): Account | null {
  const taken = new Set(passwd().map((entry) => entry.uid));
  for (let uid = FREE_UID_FIRST; uid <= FREE_UID_LAST; uid += 1) {
    if (!taken.has(uid)) return { uid, gid: uid };
  }
  return null;
}

function namedAccount(): Account | null {
  const entries = passwd();
  for (const name of ["nobody", "daemon", "postgres"]) {
    // macOS gives `nobody` the uid -2, which cannot be spawned as.
    const entry = entries.find((each) => each.name === name && each.uid > 0 && each.uid < 2 ** 31);
    if (entry !== undefined) return { uid: entry.uid, gid: entry.gid };
  }
  return null;
}

function passwd(): Array<{ name: string; uid: number; gid: number }> {
  return readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length >= 4)
    .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}
