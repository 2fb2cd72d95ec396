/** A server on loopback that speaks Binance's REST and WebSocket market protocol, and misbehaves on command. */
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { assert } from "../core/assert.ts";
import { type Clock, systemClock } from "../server/clock.ts";
import { ExchangeMarket } from "./exchange-market.ts";
import { FaultPlan } from "./fault-plan.ts";
import { KlineBroadcast } from "./kline-broadcast.ts";
import { klineStreamName } from "./kline-wire.ts";
import type { Market } from "./market.ts";
import { pacedClock } from "./paced-clock.ts";
import { RequestWeight } from "./request-weight.ts";
import { RestApi } from "./rest-api.ts";
import { RestServer } from "./rest-server.ts";
import { type StreamCounters, StreamServer } from "./stream-server.ts";

export interface ExchangeOptions {
  readonly market: Market;
  /** Wall time: pings, limits and, through speed, the market. */
  readonly clock?: Clock;
  /** Where market time starts; the clock's present by default. */
  readonly startTime?: number;
  /** Minutes of market a minute. */
  readonly speed?: number;
  /** Market time between forming events; by default the exchange's 2 s, more at high speed. */
  readonly updateMs?: number;
  readonly faults?: FaultPlan;
  /** 0, the default, takes any free port. */
  readonly port?: number;
}

/** What the exchange has seen of its clients. */
export interface ExchangeCounters extends StreamCounters {
  /** TCP connections reset because the exchange refused them; whatever they would have asked for. */
  readonly socketsRefused: number;
  readonly restRequests: number;
  /** Weight of REST requests in the current minute. */
  readonly weightUsed: number;
}

export interface ExchangeServer {
  readonly restUrl: string;
  readonly streamUrl: string;
  readonly faults: FaultPlan;
  readonly counters: ExchangeCounters;
  /** Names of the streams that somebody listens to. */
  readonly streams: readonly string[];
  /** Market time: what the exchange's candles go by. */
  readonly marketClock: Clock;
  /** Resolves when every stream client has received all that was sent so far. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** The exchange's update speed, in real time. */
const UPDATE_MS = 2_000;

/** At high speed forming events come at most so many times as often, to spare the machine. */
const UPDATE_SPEED_MAX = 8;

/** Starts the exchange on 127.0.0.1. */
export async function startExchangeServer(options: ExchangeOptions): Promise<ExchangeServer> {
  const exchange = new Exchange(options);
  await exchange.listen(options.port ?? 0);
  return exchange;
}

class Exchange implements ExchangeServer {
  readonly faults: FaultPlan;
  readonly marketClock: Clock;
  readonly #broadcast: KlineBroadcast;
  readonly #rest: RestServer;
  readonly #streams: StreamServer;
  readonly #weight: RequestWeight;
  readonly #http: Server;
  #socketsRefused = 0;

  constructor(options: ExchangeOptions) {
    const { speed = 1, clock = systemClock, faults = new FaultPlan() } = options;
    const { startTime = clock.now(), market } = options;
    this.faults = faults;
    const marketClock = pacedClock(clock, { startTime, speed, endTime: market.endTime });
    this.marketClock = marketClock;
    const exchangeMarket = new ExchangeMarket(market, marketClock, faults);
    const serverTime = () => this.#serverTime();
    const { instruments } = exchangeMarket;
    const streams = new StreamServer({
      faults,
      symbols: instruments,
      clock,
      marketClock,
      serverTime,
    });
    this.#streams = streams;
    this.#broadcast = new KlineBroadcast({
      market: exchangeMarket,
      clock: marketClock,
      updateMs: options.updateMs ?? (UPDATE_MS * speed) / Math.min(speed, UPDATE_SPEED_MAX),
      serverTime,
      streams: () => streams.wantedStreams(),
      emit: (frame) => streams.emit(frame),
    });
    this.#weight = new RequestWeight(clock);
    const api = new RestApi(exchangeMarket, faults, serverTime);
    this.#rest = new RestServer({ api, weight: this.#weight, faults, clock, marketClock });
    this.#http = createServer((request, response) => {
      if (!this.#isRefused(request.socket)) this.#rest.answer(request, response);
    });
    this.#http.on("connection", (socket: Socket) => this.#isRefused(socket));
    this.#http.on("upgrade", (request, socket, head) => {
      if (!this.#isRefused(request.socket)) streams.onUpgrade(request, socket, head);
    });
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen(port, "127.0.0.1", resolve);
    });
    this.#streams.start();
    this.#broadcast.start();
  }

  get restUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get streamUrl(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  get counters(): ExchangeCounters {
    return {
      ...this.#streams.counters,
      socketsRefused: this.#socketsRefused,
      restRequests: this.#rest.requests,
      weightUsed: this.#weight.used,
    };
  }

  get streams(): readonly string[] {
    return [...this.#streams.wantedStreams()].map(klineStreamName);
  }

  async drained(): Promise<void> {
    await this.#streams.drained();
  }

  async close(): Promise<void> {
    this.#broadcast.stop();
    this.#streams.close();
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
  }

  get #port(): number {
    const address: AddressInfo | string | null = this.#http.address();
    assert(address !== null && typeof address === "object", "the exchange listens");
    return address.port;
  }

  /** The time that the exchange claims; it may be wrong on command. */
  #serverTime(): number {
    const now = this.marketClock.now();
    return this.faults.active("clockSkew", now).reduce((time, skew) => time + skew.skewMs, now);
  }

  /**
   * Resets a connection while the exchange refuses them. It was accepted a moment before, but a
   * client cannot tell that from a closed port, and the port stays ours.
   */
  #isRefused(socket: Socket): boolean {
    if (this.faults.active("refused", this.marketClock.now()).length === 0) return false;
    this.#socketsRefused += 1;
    socket.resetAndDestroy();
    return true;
  }
}
