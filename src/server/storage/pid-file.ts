/** `postmaster.pid`: which server has a cluster, and the proof that a process is that server. */
import { execFileSync } from "node:child_process";
import {
  chownSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";

/** https://www.postgresql.org/docs/current/storage-file-layout.html and `src/include/utils/pidfile.h` */
export interface PidFile {
  readonly pid: number;
  /** Seconds since the epoch, as the server wrote them. */
  readonly startedAt: string;
  readonly port: number;
  /** Empty where the server has no socket. */
  readonly socketFolder: string;
  readonly isReady: boolean;
}

/** Null where there is none, or one that is being written. */
export function readPidFile(cluster: string): PidFile | null {
  let text: string;
  try {
    text = readFileSync(join(cluster, "postmaster.pid"), "utf8");
  } catch {
    return null;
  }
  const [pid, , startedAt = "", port, socketFolder = "", , , status = ""] = text.split("\n");
  if (pid === undefined || !/^\d{1,10}$/.test(pid)) return null;
  return {
    pid: Number(pid),
    startedAt,
    port: Number(port),
    socketFolder,
    isReady: status.trim() === "ready",
  };
}

/** Whether the process lives and is a PostgreSQL server on this very cluster. */
export function isServerOf(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === "linux") return isServerByProc(pid, cluster);
  if (process.platform === "win32") return false;
  return isServerByPs(pid, cluster);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** A server works inside its cluster, wherever that has been moved to since. */
function isServerByProc(pid: number, cluster: string): boolean {
  try {
    const [program = ""] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return basename(program) === "postgres" && readlinkSync(`/proc/${pid}/cwd`) === cluster;
  } catch {
    return false;
  }
}

function isServerByPs(pid: number, cluster: string): boolean {
  try {
    const command = execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    return /postgres/.test(command) && command.includes(`-D ${cluster}`);
  } catch {
    return false;
  }
}

/**
 * Marks the file as left behind, when its number now belongs to a stranger's process: PostgreSQL
 * would take the stranger for its server. It is not removed, because it also names the shared memory
 * by which a new server sees that no backend of the old one is left. A number that stands in
 * `PG_GRANDPARENT_PID` is known to PostgreSQL as nobody's server.
 */
export function disownPidFile(cluster: string, grandparent: number): void {
  const path = join(cluster, "postmaster.pid");
  const lines = readFileSync(path, "utf8").split("\n");
  const { uid, gid } = statSync(path);
  const unfinished = `${path}.new`;
  writeFileSync(unfinished, [String(grandparent), ...lines.slice(1)].join("\n"), { mode: 0o600 });
  if (process.getuid?.() === 0) chownSync(unfinished, uid, gid);
  renameSync(unfinished, path);
}
