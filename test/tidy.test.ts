/** Holds the layout: layers, doors, names and habits; each rule first proves that it can see a violation. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

type Files = ReadonlyMap<string, string>;
type Rule = (files: Files) => string[];

/** What each layer may import; a layer may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  protocol: ["core"],
  server: ["core", "protocol"],
  web: ["core", "protocol"],
  simulator: ["core", "protocol", "server"],
};

/** Packages that a layer may name; the others may name any that package.json lists. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = { core: [], protocol: ["zod"] };

const BANNED_NAMES =
  /(^|\/)(index|utils?|helpers?|common|types|misc|shared)\.tsx?$|manager|service\.ts/;

function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s(?:[^"';]*?\sfrom\s)?"([^"]+)"|import\("([^"]+)"\)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? "");
}

function layerOf(path: string): string | null {
  return /^src\/([a-z]+)\//.exec(path)?.[1] ?? null;
}

const isTest = (path: string) => /\.test\.tsx?$/.test(path);
const isCode = (path: string) =>
  /^(src|test|bench)\/.*\.tsx?$/.test(path) || /^[^/]+\.ts$/.test(path);

/** Calls `visit` for every import of production code, with the target's path where it is relative. */
function eachImport(
  files: Files,
  visit: (from: string, target: string, relative: boolean) => void,
) {
  for (const [path, text] of files) {
    if (!path.startsWith("src/") || !isCode(path) || isTest(path)) continue;
    for (const specifier of importsOf(text)) {
      const relative = specifier.startsWith(".");
      visit(path, relative ? normalize(join(dirname(path), specifier)) : specifier, relative);
    }
  }
}

const layers: Rule = (files) => {
  const found: string[] = [];
  eachImport(files, (from, target, relative) => {
    const layer = layerOf(from);
    if (layer === null) return;
    if (relative) {
      const other = layerOf(target);
      if (other === layer || (other !== null && MAY_IMPORT[layer]?.includes(other))) return;
      found.push(`${from}: ${layer} may not import ${target}`);
      return;
    }
    const allowed = MAY_USE[layer];
    if (allowed !== undefined && !allowed.includes(target)) {
      found.push(`${from}: ${layer} may not use ${target}`);
    }
  });
  return found;
};

/** A folder inside server/ is entered only by the file that bears its name. */
const doors: Rule = (files) => {
  const found: string[] = [];
  eachImport(files, (from, target) => {
    const room = /^src\/server\/([a-z-]+)\/(.+)$/.exec(target);
    if (room === null || from.startsWith(`src/server/${room[1]}/`)) return;
    if (!from.startsWith("src/server/")) return;
    if (room[2] !== `${room[1]}.ts`) found.push(`${from}: enters ${room[1]}/ by ${room[2]}`);
  });
  return found;
};

/** Features of the page do not import features. */
const features: Rule = (files) => {
  const found: string[] = [];
  eachImport(files, (from, target) => {
    const own = /^src\/web\/features\/([^/]+)\//.exec(from)?.[1];
    const other = /^src\/web\/features\/([^/]+)\//.exec(target)?.[1];
    if (own !== undefined && other !== undefined && own !== other) {
      found.push(`${from}: feature ${own} imports feature ${other}`);
    }
  });
  return found;
};

const circles: Rule = (files) => {
  const edges = new Map<string, string[]>();
  eachImport(files, (from, target, relative) => {
    if (relative) edges.set(from, [...(edges.get(from) ?? []), target]);
  });
  const state = new Map<string, "open" | "done">();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      found.push(`circle: ${[...trail.slice(trail.indexOf(path)), path].join(" → ")}`);
      return;
    }
    state.set(path, "open");
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
};

const names: Rule = (files) =>
  [...files.keys()]
    .filter((path) => isCode(path))
    .filter((path) => BANNED_NAMES.test(path) || !/^[a-z0-9/.-]+$/.test(path))
    .map((path) => `${path}: not a kebab-case noun after what it exports`);

