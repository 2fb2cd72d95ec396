/** Replays recorded minutes through sockets and feed, with faults or without, and compares the outcome. */
import type { Candle } from "../src/core/candle.ts";
import { isHole, type MarketMinute } from "../src/core/market-minute.ts";
import { MINUTE_MS, TIMEFRAMES, type Timeframe } from "../src/core/timeframe.ts";
import { type Fault, GARBAGE, type RestAnswer, type Streams } from "../src/simulator/fault-plan.ts";
import { Rig, seededRandom } from "./feed-rig.ts";
import { OUTAGES, type Recording } from "./replay-market.ts";

export interface ReplaySpan {
  readonly from: number;
  readonly until: number;
}

export interface ReplayOutcome {
  /** What differs from the source; nothing when all is right. */
  readonly differences: readonly string[];
  readonly minutes: number;
  readonly holes: number;
  readonly faults: number;
  /** Wall time from the end of the span until its last minute was there. */
  readonly catchUpMs: number;
  /** Timeframes of which at least one candle came from the stream. */
  readonly sources: readonly Timeframe[];
  readonly socketsMax: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly reconnects: number;
}

/** At most so many differences are told; the first one says enough. */
const DIFFERENCES_MAX = 10;

/** Without faults: quick, with a step of five market minutes under the feed's deadlines. */
const CLEAN = { speed: 240, stepMs: 1_250 };

/** With faults: a market minute takes half a second, so that faults last for many of them. */
const FAULTY = { speed: 120, stepMs: 1_000 };

/** Longest wait after the span for what is still missing: two bans of the plan, and a margin. */
const CATCH_UP_MS_MAX = 300_000;

export function replayClean(recording: Recording, span: ReplaySpan): Promise<ReplayOutcome> {
  return replay(recording, { span, ...CLEAN, faults: [], seed: 1 });
}

/** A window of some 2,000 minutes around one of the outages, with random faults. */
export function replayFaulty(recording: Recording, seed: number): Promise<ReplayOutcome> {
  const random = seededRandom(seed);
  const outage = OUTAGES[seed % OUTAGES.length];
  if (outage === undefined) throw new Error("there are outages");
  const lead = Math.floor(100 + random() * (2_000 - outage.minutes - 200));
  const from = outage.from - lead * MINUTE_MS;
  const span = { from, until: from + 2_000 * MINUTE_MS };
  const faults = randomFaults(random, span, recording.symbols);
  return replay(recording, { span, ...FAULTY, faults, seed });
}

interface ReplayPlan {
  readonly span: ReplaySpan;
  readonly speed: number;
  readonly stepMs: number;
  readonly faults: readonly Fault[];
  readonly seed: number;
}

async function replay(recording: Recording, plan: ReplayPlan): Promise<ReplayOutcome> {
  const { market, symbols } = recording;
  const { span, speed, stepMs } = plan;
  const checks = new Map(
    symbols.map((symbol) => [symbol, new SymbolCheck(recording, symbol, span)]),
  );
  const rig = await Rig.open({
    ...{ market, symbols, speed },
    startTime: span.from,
    updateMs: 5 * MINUTE_MS,
    faults: [...recording.faults, ...plan.faults],
    resumeAt: new Map(symbols.map((symbol) => [symbol, span.from])),
    random: seededRandom(plan.seed),
    onMinute: (minute) => checks.get(minute.symbol)?.take(minute),
  });
  try {
    await rig.start();
    while (rig.now < span.until) await rig.advance(stepMs, stepMs);
    const isDone = () => [...checks.values()].every((check) => check.isDone);
    const endedAt = rig.clock.now();
    while (!isDone() && rig.clock.now() - endedAt < CATCH_UP_MS_MAX) {
      await rig.advance(stepMs, stepMs);
    }
    const all = [...checks.values()];
    const { counters } = rig.feed.figures();
    const statuses = Object.values(rig.feed.connections());
    return {
      differences: all.flatMap((check) => check.differences()).slice(0, DIFFERENCES_MAX),
      minutes: all.reduce((sum, check) => sum + check.minutes, 0),
      holes: all.reduce((sum, check) => sum + check.holes, 0),
      faults: plan.faults.length,
      catchUpMs: rig.clock.now() - endedAt,
      sources: TIMEFRAMES.filter((one) => all.every(({ streamed }) => streamed.has(one))),
      socketsMax: rig.server.counters.connectionsOpenMax,
      counters: { ...counters },
      reconnects: statuses.reduce((sum, { reconnects }) => sum + reconnects, 0),
    };
  } finally {
    await rig.close();
  }
}

