/** Shows that the linter and the compiler see a violation of the layers when one is planted. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const LAYERS = ["core", "protocol", "server", "web", "simulator"];
let root = "";

/** An empty project under the same configuration. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "outcry-checks-"));
  const biome = JSON.parse(readFileSync("biome.json", "utf8"));
  writeFileSync(join(root, "biome.json"), JSON.stringify({ ...biome, vcs: { enabled: false } }));
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
  copyFileSync("tsconfig.base.json", join(root, "tsconfig.base.json"));
  for (const layer of LAYERS) {
    plant(`src/${layer}/a.ts`, "export const a = 1;\n");
    copyFileSync(`src/${layer}/tsconfig.json`, join(root, `src/${layer}/tsconfig.json`));
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function run(program: string, args: readonly string[]): { ok: boolean; output: string } {
  const bin = resolve("node_modules/.bin", program);
  const { status, stdout, stderr } = spawnSync(bin, args, { cwd: root, encoding: "utf8" });
  return { ok: status === 0, output: stdout + stderr };
}

/** Plants `text` at `path`; answers the lint rules that it breaks. */
function lint(path: string, text: string): string[] {
  plant(path, text);
  const { output } = run("biome", ["lint", "--reporter=github", path]);
  rmSync(join(root, path));
  return [...output.matchAll(/title=(lint\/[a-zA-Z/]+)/g)].map((match) => match[1] ?? "").sort();
}

test.each([
  ["src/core/b.ts", "../server/a.ts"],
  ["src/core/b.ts", "node:fs"],
  ["src/protocol/b.ts", "../server/a.ts"],
  ["src/server/b.ts", "../web/a.ts"],
  ["src/server/b.ts", "../simulator/a.ts"],
  ["src/web/b.ts", "../server/a.ts"],
  ["src/simulator/b.ts", "../web/a.ts"],
])("the linter refuses %s importing %s", (path, target) => {
  const program = (from: string) => `import { a } from "${from}";\nexport const b = a;\n`;
  expect(lint(path, program(target))).toEqual(["lint/style/noRestrictedImports"]);
  expect(lint(path, program("./a.ts"))).toEqual([]);
});

test("the linter refuses any, !, console and a default export", () => {
  const text = "export default function f(a: any) {\n  console.log(a!);\n}\n";
  expect(lint("src/core/b.ts", text)).toEqual([
    "lint/style/noDefaultExport",
    "lint/style/noNonNullAssertion",
    "lint/suspicious/noConsole",
    "lint/suspicious/noExplicitAny",
  ]);
});

/** Compiles the layer of `path` with `text` planted there. */
function compile(path: string, text: string): { ok: boolean; output: string } {
  plant(path, text);
  const result = run("tsc", ["-b", dirname(path)]);
  rmSync(join(root, path));
  return result;
}

test.each([
  ["src/core/b.ts", "../server/a.ts"],
  ["src/core/b.ts", "../protocol/a.ts"],
  ["src/protocol/b.ts", "../server/a.ts"],
])("the compiler refuses %s importing %s", (path, target) => {
  const result = compile(path, `import { a } from "${target}";\nexport const b: number = a;\n`);
  expect(result.ok).toBe(false);
  expect(result.output).toMatch(/TS6059|TS6307/);
});

test("the compiler takes what the layers allow, and refuses a wrong type", () => {
  const program = (type: string) =>
    `import { a } from "../core/a.ts";\nexport const b: ${type} = a;\n`;
  expect(compile("src/protocol/b.ts", program("number"))).toEqual({ ok: true, output: "" });
  expect(compile("src/protocol/b.ts", program("string")).ok).toBe(false);
});
