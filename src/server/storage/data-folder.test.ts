/** The data folder's lock: one holder, however the former one ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { holdDataFolder } from "./data-folder.ts";
import { StorageFault } from "./fault.ts";

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outcry-folder-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const HOLDER = `
  const { holdDataFolder } = await import(${JSON.stringify(join(import.meta.dirname, "data-folder.ts"))});
  try { holdDataFolder(process.argv[1]); console.log("held"); setInterval(() => {}, 1000); }
  catch (error) { console.log(error.code); }`;

function holdElsewhere(path: string) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", HOLDER, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const said = once(child.stdout, "data").then(([data]) => String(data).trim());
  return { child, said };
}

test("a folder is made, held by one, and free again after a release", () => {
  const path = join(folder, "new", "data");
  const held = holdDataFolder(path);
  expect(held.path).toBe(path);
  expect(statSync(path).mode & 0o777).toBe(0o711);
  expect(() => holdDataFolder(path)).toThrow(StorageFault);
  held.release();
  holdDataFolder(path).release();
});

test("another process is named, and leaves the folder free when it is killed", async () => {
  const { child, said } = holdElsewhere(folder);
  expect(await said).toBe("held");
  expect(() => holdDataFolder(folder)).toThrow(`Another Outcry (process ${child.pid})`);
  child.kill("SIGKILL");
  await once(child, "exit");
  holdDataFolder(folder).release();
});

test("of many that start at once, exactly one has it", async () => {
  const all = Array.from({ length: 6 }, () => holdElsewhere(folder));
  const outcomes = await Promise.all(all.map(({ said }) => said));
  for (const { child } of all) child.kill("SIGKILL");
  expect(outcomes.sort()).toEqual([...Array(5).fill("data_folder_in_use"), "held"]);
});

test("a folder that was there keeps its mode", () => {
  chmodSync(folder, 0o750);
  holdDataFolder(folder).release();
  expect(statSync(folder).mode & 0o777).toBe(0o750);
});

test("what is no folder is refused in words", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(() => holdDataFolder(file)).toThrow(/cannot be used: .*OUTCRY_DATA/);
  expect(existsSync(join(folder, "lock"))).toBe(false);
});
