/** One run of the fan-out bench: a server on one core, the load on another, and what was measured. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Contestant = "outcry" | "outcry-beats" | "nchan" | "naive";

export interface RunPlan {
  readonly contestant: Contestant;
  readonly streams: number;
  /** Messages a second; 0 publishes the next as soon as the former is answered. */
  readonly rate: number;
  readonly seconds: number;
  readonly coding: "plain" | "gzip";
  /** More than one: as many frames that fall into one beat. */
  readonly framesPerMessage: number;
}

export interface RunFigures {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytes: number;
  readonly kilobytesPerStream: number;
  /** The load's own share of its core: at 1 it would be the limit. */
  readonly loadCpu: number;
}

const FILE_LIMIT_WANTED = 20_000;
const PORT = 3_390;
const PUBLISH_PORT = 3_391;
const TICKS_PER_SECOND = 100;
const HERE = import.meta.dirname;

/** The machine's part of the bench, found out once. */
export class FanoutStage {
  readonly folder = mkdtempSync(join(tmpdir(), "outcry-fanout-"));
  readonly load: readonly string[];
  readonly nchanModule: string | null;
  readonly notes: string[] = [];
  readonly fileLimit: number;
  readonly #pins: boolean;

  constructor() {
    this.load = this.#buildLoad();
    this.nchanModule = this.#findNchan();
    this.#pins = runs("taskset", ["-c", "1", "true"]);
    if (!this.#pins) this.notes.push("taskset or a second core is absent: nothing is pinned");
    const raise = `ulimit -n ${FILE_LIMIT_WANTED} 2>/dev/null || ulimit -n $(ulimit -Hn); ulimit -n`;
    this.fileLimit = Number(execFileSync("sh", ["-c", raise], { encoding: "utf8" }));
  }

  /** Starts a program on a core, with as many open files as it may have. */
  spawn(core: 0 | 1, command: readonly string[]): ChildProcess {
    const pinned = this.#pins ? ["taskset", "-c", String(core), ...command] : command;
    const raise = `ulimit -n ${FILE_LIMIT_WANTED} 2>/dev/null || ulimit -n $(ulimit -Hn); exec "$@"`;
    return spawn("sh", ["-c", raise, "sh", ...pinned], { stdio: ["pipe", "pipe", "inherit"] });
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #buildLoad(): readonly string[] {
    const program = join(this.folder, "fanout-load");
    const source = join(HERE, "fanout-load.c");
    for (const compiler of ["cc", "gcc", "clang"]) {
      if (runs(compiler, ["-O2", "-o", program, source])) return [program];
    }
    this.notes.push("no C compiler: the load runs on Node and may be the limit");
    return [process.execPath, join(HERE, "fanout-load.ts")];
  }

  #findNchan(): string | null {
    if (!runs("nginx", ["-v"])) {
      this.notes.push("nginx is not installed: no comparison with Nchan");
      return null;
    }
    const module = [
      "/usr/lib/nginx/modules",
      "/usr/share/nginx/modules",
      "/usr/lib64/nginx/modules",
    ]
      .map((folder) => join(folder, "ngx_nchan_module.so"))
      .find((path) => existsSync(path));
    if (module === undefined) this.notes.push("nginx has no Nchan module: no comparison with it");
    return module ?? null;
  }
}

function runs(command: string, parameters: readonly string[]): boolean {
  return spawnSync(command, parameters, { stdio: "ignore" }).status === 0;
}

/** What is published: for the Node servers a stamp, from which they make the event themselves. */
const STAMP = "@";
/** What Nchan is given ready-made, of the same length as the events of the others. */
const READY_MADE = JSON.stringify({
  forming: {
    symbol: "BTCUSDT",
    timeframe: "1m",
    candle: [1_700_060_040_000, 43_210, 43_264.17, 43_157.5, 43_212.34, 12.34567],
  },
  prices: { BTCUSDT: STAMP, ETHUSDT: 5_401.26, BNBUSDT: 675.16, SOLUSDT: 84.4, XRPUSDT: 10.55 },
}).replace(`"${STAMP}"`, STAMP);

