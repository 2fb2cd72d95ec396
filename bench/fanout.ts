/** SSE fan-out: Outcry's hub beside nginx with Nchan and beside plain Node, in one run, interleaved. */
import {
  type Contestant,
  FanoutStage,
  type RunFigures,
  type RunPlan,
  runOnce,
} from "./fanout-run.ts";

/** The median of this many rounds counts; a first look needs fewer. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 4);
const PACED = { streams: 5_000, rate: 2, seconds: 6 };
const SATURATED_STREAMS = [100, 1_000, 5_000, 10_000];
const SATURATED_SECONDS = 3;
const COALESCED = { streams: 1_000, frames: 8, seconds: 3 };
/** Open files that a server needs besides its streams. */
const FILES_BESIDES = 200;

type Rounds = ReadonlyMap<Contestant, readonly RunFigures[]>;

/** Runs the bench; returns its part of the report. */
export async function fanout(): Promise<string> {
  if (process.platform !== "linux") return "Skipped: the measurement reads Linux's /proc.\n";
  const stage = new FanoutStage();
  try {
    return await report(stage);
  } finally {
    stage.clear();
  }
}

async function report(stage: FanoutStage): Promise<string> {
  const peers: Contestant[] = stage.nchanModule === null ? ["naive"] : ["nchan", "naive"];
  const paced = await rounds(stage, ["outcry-beats", ...peers], PACED);
  const gzip = await rounds(stage, ["outcry-beats"], { ...PACED, coding: "gzip" });
  const saturated: [number, Rounds][] = [];
  for (const streams of SATURATED_STREAMS) {
    if (streams + FILES_BESIDES > stage.fileLimit) {
      stage.notes.push(`${streams} streams need a higher \`ulimit -n\` than ${stage.fileLimit}`);
      continue;
    }
    const plan = { streams, rate: 0, seconds: SATURATED_SECONDS };
    saturated.push([streams, await rounds(stage, ["outcry", ...peers], plan)]);
  }
  const coalesced = await rounds(stage, ["outcry"], {
    ...{ streams: COALESCED.streams, rate: 0, seconds: COALESCED.seconds },
    framesPerMessage: COALESCED.frames,
  });
  return [
    `Median of ${ROUNDS} rounds, the servers in turn within each; ratios are medians of the rounds' own ratios.`,
    "The server has one core and the load generator another; every server is given its messages by POST.",
    "Delay is from that POST to the bytes at the client; a delivery is one message at one client.",
    ...stage.notes.map((note) => `Note: ${note}.`),
    "",
    `### ${PACED.rate} messages a second to ${PACED.streams.toLocaleString("en")} streams`,
    "",
    pacedTable(paced, gzip),
    "",
    "### As fast as it goes",
    "",
    saturatedTable(saturated),
    "",
    "### Goals",
    "",
    goalTable({ paced, gzip, saturated, coalesced }),
    "",
  ].join("\n");
}

/** The contestants in turn, so that whatever else the machine does falls on all alike. */
async function rounds(
  stage: FanoutStage,
  contestants: readonly Contestant[],
  plan: Pick<RunPlan, "streams" | "rate" | "seconds"> & Partial<RunPlan>,
): Promise<Rounds> {
  const found = new Map<Contestant, RunFigures[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contestant of contestants) {
      const whole = { coding: "plain", framesPerMessage: 1, ...plan, contestant } as const;
      const figures = await runOnce(stage, whole);
      found.set(contestant, [...(found.get(contestant) ?? []), figures]);
      console.error(
        `fanout: ${contestant} ${whole.coding} ${plan.streams} streams: ${figures.cpuUs.toFixed(2)} µs, ` +
          `${Math.round(figures.perSecond)}/s, p99 ${figures.p99Ms} ms, ${figures.kilobytesPerStream.toFixed(1)} kB, load ${figures.loadCpu.toFixed(2)}`,
      );
    }
  }
  return found;
}

const NAMES: Readonly<Record<Contestant, string>> = {
  outcry: "Outcry",
  "outcry-beats": "Outcry",
  nchan: "nginx + Nchan",
  naive: "Node, stringify and `res.write` per client",
};

