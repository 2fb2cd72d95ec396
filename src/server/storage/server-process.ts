/** One run of a PostgreSQL program under a watch that outlives Outcry just long enough to end it. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { Socket } from "node:net";
import { assert } from "../../core/assert.ts";
import { giveTo, type ServerAccount } from "./embedded-account.ts";

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly account: ServerAccount;
  /** Where it is started; the account need not be able to enter it by its path. */
  readonly folder: string;
  /** What the program prints is appended here. */
  readonly logFile: string;
  readonly watch: Watch;
}

export interface ServerProcess {
  /** Resolves to the exit code when the program has ended; never rejects. */
  readonly ended: Promise<number>;
  /** Asks the program to end by closing the watched pipe, as Outcry's own end would. */
  end(): void;
  /** Lets Outcry's event loop run dry, and so end, while the program runs. */
  unref(): void;
}

/** The program that waits on the pipe, and its arguments; the watched command line follows them. */
export interface Watch {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Starts the program in a session of its own, so that a terminal's Ctrl-C reaches Outcry alone. Its
 * parent is a small watcher that reads a pipe held by Outcry: when that closes, by `end` or by any
 * death of Outcry, the watcher asks for a fast shutdown, and for an immediate one where that hangs.
 */
export function startServerProcess(command: ServerCommand): ServerProcess {
  const { watch } = command;
  const log = openLog(command.logFile, command.account);
  const child = spawn(watch.program, [...watch.args, command.program, ...command.args], {
    ...command.account,
    cwd: command.folder,
    env: serverEnvironment(),
    detached: true,
    windowsHide: true,
    stdio: ["ignore", log, log, "pipe"],
  });
  closeSync(log);
  return watched(child);
}

/**
 * The watcher is two shells, each deaf to the signals of a terminal. One waits for the program and
 * passes its exit code on; the other waits for the pipe, and does its work even where the first one
 * was killed. The program's standard input and the pipe are not handed down to it.
 */
export const SHELL_WATCH: Watch = {
  program: "/bin/sh",
  args: [
    "-c",
    `trap "" HUP INT QUIT TERM
"$0" "$@" </dev/null 3<&- &
server=$!
{
  read -r _ <&3
  kill -INT $server
  i=0
  while [ $i -lt 40 ]; do sleep 0.2; kill -0 $server || exit; i=$((i + 1)); done
  kill -QUIT $server
} </dev/null >/dev/null 2>&1 &
guard=$!
exec 3<&-
wait $server
code=$?
kill -KILL $guard
exit $code`,
  ],
};

/** Windows has neither that shell nor signals: there `pg_ctl` asks, and Node.js waits. */
export function nodeWatch(pgCtl: string, cluster: string): Watch {
  const script = `const { spawn, spawnSync } = require("node:child_process");
const { Socket } = require("node:net");
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) process.on(signal, () => {});
const [pgCtl, cluster, program, ...args] = process.argv.slice(1);
const stop = (mode, seconds) =>
  spawnSync(pgCtl, ["stop", "-D", cluster, "-m", mode, "-t", seconds], { stdio: "ignore" }).status;
const server = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], windowsHide: true });
server.on("exit", (code) => process.exit(code ?? 1));
server.on("error", () => process.exit(127));
const pipe = new Socket({ fd: 3 });
pipe.on("error", () => {});
pipe.on("close", () => stop("fast", "8") === 0 || stop("immediate", "8"));
pipe.resume();`;
  return { program: process.execPath, args: ["-e", script, pgCtl, cluster] };
}

/** How much the log holds now. */
export function logLength(logFile: string): number {
  return statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
}

/** The end of what a program printed after the log had that length, for the message of a failed start. */
export function logSince(logFile: string, length: number): string {
  if (!existsSync(logFile)) return "";
  const text = readFileSync(logFile).subarray(length).toString("utf8");
  return text.trim().slice(-LOG_TAIL_CHARACTERS);
}

const LOG_TAIL_CHARACTERS = 2_000;

/** The server writes only its starts, stops and crashes: a megabyte holds years of them. */
const LOG_BYTES_MAX = 1_048_576;

function openLog(logFile: string, account: ServerAccount): number {
  if (logLength(logFile) > LOG_BYTES_MAX) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, "a", 0o600);
  giveTo(account, logFile);
  return log;
}

/** Nothing of Outcry's environment, which holds secrets, is handed down. */
function serverEnvironment(): NodeJS.ProcessEnv {
  // PostgreSQL takes a pid file that names this process for one that was left behind.
  const own = { LC_ALL: "C", PATH: "/usr/bin:/bin", PG_GRANDPARENT_PID: String(process.pid) };
  return process.platform === "win32" ? { ...own, SystemRoot: process.env.SystemRoot } : own;
}

function watched(child: ChildProcess): ServerProcess {
  const pipe = child.stdio[3];
  const ended = new Promise<number>((resolve) => {
    child.once("error", () => resolve(SPAWN_FAILED));
    child.once("exit", (code) => resolve(code ?? SPAWN_FAILED));
  });
  if (pipe === null || pipe === undefined) return { ended, end: () => {}, unref: () => {} };
  assert(pipe instanceof Socket, "the watched pipe is a socket");
  // That the pipe breaks when the watcher ends is told by `ended`.
  pipe.on("error", () => {});
  pipe.unref();
  return {
    ended,
    end: () => {
      // Whoever asks for the end waits for it.
      child.ref();
      pipe.destroy();
    },
    unref: () => child.unref(),
  };
}

/** As a shell answers for a program that cannot be run. */
const SPAWN_FAILED = 127;
