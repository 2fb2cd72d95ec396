/** A server on loopback that speaks Binance's REST and WebSocket market protocol, and misbehaves on command. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { assert } from "../core/assert.ts";
import { type Clock, systemClock, type Timer } from "../server/clock.ts";
import { ExchangeMarket } from "./exchange-market.ts";
import { concerns, FaultPlan, type Incident } from "./fault-plan.ts";
import { FrameFaults, type Outgoing } from "./frame-faults.ts";
import { KlineBroadcast } from "./kline-broadcast.ts";
import {
  type KlineFrame,
  type KlineStream,
  klineStreamName,
  parseStreamName,
} from "./kline-wire.ts";
import type { Market } from "./market.ts";
import { pacedClock } from "./paced-clock.ts";
import { RequestWeight } from "./request-weight.ts";
import { RestApi } from "./rest-api.ts";
import { RestServer } from "./rest-server.ts";
import { type Health, StreamConnection } from "./stream-connection.ts";

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
export interface ExchangeCounters {
  /** Stream connections open now, and the most there ever were at a time. */
  readonly connectionsOpen: number;
  readonly connectionsOpenMax: number;
  /** Attempts to open a stream connection, refused ones included. */
  readonly connectionAttempts: number;
  readonly framesSent: number;
  readonly restRequests: number;
  /** Weight of REST requests in the current minute. */
  readonly weightUsed: number;
}

export interface ExchangeServer {
  readonly restUrl: string;
  readonly streamUrl: string;
  readonly faults: FaultPlan;
  readonly counters: ExchangeCounters;
  /** Market time: what the exchange's candles go by. */
  readonly marketClock: Clock;
  close(): Promise<void>;
}

/** The exchange's update speed, in real time. */
const UPDATE_MS = 2_000;

/** At high speed forming events still come at most so many times as often, to spare the machine. */
const UPDATE_SPEED_MAX = 8;

/** Connection attempts that the exchange takes from one address in five minutes. */
const ATTEMPTS_MAX = 300;
const ATTEMPTS_WINDOW_MS = 300_000;

/** Largest message of a client: 1,024 stream names fit. */
const MESSAGE_BYTES_MAX = 128 * 1024;

/** Starts the exchange on 127.0.0.1. */
export async function startExchangeServer(options: ExchangeOptions): Promise<ExchangeServer> {
  const exchange = new Exchange(options);
  await exchange.listen(options.port ?? 0);
  return exchange;
}

class Exchange implements ExchangeServer {
  readonly faults: FaultPlan;
  readonly marketClock: Clock;
  readonly #clock: Clock;
  readonly #market: ExchangeMarket;
  readonly #frameFaults: FrameFaults;
  readonly #broadcast: KlineBroadcast;
  readonly #rest: RestServer;
  readonly #weight: RequestWeight;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Map<StreamConnection, Duplex>();
  readonly #timers = new Set<Timer>();
  #attempts: number[] = [];
  #counted = { connectionsOpenMax: 0, connectionAttempts: 0, framesSent: 0 };