function pacedTable(paced: Rounds, gzip: Rounds): string {
  const rows = [...paced].map(([contestant, all]) => pacedRow(NAMES[contestant], all));
  for (const all of gzip.values()) rows.push(pacedRow("Outcry, clients that take gzip", all));
  return [
    "| server | CPU µs a delivery | p50 ms | p99 ms | kB a stream | wire bytes a delivery |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function pacedRow(name: string, all: readonly RunFigures[]): string {
  const figure = (key: keyof RunFigures, digits: number) => {
    const value = median(all.map((one) => one[key]));
    return value < 0 ? "–" : value.toFixed(digits);
  };
  return `| ${name} | ${figure("cpuUs", 1)} | ${figure("p50Ms", 0)} | ${figure("p99Ms", 0)} | ${figure("kilobytesPerStream", 1)} | ${figure("bytes", 0)} |`;
}

function saturatedTable(saturated: readonly [number, Rounds][]): string {
  const rows = saturated.flatMap(([streams, found]) =>
    [...found].map(([contestant, all]) => {
      const [perSecond, cpuUs, loadCpu] = [
        median(all.map((one) => one.perSecond)),
        median(all.map((one) => one.cpuUs)),
        median(all.map((one) => one.loadCpu)),
      ];
      return `| ${streams.toLocaleString("en")} | ${NAMES[contestant]} | ${Math.round(perSecond / 1_000)} k | ${cpuUs.toFixed(2)} | ${Math.round(loadCpu * 100)} % |`;
    }),
  );
  return [
    "| streams | server | deliveries/s | CPU µs a delivery | load generator's core in use |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

interface Findings {
  readonly paced: Rounds;
  readonly gzip: Rounds;
  readonly saturated: readonly [number, Rounds][];
  readonly coalesced: Rounds;
}

function goalTable({ paced, gzip, saturated, coalesced }: Findings): string {
  const rows: string[] = [];
  const add = (goal: string, found: number, bound: number, unit = "") => {
    if (Number.isNaN(found)) return;
    const isMet = goal.includes("≥") ? found >= bound : found <= bound;
    rows.push(
      `| ${goal} ${bound}${unit} | ${found.toFixed(2)}${unit} | ${isMet ? "met" : "missed"} |`,
    );
  };
  const pace = (peer: Contestant, key: "cpuUs" | "p99Ms") =>
    medianRatio(paced.get("outcry-beats"), paced.get(peer), key);
  add("paced: CPU against Nchan ≤", pace("nchan", "cpuUs"), 0.8, " ×");
  add("paced: p99 delay against Nchan ≤", pace("nchan", "p99Ms"), 0.8, " ×");
  add("paced: CPU against plain Node ≤", pace("naive", "cpuUs"), 0.5, " ×");
  for (const [streams, found] of saturated) {
    const rate = (peer: Contestant) =>
      medianRatio(found.get("outcry"), found.get(peer), "perSecond");
    const name = streams.toLocaleString("en");
    add(`saturated, ${name}: deliveries/s against Nchan ≥`, rate("nchan"), 1.25, " ×");
    add(`saturated, ${name}: deliveries/s against plain Node ≥`, rate("naive"), 2.5, " ×");
  }
  const coalescedUs = (coalesced.get("outcry") ?? []).map((one) => one.cpuUs);
  add(`CPU a frame, ${COALESCED.frames} frames a beat ≤`, median(coalescedUs), 1.5, " µs");
  const memory = (paced.get("outcry-beats") ?? []).map((one) => one.kilobytesPerStream);
  add("memory a stream ≤", median(memory), 20, " kB");
  const bytes = medianRatio(gzip.get("outcry-beats"), paced.get("outcry-beats"), "bytes");
  add("wire bytes, gzip against plain ≤", bytes, 0.35, " ×");
  return ["| goal | measured | |", "|---|---|---|", ...rows].join("\n");
}

function medianRatio(
  ours: readonly RunFigures[] | undefined,
  theirs: readonly RunFigures[] | undefined,
  key: keyof RunFigures,
): number {
  if (ours === undefined || theirs === undefined) return Number.NaN;
  return median(ours.map((one, i) => one[key] / (theirs[i]?.[key] ?? Number.NaN)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (
    ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
  );
}
