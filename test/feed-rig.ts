/** A feed and an exchange on loopback, real sockets between them, and one clock held in the hand. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { pino } from "pino";
import type { MarketMinute } from "../src/core/market-minute.ts";
import type { Clock } from "../src/server/clock.ts";
import { createBinanceExchange, type Exchange } from "../src/server/exchange/exchange.ts";
import { type CandleHistory, createFeed, type Feed } from "../src/server/feed/feed.ts";
import { type ExchangeServer, startExchangeServer } from "../src/simulator/exchange-server.ts";
import { type Fault, FaultPlan } from "../src/simulator/fault-plan.ts";
import { ManualClock } from "../src/simulator/manual-clock.ts";
import type { Market } from "../src/simulator/market.ts";

export interface RigOptions {
  readonly market: Market;
  readonly symbols: readonly string[];
  /** Market time at the start. */
  readonly startTime: number;
  readonly speed?: number;
  /** Market time between forming frames. */
  readonly updateMs?: number;
  readonly faults?: readonly Fault[];
  readonly resumeAt?: ReadonlyMap<string, number>;
  readonly kept?: CandleHistory;
  readonly random?: () => number;
  readonly onMinute?: (minute: MarketMinute) => void;
}

/** The wall clock's beginning: years away from any market time, so that a mixture shows. */
const WALL_START = Date.UTC(2031, 4, 17, 11, 22, 33, 444);

/** Turns of the event loop that a settling waits for answers; one that hangs is not waited for. */
const TURNS_MAX = 400;

/** Turns in which a frame surely crosses the loopback. */
const TURNS_UNASKED = 30;

export class Rig {
  readonly clock: ManualClock;
  readonly faults: FaultPlan;
  readonly minutes: MarketMinute[] = [];
  /** How far the feed's wall clock was set off: `now` jumps, timers do not. */
  wallOffsetMs = 0;
  readonly server: ExchangeServer;
  readonly exchange: Exchange;
  readonly feed: Feed;
  readonly states = new Set<string>();
  /** Rows of candles that the exchange has answered with. */
  rowsGiven = 0;

  static async open(options: RigOptions): Promise<Rig> {
    return new Rig(options, await rigServer(options));
  }

  private constructor(options: RigOptions, { server, clock, faults }: RigServer) {
    this.clock = clock;
    this.faults = faults;
    this.server = server;
    const { restUrl, streamUrl } = server;
    const wall: Clock = {
      now: () => clock.now() + this.wallOffsetMs,
      after: (delayMs, action) => clock.after(delayMs, action),
    };
    const exchange = createBinanceExchange({ restUrl, streamUrl, clock: wall });
    this.exchange = Object.defineProperties(Object.create(exchange), {
      candles: {
        value: async (...asked: Parameters<Exchange["candles"]>) => {
          const answer = await exchange.candles(...asked);
          if (answer.kind === "ok") this.rowsGiven += answer.value.length;
          return answer;
        },
      },
    });
    this.feed = createFeed({
      exchange: this.exchange,
      symbols: options.symbols,
      clock: wall,
      random: options.random ?? seededRandom(1),
      log: pino({ level: process.env.FEED_LOG ?? "silent" }),
      ...(options.resumeAt === undefined ? {} : { resumeAt: options.resumeAt }),
      ...(options.kept === undefined ? {} : { kept: options.kept }),
    });
    this.feed.subscribe({
      onForming() {},
      onMinute: options.onMinute ?? ((minute) => this.minutes.push(minute)),
      onStatus: () => {
        for (const { state } of Object.values(this.feed.connections())) this.states.add(state);
      },
    });
  }

  /** Market time. */
  get now(): number {
    return this.server.marketClock.now();
  }

  /** Starts the feed and lets time go on until it stands. */
  async start(): Promise<void> {
    let isOver = false;
    const started = this.feed.start().finally(() => {
      isOver = true;
    });
    started.catch(() => {});
    while (!isOver) await this.advance(100, 100);
    await started;
  }

  /** Lets wall time pass, in steps; after each, everything that was sent has arrived. */
  async advance(ms: number, stepMs = 500): Promise<void> {
    await this.clock.advanceSettling(ms, stepMs, () => this.settle());
  }

  /** The same without the exchange's help: a half-open connection must not be woken by a question. */
  async advanceUnasked(ms: number, stepMs = 500): Promise<void> {
    await this.clock.advanceSettling(ms, stepMs, async () => {
      for (let turn = 0; turn < TURNS_UNASKED; turn += 1) await nextTurn();
    });
  }

  /** Advances until the condition holds; returns how long that took, or throws after `ms`. */
  async advanceUntil(condition: () => boolean, ms: number, stepMs = 250): Promise<number> {
    const from = this.clock.now();
    while (!condition()) {
      if (this.clock.now() - from >= ms) throw new Error(`not within ${ms} ms`);
      await this.advance(stepMs, stepMs);
    }
    return this.clock.now() - from;
  }

  /** The minutes of one symbol so far. */
  minutesOf(symbol: string): MarketMinute[] {
    return this.minutes.filter((minute) => minute.symbol === symbol);
  }

  /** Waits until frames have arrived and questions are answered, as far as they will be. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      await nextTurn();
      if (this.exchange.counters.inFlight > 0 || this.#isConnecting()) continue;
      await this.server.drained();
      if (this.exchange.counters.inFlight === 0) return;
    }
  }

  #isConnecting(): boolean {
    return Object.values(this.feed.connections()).some(({ state }) => state === "connecting");
  }

  async close(): Promise<void> {
    await this.feed.stop();
    await this.server.close();
  }
}

interface RigServer {
  readonly server: ExchangeServer;
  readonly clock: ManualClock;
  readonly faults: FaultPlan;
}

async function rigServer(options: RigOptions): Promise<RigServer> {
  const clock = new ManualClock(WALL_START);
  const faults = new FaultPlan(options.faults ?? []);
  const { market, startTime, speed = 1, updateMs } = options;
  const server = await startExchangeServer({
    ...{ market, clock, startTime, speed, faults },
    ...(updateMs === undefined ? {} : { updateMs }),
  });
  return { server, clock, faults };
}

/** Mulberry32: small, good enough for faults, and the same everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
