/** What Prometheus reads: the process, the feed and the streams, in a registry of its own. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { isHole, type MarketMinute } from "../core/market-minute.ts";
import { TIMEFRAMES, type Timeframe } from "../core/timeframe.ts";
import type { ConnectionStatus } from "../protocol/statistics.ts";
import type { Clock } from "./clock.ts";
import type { MarketData } from "./feed/feed.ts";

/** The streams' own counts. */
export interface StreamCounts {
  /** Open now. */
  readonly streams: number;
  readonly counters: {
    readonly opened: number;
    readonly refused: number;
    readonly deliveries: number;
    readonly skipped: number;
    readonly resumed: number;
    readonly ended: Readonly<Record<string, number>>;
  };
}

/** Seconds after a candle's end at which it was known: a stream takes 0.1 to 2, repair longer. */
const LATENESS_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600];

export class Metrics {
  readonly #registry = new Registry();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Counts what the market does from now on; returns the function that ends it. */
  watch(data: MarketData, streams: StreamCounts): () => void {
    this.#watchConnections(data);
    this.#watchStreams(streams);
    const noteFrame = this.#watchAges();
    const noteMinute = this.#watchMinutes();
    return data.subscribe({
      onForming: noteFrame,
      onMinute: noteMinute,
      onStatus() {},
    });
  }

  #watchConnections(data: MarketData): void {
    const watched: ReadonlyArray<[string, string, keyof ConnectionStatus]> = [
      ["outcry_feed_sockets", "Connections to the exchange that are really open.", "sockets"],
      ["outcry_feed_reconnects", "Connections made again after the first one.", "reconnects"],
      ["outcry_feed_repaired", "Candles fetched because the stream lacked them.", "repaired"],
    ];
    for (const [name, help, field] of watched) {
      this.#read({ name, help, labels: ["timeframe"] }, (set) => {
        const connections = data.connections();
        for (const timeframe of TIMEFRAMES) {
          set(Number(connections[timeframe][field]), { timeframe });
        }
      });
    }
    const ready = "1 when every series has its history and fresh data.";
    this.#read({ name: "outcry_feed_ready", help: ready }, (set) => set(data.isReady() ? 1 : 0));
  }

  #watchStreams(hub: StreamCounts): void {
    this.#read({ name: "outcry_streams", help: "Event streams open now." }, (set) =>
      set(hub.streams),
    );
    const watched = ["opened", "refused", "deliveries", "skipped", "resumed"] as const;
    for (const field of watched) {
      const help = STREAM_HELP[field];
      this.#read({ name: `outcry_streams_${field}`, help }, (set) => set(hub.counters[field]));
    }
    const help = "Streams that ended, by reason.";
    this.#read({ name: "outcry_streams_ended", help, labels: ["reason"] }, (set) => {
      for (const [reason, count] of Object.entries(hub.counters.ended)) set(count, { reason });
    });
  }

  /** The age of each series' data by our own clock, since the last frame that was taken from it. */
  #watchAges(): (symbol: string, timeframe: Timeframe) => void {
    const seenAt = new Map<string, { symbol: string; timeframe: Timeframe; time: number }>();
    const frames = new Counter({
      name: "outcry_feed_frames_total",
      help: "Forming candles taken from the exchange.",
      labelNames: ["timeframe"],
      registers: [this.#registry],
    });
    const help = "Seconds since the last frame of a series.";
    this.#read(
      { name: "outcry_feed_age_seconds", help, labels: ["symbol", "timeframe"] },
      (set) => {
        const now = this.#clock.now();
        for (const { symbol, timeframe, time } of seenAt.values()) {
          set(Math.max(0, now - time) / 1_000, { symbol, timeframe });
        }
      },
    );
    return (symbol, timeframe) => {
      frames.inc({ timeframe });
      const key = `${symbol} ${timeframe}`;
      const entry = seenAt.get(key);
      if (entry === undefined) seenAt.set(key, { symbol, timeframe, time: this.#clock.now() });
      else entry.time = this.#clock.now();
    };
  }

  #watchMinutes(): (minute: MarketMinute) => void {
    const registers = [this.#registry];
    const minutes = new Counter({
      name: "outcry_minutes_total",
      help: "Market minutes passed on.",
      labelNames: ["symbol"],
      registers,
    });
    const holes = new Counter({
      name: "outcry_holes_total",
      help: "Minutes for which the exchange itself has no candle.",
      labelNames: ["symbol"],
      registers,
    });
    const lateness = new Histogram({
      name: "outcry_candle_lateness_seconds",
      help: "How long after its end a closed candle was known.",
      labelNames: ["timeframe", "source"],
      buckets: LATENESS_BUCKETS,
      registers,
    });
    return (minute) => {
      minutes.inc({ symbol: minute.symbol });
      if (isHole(minute)) holes.inc({ symbol: minute.symbol });
      for (const { timeframe, source, latenessMs } of minute.candles) {
        lateness.observe({ timeframe, source }, latenessMs / 1_000);
      }
    };
  }

  /** A figure that is looked up when it is asked for. */
  #read(
    figure: { readonly name: string; readonly help: string; readonly labels?: readonly string[] },
    collect: (set: (value: number, labels?: Record<string, string>) => void) => void,
  ): void {
    const gauge = new Gauge({
      name: figure.name,
      help: figure.help,
      labelNames: [...(figure.labels ?? [])],
      registers: [this.#registry],
      collect: () => collect((value, labels) => gauge.set(labels ?? {}, value)),
    });
  }
}

const STREAM_HELP = {
  opened: "Streams opened so far.",
  refused: "Streams refused so far.",
  deliveries: "Writes of market data, one a client.",
  skipped: "Writes that a slow client was spared.",
  resumed: "Snapshots given to clients that had missed something.",
} as const;
