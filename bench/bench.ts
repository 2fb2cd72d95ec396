/**
 * `npm run bench [-- part…]` measures the parts named, or all, and writes each one's section of
 * bench/README.md. A part is a file `bench/<part>.ts` that exports a function which measures and
 * returns Markdown; it is listed here.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

interface Part {
  readonly title: string;
  measure(): Promise<string>;
}

const PARTS: ReadonlyMap<string, Part> = new Map([
  [
    "indicators",
    {
      title: "Indicators",
      measure: async () => (await import("./indicators.ts")).indicators(),
    },
  ],
  [
    "frames",
    { title: "Exchange frames", measure: async () => (await import("./frames.ts")).frames() },
  ],
  ["storage", { title: "Storage", measure: async () => (await import("./storage.ts")).storage() }],
  [
    "backtest",
    { title: "Backtests", measure: async () => (await import("./backtest.ts")).backtests() },
  ],
  ["fanout", { title: "SSE fan-out", measure: async () => (await import("./fanout.ts")).fanout() }],
  ["tenancy", { title: "People", measure: async () => (await import("./tenancy.ts")).tenancy() }],
]);

const REPORT = join(import.meta.dirname, "README.md");

const HEAD = `# Benchmarks

\`npm run bench\` measures everything again and writes this page; \`npm run bench -- indicators\` measures one
part. Peers run in the same process or beside it, in turns with Outcry, because a machine's speed changes
by the minute: trust the ratios, not the absolute figures.
`;

/** Puts a section between its markers, or at the end of the report when it is new. */
function withSection(report: string, name: string, section: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const block = `${begin}\n${section.trim()}\n${end}`;
  const from = report.indexOf(begin);
  const to = report.indexOf(end);
  if (from === -1 || to === -1) return `${report.trimEnd()}\n\n${block}\n`;
  return `${report.slice(0, from)}${block}${report.slice(to + end.length)}`;
}

function machine(): string {
  const all = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `${all.length} cores of ${all[0]?.model ?? "an unknown processor"}, Node ${process.versions.node}, ${day}`;
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : [...PARTS.keys()];
const unknown = wanted.filter((name) => !PARTS.has(name));
if (unknown.length > 0) {
  console.error(`no part ${unknown.join(", ")}; there are ${[...PARTS.keys()].join(", ")}`);
  process.exit(1);
}
for (const name of wanted) {
  const part = PARTS.get(name);
  if (part === undefined) continue;
  console.log(`measuring ${name} …`);
  const text = await part.measure();
  console.log(`\n${text}\n`);
  const report = existsSync(REPORT) ? readFileSync(REPORT, "utf8") : HEAD;
  const section = `## ${part.title}\n\nMeasured on ${machine()}.\n\n${text}`;
  writeFileSync(REPORT, withSection(report, name, section));
}