export async function runOnce(stage: FanoutStage, plan: RunPlan): Promise<RunFigures> {
  const server = await startServer(stage, plan.contestant);
  try {
    const before = memoryKilobytes(server.pid);
    const frames = plan.framesPerMessage;
    const load = stage.spawn(1, [
      ...stage.load,
      ...[String(PORT), String(plan.contestant === "nchan" ? PORT : PUBLISH_PORT)],
      ...[String(plan.streams), "/subscribe"],
      frames > 1 ? `/publish?closed=${frames}` : "/publish",
      frames > 1 ? '"latenessMs":' : '"BTCUSDT":',
      plan.contestant === "nchan" ? READY_MADE : STAMP,
      ...[String(plan.rate), String(plan.seconds), plan.coding],
    ]);
    await line(load, "ready");
    // The memory that the warm-up has left is a stream's cost as well.
    const memory = memoryKilobytes(server.pid) - before;
    const cpuBefore = cpuSeconds(server.pid);
    load.stdin?.write("go\n");
    const result = JSON.parse(await line(load, "{"));
    const cpu = cpuSeconds(server.pid) - cpuBefore;
    if (result.lost > 0) throw new Error(`${plan.contestant} lost ${result.lost} streams`);
    const deliveries =
      plan.coding === "gzip" ? result.published * plan.streams : Number(result.deliveries);
    return {
      cpuUs: (cpu * 1e6) / deliveries,
      perSecond: deliveries / result.seconds,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      bytes: result.bytes / deliveries,
      kilobytesPerStream: (memory * 1.024) / plan.streams,
      loadCpu: result.loadCpuSeconds / result.seconds,
    };
  } finally {
    await server.stop();
  }
}

interface RunningServer {
  readonly pid: number;
  stop(): Promise<void>;
}

async function startServer(stage: FanoutStage, contestant: Contestant): Promise<RunningServer> {
  if (contestant === "nchan") return await startNchan(stage);
  const program = join(HERE, "fanout-server.ts");
  const child = stage.spawn(0, [
    process.execPath,
    program,
    contestant,
    String(PORT),
    String(PUBLISH_PORT),
  ]);
  await line(child, "listening");
  return { pid: child.pid ?? 0, stop: () => stop(child) };
}

/** A worker and its master; what is measured is the worker, which does all the work. */
async function startNchan(stage: FanoutStage): Promise<RunningServer> {
  const folder = join(stage.folder, "nginx");
  mkdirSync(join(folder, "logs"), { recursive: true });
  const configuration = join(folder, "nginx.conf");
  writeFileSync(configuration, nchanConfiguration(folder, stage.nchanModule ?? ""));
  const master = stage.spawn(0, ["nginx", "-p", folder, "-c", configuration]);
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${PORT}/publish`, {
      method: "POST",
      body: "{}",
    }).catch(() => null);
    if (answer?.ok) break;
    if (master.exitCode !== null) throw new Error("nginx did not start");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { pid: childOf(master.pid ?? 0), stop: () => stop(master) };
}

function nchanConfiguration(folder: string, module: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(" ");
  return `load_module ${module};
worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log error;
worker_rlimit_nofile ${FILE_LIMIT_WANTED};
events { worker_connections 15000; }
http {
  access_log off; ${temporary}
  tcp_nodelay on; keepalive_requests 100000000; nchan_shared_memory_size 128M;
  server {
    listen 127.0.0.1:${PORT} backlog=4096;
    nchan_message_buffer_length 2;
    location /subscribe {
      nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest;
    }
    location /publish { nchan_publisher; nchan_channel_id bench; }
  }
}
`;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, "exit");
}

/** The next line that begins so; rejects when the program ends before. */
function line(child: ChildProcess, opening: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk: Buffer) => {
      text += chunk;
      const found = text.split("\n").find((one) => one.startsWith(opening));
      if (found === undefined || !text.endsWith("\n")) return;
      child.stdout?.off("data", read);
      resolve(found);
    };
    child.stdout?.on("data", read);
    child.once("exit", (code) => reject(new Error(`ended with ${code} before "${opening}"`)));
  });
}

function childOf(parent: number): number {
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const status = existsSync(`/proc/${entry}/stat`)
      ? readFileSync(`/proc/${entry}/stat`, "utf8")
      : "";
    if (Number(status.split(") ")[1]?.split(" ")[1]) === parent) return Number(entry);
  }
  throw new Error("nginx has no worker");
}

/** Processor time in user and system mode (proc(5), fields 14 and 15). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function memoryKilobytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}