  constructor(options: ExchangeOptions) {
    const speed = options.speed ?? 1;
    this.#clock = options.clock ?? systemClock;
    this.faults = options.faults ?? new FaultPlan();
    const startTime = options.startTime ?? this.#clock.now();
    const { endTime } = options.market;
    this.marketClock = pacedClock(this.#clock, { startTime, speed, endTime });
    this.#market = new ExchangeMarket(options.market, this.marketClock, this.faults);
    this.#frameFaults = new FrameFaults(this.faults);
    this.#broadcast = new KlineBroadcast({
      market: this.#market,
      clock: this.marketClock,
      updateMs: options.updateMs ?? (UPDATE_MS * speed) / Math.min(speed, UPDATE_SPEED_MAX),
      serverTime: () => this.#serverTime(),
      streams: () => this.#wantedStreams(),
      emit: (frame) => this.#emit(frame),
    });
    this.#weight = new RequestWeight(this.#clock);
    const api = new RestApi(this.#market, this.faults, () => this.#serverTime());
    this.#rest = new RestServer({
      api,
      weight: this.#weight,
      faults: this.faults,
      clock: this.marketClock,
    });
    this.#sockets = new WebSocketServer({
      noServer: true,
      autoPong: false,
      perMessageDeflate: false,
      maxPayload: MESSAGE_BYTES_MAX,
    });
    this.#http = createServer((request, response) => this.#onRequest(request, response));
    this.#http.on("connection", (socket) => this.#onSocket(socket));
    this.#http.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen(port, "127.0.0.1", resolve);
    });
    this.#broadcast.start();
    this.faults.onIncident((incident) => this.#plan(incident));
  }

  get restUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get streamUrl(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  get counters(): ExchangeCounters {
    return {
      ...this.#counted,
      connectionsOpen: this.#connections.size,
      restRequests: this.#rest.requests,
      weightUsed: this.#weight.used,
    };
  }

  async close(): Promise<void> {
    this.#broadcast.stop();
    for (const timer of this.#timers) timer.cancel();
    for (const connection of this.#connections.keys()) connection.terminate();
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

  #isRefusing(): boolean {
    return this.faults.active("refused", this.marketClock.now()).length > 0;
  }

  /**
   * A refused connection is reset as soon as it is accepted: a client cannot tell it from a closed
   * port, and the port stays ours.
   */
  #onSocket(socket: Socket): void {
    if (this.#isRefusing()) socket.resetAndDestroy();
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isRefusing()) request.socket.resetAndDestroy();
    else this.#rest.answer(request, response);
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const now = this.#clock.now();
    this.#counted.connectionAttempts += 1;
    this.#attempts = this.#attempts.filter((time) => now - time < ATTEMPTS_WINDOW_MS);
    this.#attempts.push(now);
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const asked = requestedStreams(url);
    if (this.#attempts.length > ATTEMPTS_MAX) reject(socket, "429 Too Many Requests");
    else if (asked === null) reject(socket, "404 Not Found");
    else if (this.#isRefusing()) socket.destroy();
    else {
      this.#sockets.handleUpgrade(request, socket, head, (client) => {
        this.#onConnection(client, socket, asked);
      });
    }
  }

  #onConnection(client: WebSocket, socket: Duplex, asked: RequestedStreams): void {
    const connection = new StreamConnection(
      client,
      { streams: new Set(asked.streams), isCombined: asked.isCombined },
      {
        clock: this.#clock,
        openedAt: this.marketClock.now(),
        health: (one) => this.#health(one),
      },
    );
    this.#connections.set(connection, socket);
    client.on("close", () => this.#connections.delete(connection));
    const open = this.#connections.size;
    this.#counted.connectionsOpenMax = Math.max(this.#counted.connectionsOpenMax, open);
    const [storm] = this.faults.active("storm", connection.openedAt);
    if (storm !== undefined) this.#after(storm.aliveMs, () => connection.close(1001, ""));
  }

  /** Streams of any connection, each once. */
  #wantedStreams(): Iterable<KlineStream> {
    const found = new Map<string, KlineStream>();
    for (const connection of this.#connections.keys()) {
      for (const name of connection.streams) {
        if (found.has(name)) continue;
        const stream = parseStreamName(name);
        if (stream !== null && this.#market.instruments.has(stream.symbol)) found.set(name, stream);
      }
    }
    return found.values();
  }

  #emit(frame: KlineFrame): void {
    const name = klineStreamName(frame);
    for (const outgoing of this.#frameFaults.applied(frame, this.marketClock.now())) {
      const send = () => {
        if (outgoing.revises) this.faults.revise(name, frame.candle.openTime);
        this.#send(name, outgoing.payload);
      };
      if (outgoing.delayMs === 0) send();
      else this.#after(outgoing.delayMs, send);
    }
  }

  #send(name: string, payload: Outgoing["payload"]): void {
    const now = this.marketClock.now();
    const stalls = this.faults
      .active("stall", now)
      .filter((stall) => concerns(stall.streams, name));
    const sparesNew = stalls.length > 0 && stalls.every((stall) => stall.connections === "present");
    const silentSince = Math.max(...stalls.map((stall) => stall.from));
    for (const connection of this.#connections.keys()) {
      if (!connection.streams.has(name)) continue;
      if (stalls.length > 0 && !(sparesNew && connection.openedAt > silentSince)) continue;
      this.#counted.framesSent += 1;
      if (payload.kind === "event") connection.sendEvent(name, payload.json);
      else connection.sendRaw(payload.data);
    }
  }

  /** Whether a half-open stall holds a connection. */
  #health(connection: StreamConnection): Health {
    for (const stall of this.faults.active("stall", this.marketClock.now())) {
      const isHeld = stall.connections === "every" || connection.openedAt <= stall.from;
      if (isHeld && stall.pings === "dead" && carries(connection, stall.streams)) return "dead";
    }
    return "sound";
  }

  #plan(incident: Incident): void {
    const delayMs = Math.max(0, incident.at - this.marketClock.now());
    const happen = () => {
      if (this.faults.has(incident)) this.#happen(incident);
    };
    if (delayMs === 0) happen();
    else this.#after(delayMs, happen);
  }

  #happen(incident: Incident): void {
    for (const [connection, socket] of [...this.#connections]) {
      if (!carries(connection, incident.streams)) continue;
      switch (incident.kind) {
        case "close":
          connection.close(incident.code, "");
          break;
        case "reset":
          reset(socket);
          break;
        case "serverShutdown": {
          const event = JSON.stringify({ e: "serverShutdown", E: this.#serverTime() });
          connection.sendEvent("!serverShutdown", event);
          this.#after(incident.graceMs, () => connection.close(1001, ""));
        }
      }
    }
  }

  /** Runs something after so much market time, unless the exchange is closed before. */
  #after(delayMs: number, action: () => void): void {
    const timer = this.marketClock.after(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}

interface RequestedStreams {
  readonly streams: readonly string[];
  readonly isCombined: boolean;
}

/** The streams that a URL names, `/ws/<stream>` or `/stream?streams=<a>/<b>`; null for another path. */
function requestedStreams(url: URL): RequestedStreams | null {
  const path = decodeURIComponent(url.pathname);
  const names = (text: string) => text.split("/").filter((name) => name !== "");
  if (path === "/stream" || path === "/stream/") {
    return { streams: names(url.searchParams.get("streams") ?? ""), isCombined: true };
  }
  if (path !== "/ws" && !path.startsWith("/ws/")) return null;
  return { streams: names(path.slice("/ws".length)), isCombined: false };
}

function carries(connection: StreamConnection, streams: readonly string[] | null): boolean {
  return streams === null || streams.some((name) => connection.streams.has(name));
}

function reject(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function reset(socket: Duplex): void {
  if ("resetAndDestroy" in socket && typeof socket.resetAndDestroy === "function") {
    socket.resetAndDestroy();
  } else socket.destroy();
}