/** Compares the minutes of one symbol with the source as they come. */
class SymbolCheck {
  minutes = 0;
  holes = 0;
  readonly streamed = new Set<Timeframe>();
  readonly #recording: Recording;
  readonly #symbol: string;
  readonly #end: number;
  readonly #rows: ReadonlyMap<number, Candle>;
  readonly #found: string[] = [];
  #next: number;

  constructor(recording: Recording, symbol: string, span: ReplaySpan) {
    this.#recording = recording;
    this.#symbol = symbol;
    const rows = recording.rows.get(symbol) ?? [];
    this.#rows = new Map(rows.map((row) => [row.openTime, row]));
    this.#next = span.from;
    // After its last row a symbol may be silent for ever: then nothing later proves an absence.
    this.#end = Math.min(span.until, (rows.at(-1)?.openTime ?? 0) + MINUTE_MS);
  }

  get isDone(): boolean {
    return this.#next >= this.#end;
  }

  take(minute: MarketMinute): void {
    if (minute.openTime !== this.#next) {
      this.#differs(`minute ${minute.openTime} comes where ${this.#next} is due`);
    }
    this.#next = minute.openTime + MINUTE_MS;
    if (minute.openTime >= this.#end) return;
    this.minutes += 1;
    const row = this.#rows.get(minute.openTime);
    if (isHole(minute)) {
      this.holes += 1;
      if (row !== undefined) this.#differs(`minute ${minute.openTime} is a hole but was recorded`);
    } else if (row === undefined) {
      this.#differs(`minute ${minute.openTime} was never recorded`);
    }
    this.#checkCandles(minute, row);
  }

  differences(): readonly string[] {
    const missing = this.isDone ? [] : [`minutes from ${this.#next} on are missing`];
    return [...this.#found, ...missing].map((text) => `${this.#symbol}: ${text}`);
  }

  #checkCandles(minute: MarketMinute, row: Candle | undefined): void {
    const boundary = minute.openTime + MINUTE_MS;
    const seen = new Set<Timeframe>();
    for (const candle of minute.candles) {
      if (seen.has(candle.timeframe)) this.#differs(`${candle.timeframe} twice at ${boundary}`);
      seen.add(candle.timeframe);
      if (candle.source === "stream") this.streamed.add(candle.timeframe);
      const expected =
        candle.timeframe === "1m" ? row : this.#higher(candle.timeframe, candle.openTime);
      if (expected === undefined || expected === null) continue;
      for (const field of ["openTime", "open", "high", "low", "close", "volume"] as const) {
        if (candle[field] === expected[field]) continue;
        const values = `${candle[field]} instead of ${expected[field]}`;
        this.#differs(`${candle.timeframe} ${candle.openTime} ${field}: ${values}`);
      }
    }
    for (const timeframe of TIMEFRAMES) {
      const length = boundary % lengthOf(timeframe) === 0 ? lengthOf(timeframe) : null;
      if (length === null || timeframe === "1m" || seen.has(timeframe)) continue;
      if (this.#higher(timeframe, boundary - length) !== null) {
        this.#differs(`${timeframe} is missing at ${boundary}`);
      }
    }
  }

  /** The exchange's higher candle; null where it has none, or where the source cannot tell. */
  #higher(timeframe: Timeframe, openTime: number): Candle | null {
    if (!this.#recording.isReal) return null;
    return this.#recording.market.candle(this.#symbol, timeframe, openTime);
  }

  #differs(text: string): void {
    if (this.#found.length < DIFFERENCES_MAX) this.#found.push(text);
  }
}

function lengthOf(timeframe: Timeframe): number {
  const minutes = { "1m": 1, "5m": 5, "15m": 15, "1h": 60, "4h": 240, "1d": 1_440 };
  return minutes[timeframe] * MINUTE_MS;
}

/** Between 10 and 40 faults of every kind that must not change the outcome. */
export function randomFaults(
  random: () => number,
  span: ReplaySpan,
  symbols: readonly string[],
): Fault[] {
  const count = 10 + Math.floor(random() * 31);
  return Array.from({ length: count }, () => randomFault(random, span, symbols));
}

function randomFault(
  random: () => number,
  { from, until }: ReplaySpan,
  symbols: readonly string[],
): Fault {
  const whole = (min: number, max: number) => Math.floor(min + random() * (max - min + 1));
  const pick = <T>(values: readonly [T, ...T[]] | readonly T[]): T => {
    const value = values[whole(0, values.length - 1)];
    if (value === undefined) throw new Error("there is something to pick");
    return value;
  };
  /** Market time that the wall clock takes so many seconds for. */
  const wall = (minS: number, maxS: number) =>
    Math.round((minS + random() * (maxS - minS)) * 1_000 * FAULTY.speed);
  const at = from + Math.floor(random() * (until - from));
  const lasting = (minS: number, maxS: number) => ({ from: at, until: at + wall(minS, maxS) });
  const streamOf = (symbol: string, timeframe: Timeframe) =>
    `${symbol.toLowerCase()}@kline_${timeframe}`;
  const streams: Streams = pick<Streams>([
    null,
    symbols.map((symbol) => streamOf(symbol, "1m")),
    symbols.map((symbol) => streamOf(symbol, pick(TIMEFRAMES))),
    [streamOf(pick(symbols), pick(TIMEFRAMES))],
  ]);
  const rest = (answer: RestAnswer, requests: number | null): Fault => {
    return { kind: "rest", ...lasting(1, 40), answer, paths: null, requests };
  };
  const faults: readonly (() => Fault)[] = [
    () => ({ kind: "close", at, streams, code: pick([1000, 1001, 1011]) }),
    () => ({ kind: "reset", at, streams }),
    () => ({ kind: "serverShutdown", at, streams, graceMs: wall(0, 20) }),
    () => ({
      kind: "stall",
      ...lasting(2, 60),
      streams,
      pings: pick(["alive", "dead"]),
      connections: pick(["present", "every"]),
    }),
    () => ({ kind: "refused", ...lasting(1, 30) }),
    () => ({ kind: "storm", ...lasting(5, 30), aliveMs: wall(0.1, 5) }),
    () => ({ kind: "gap", ...lasting(0.5, 60), streams }),
    () => ({ kind: "duplicate", ...lasting(1, 60), streams }),
    () => ({ kind: "outOfOrder", ...lasting(1, 60), streams }),
    () => ({ kind: "lateClose", ...lasting(1, 60), streams, delayMs: wall(0.5, 20) }),
    () => ({ kind: "missingClose", ...lasting(1, 60), streams }),
    () => ({
      kind: "garbage",
      ...lasting(1, 40),
      streams,
      garbage: pick(GARBAGE),
      place: pick(["before", "instead"]),
    }),
    () => ({ kind: "clockSkew", ...lasting(1, 60), skewMs: whole(-600, 600) * 1_000 }),
    () => rest({ kind: "limited", retryAfterS: whole(1, 10) }, whole(1, 3)),
    () => rest({ kind: "banned", retryAfterS: whole(5, 120) }, 1),
    () => rest({ kind: "forbidden" }, whole(1, 2)),
    () => rest({ kind: "failure", status: pick([500, 502, 503]) }, null),
    () => rest({ kind: "hang" }, whole(1, 3)),
    () => rest({ kind: "truncated" }, whole(1, 10)),
    () => rest({ kind: "lag", ms: wall(0.1, 5), shows: pick(["nothing", "unfinished"]) }, null),
  ];
  return pick(faults)();
}
