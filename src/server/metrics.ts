/** What Prometheus reads: the process, the feed and the streams, in a registry of its own. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { isHole, type MarketMinute } from "../core/market-minute.ts";
import { TIMEFRAMES } from "../core/timeframe.ts";
import type { ConnectionStatus } from "../protocol/statistics.ts";
import type { Feed } from "./feed/feed.ts";

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

const SERIES = ["symbol", "timeframe"] as const;

/** Seconds after a candle's end at which it was known: a stream takes 0.1 to 2, repair longer. */
const LATENESS_BUCKETS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600];

export class Metrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Counts what the market does from now on; returns the function that ends it. */
  watch(data: Feed, streams: StreamCounts): () => void {
    this.#watchConnections(data);
    this.#watchStreams(streams);
    this.#watchFigures(data);
    return data.subscribe({ onForming() {}, onMinute: this.#watchMinutes(), onStatus() {} });
  }

  #watchConnections(data: Feed): void {
    const watched: ReadonlyArray<[string, string, keyof ConnectionStatus]> = [
      ["outcry_feed_sockets", "Connections to the exchange that are really open.", "sockets"],
      ["outcry_feed_reconnects_total", "Connections made again after the first.", "reconnects"],
      ["outcry_feed_repaired_total", "Candles fetched: the stream lacked them.", "repaired"],
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
      this.#read({ name: `outcry_streams_${field}_total`, help }, (set) =>
        set(hub.counters[field]),
      );
    }
    const help = "Streams that ended, by reason.";
    this.#read({ name: "outcry_streams_ended_total", help, labels: ["reason"] }, (set) => {
      for (const [reason, count] of Object.entries(hub.counters.ended)) set(count, { reason });
    });
  }

  #watchFigures(data: Feed): void {
    const age = "Seconds since the newest frame of a series.";
    this.#read({ name: "outcry_feed_age_seconds", help: age, labels: SERIES }, (set) => {
      for (const { symbol, timeframe, ageMs } of data.figures().ages) {
        if (ageMs !== null) set(ageMs / 1_000, { symbol, timeframe });
      }
    });
    const events = "What the feed has counted since the start, by event.";
    this.#read({ name: "outcry_feed_events_total", help: events, labels: ["event"] }, (set) => {
      for (const [event, count] of Object.entries(data.figures().counters)) set(count, { event });
    });
    this.#read({ name: "outcry_exchange_requests_total", help: "REST requests." }, (set) =>
      set(data.figures().exchange.requests),
    );
    this.#read({ name: "outcry_exchange_refusals_total", help: "Refused ones." }, (set) =>
      set(data.figures().exchange.refusals),
    );
    this.#read({ name: "outcry_exchange_weight", help: "Weight used this minute." }, (set) =>
      set(data.figures().exchange.weightUsed),
    );
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

  /** A figure that is looked up when it is asked for; what ends in `_total` only grows. */
  #read(
    figure: { readonly name: string; readonly help: string; readonly labels?: readonly string[] },
    collect: (set: (value: number, labels?: Record<string, string>) => void) => void,
  ): void {
    const options = {
      name: figure.name,
      help: figure.help,
      labelNames: [...(figure.labels ?? [])],
      registers: [this.#registry],
    };
    if (!figure.name.endsWith("_total")) {
      const gauge = new Gauge({
        ...options,
        collect: () => collect((value, labels) => gauge.set(labels ?? {}, value)),
      });
      return;
    }
    const counter = new Counter({
      ...options,
      collect() {
        this.reset();
        collect((value, labels) => counter.inc(labels ?? {}, value));
      },
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