const openings: Rule = (files) =>
  [...files]
    .filter(([path]) => isCode(path))
    .filter(([, text]) => !/^(#!.*\n)?\/\*\*(?: |\n \* )\S[^\n]{15,}/.test(text))
    .map(([path]) => `${path}: does not open with one sentence on what it is`);

const leftovers: Rule = (files) => {
  const pattern = new RegExp(
    `\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|")})\\b|@ts-[a-z]+|biome-${"ignore"}`,
  );
  return [...files]
    .filter(([path]) => isCode(path) || path.startsWith("scripts/"))
    .flatMap(([path, text]) => {
      const hit = pattern.exec(text);
      return hit === null ? [] : [`${path}: leaves ${hit[0]} behind`];
    });
};

/** `as` hides what the compiler could have proved; only `as const` proves more. */
const casts: Rule = (files) => {
  const found: string[] = [];
  for (const [path, text] of files) {
    if (!path.startsWith("src/") || !isCode(path) || isTest(path)) continue;
    const code = text
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/\/\/.*$/gm, "")
      .replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""')
      .replace(/(import|export)\s[^;]*?;/g, "");
    const hit = /[\w)\]}"'] as (?!const\b)[\w{[(]+/.exec(code);
    if (hit !== null) found.push(`${path}: casts (${hit[0]})`);
  }
  return found;
};

const RULES: ReadonlyArray<{ rule: Rule; name: string; planted: ReadonlyArray<[string, string]> }> =
  [
    {
      rule: layers,
      name: "layers import only what stands below them",
      planted: [
        ["src/core/a.ts", 'import { z } from "zod";'],
        ["src/core/a.ts", 'import { b } from "../server/b.ts";'],
        ["src/web/a.ts", 'import { b } from "../server/b.ts";'],
        ["src/server/a.ts", 'import type { b } from "../simulator/b.ts";'],
        ["src/protocol/a.ts", 'import { readFileSync } from "node:fs";'],
      ],
    },
    {
      rule: doors,
      name: "a folder of the server is entered by its door",
      planted: [["src/server/main.ts", 'import { b } from "./feed/backfill.ts";']],
    },
    {
      rule: features,
      name: "features do not import features",
      planted: [["src/web/features/chart/a.ts", 'import { b } from "../account/b.ts";']],
    },
    {
      rule: circles,
      name: "imports form no circle",
      planted: [["src/core/a.ts", 'import { a } from "./a.ts";']],
    },
    {
      rule: names,
      name: "files are kebab-case nouns",
      planted: [
        ["src/core/utils.ts", ""],
        ["src/core/index.ts", ""],
        ["src/core/CandleSeries.ts", ""],
      ],
    },
    {
      rule: openings,
      name: "every file opens with a sentence",
      planted: [["src/core/a.ts", "export const a = 1;\n"]],
    },
    {
      rule: leftovers,
      name: "nothing is left behind",
      planted: [["src/core/a.ts", `// ${"TO" + "DO"} later`]],
    },
    {
      rule: casts,
      name: "no casts outside tests",
      planted: [["src/core/a.ts", "const a = b as string;"]],
    },
  ];

function trackedFiles(): Files {
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  const paths = list.split("\n").filter((path) => isCode(path) || path.startsWith("scripts/"));
  return new Map(
    paths.filter((path) => existsSync(path)).map((path) => [path, readFileSync(path, "utf8")]),
  );
}

describe("tidy", () => {
  const files = trackedFiles();

  test.each(RULES)("$name", ({ rule, planted }) => {
    for (const [path, text] of planted) {
      expect(rule(new Map([[path, text]])), `planted in ${path}`).not.toEqual([]);
    }
    expect(rule(files)).toEqual([]);
  });

  test("the lock file records no download addresses", () => {
    const violates = (text: string) => /"resolved": "http/.test(text);
    expect(violates('"resolved": "https://example.org/a.tgz"')).toBe(true);
    expect(violates(readFileSync("package-lock.json", "utf8"))).toBe(false);
  });
});
