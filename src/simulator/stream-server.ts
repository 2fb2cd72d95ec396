/** The WebSocket side of the simulated exchange: connections, what they are sent, how they are cut. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { unreachable } from "../core/assert.ts";
import type { Clock, Timer } from "../server/clock.ts";
import { concerns, type FaultPlan, type Incident, type Streams } from "./fault-plan.ts";
import { FrameFaults, type Outgoing } from "./frame-faults.ts";
import {
  type KlineFrame,
  type KlineStream,
  klineStreamName,
  parseStreamName,
} from "./kline-wire.ts";
import { StreamConnection } from "./stream-connection.ts";
import { STREAMS_MAX } from "./stream-control.ts";

export interface StreamServerOptions {
  readonly faults: FaultPlan;
  readonly symbols: ReadonlyMap<string, unknown>;
  /** Wall time, and market time. */
  readonly clock: Clock;
  readonly marketClock: Clock;
  /** The time that the exchange claims. */
  serverTime(): number;
}

/** What the exchange has seen of its stream clients. */
export interface StreamCounters {
  /** Connections open now, and the most there ever were at a time. */
  readonly connectionsOpen: number;
  readonly connectionsOpenMax: number;
  /** Attempts to open a connection, refused ones included. */
  readonly connectionAttempts: number;
  readonly framesSent: number;
}

/** Connection attempts that the exchange takes from one address in five minutes. */
const ATTEMPTS_MAX = 300;
const ATTEMPTS_WINDOW_MS = 300_000;

/** Largest message of a client: 1,024 stream names fit. */
const MESSAGE_BYTES_MAX = 128 * 1024;

/** WebSocket close codes. */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

export class StreamServer {
  readonly #options: StreamServerOptions;
  readonly #frameFaults: FrameFaults;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES_MAX,
  });
  readonly #connections = new Map<StreamConnection, Duplex>();
  readonly #timers = new Set<Timer>();
  /** Wall times of the latest attempts. */
  #attempts: number[] = [];
  #connectionsOpenMax = 0;
  #connectionAttempts = 0;
  #framesSent = 0;

  constructor(options: StreamServerOptions) {
    this.#options = options;
    this.#frameFaults = new FrameFaults(options.faults);
  }

  /** Lets the planned incidents happen from now on. */
  start(): void {
    this.#options.faults.onIncident((incident) => this.#plan(incident));
  }

  get counters(): StreamCounters {
    return {
      connectionsOpen: this.#connections.size,
      connectionsOpenMax: this.#connectionsOpenMax,
      connectionAttempts: this.#connectionAttempts,
      framesSent: this.#framesSent,
    };
  }

  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const now = this.#options.clock.now();
    this.#connectionAttempts += 1;
    this.#attempts = this.#attempts.filter((time) => now - time < ATTEMPTS_WINDOW_MS);
    if (this.#attempts.length >= ATTEMPTS_MAX) {
      reject(socket, "429 Too Many Requests");
      return;
    }
    this.#attempts.push(now);
    const url = URL.parse(request.url ?? "/", "http://127.0.0.1");
    const asked = url === null ? null : requestedStreams(url);
    if (asked === null) reject(socket, "404 Not Found");
    else {
      this.#sockets.handleUpgrade(request, socket, head, (client) => {
        this.#onConnection(client, socket, asked);
      });
    }
  }

  /** The streams of all connections, each once. */
  wantedStreams(): Iterable<KlineStream> {
    const found = new Map<string, KlineStream>();
    for (const connection of this.#connections.keys()) {
      for (const name of connection.streams) {
        if (found.has(name)) continue;
        const stream = parseStreamName(name);
        if (stream !== null && this.#options.symbols.has(stream.symbol)) found.set(name, stream);
      }
    }
    return found.values();
  }

  /** Sends a frame to all who listen to its stream, or what faults make of it. */
  emit(frame: KlineFrame): void {
    const name = klineStreamName(frame);
    const { faults, marketClock } = this.#options;
    for (const outgoing of this.#frameFaults.applied(frame, marketClock.now())) {
      const send = () => {
        if (outgoing.revises) faults.revise(name, frame.candle.openTime);
        this.#send(name, outgoing.payload);
      };
      if (outgoing.delayMs === 0) send();
      else this.#after(outgoing.delayMs, send);
    }
  }

  /** Resolves when every client has received all that was sent so far. */
  async drained(): Promise<void> {
    await Promise.all([...this.#connections.keys()].map((connection) => connection.drained()));
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    for (const connection of this.#connections.keys()) connection.terminate();
    this.#sockets.close();
  }

  #onConnection(client: WebSocket, socket: Duplex, asked: RequestedStreams): void {
    const { clock, marketClock, faults } = this.#options;
    const connection = new StreamConnection(
      client,
      { streams: new Set(asked.streams), isCombined: asked.isCombined },
      { clock, openedAt: marketClock.now(), isDead: (one) => this.#isDead(one) },
    );
    if (asked.streams.length > STREAMS_MAX) {
      connection.close(POLICY_VIOLATION, "Too many streams");
      return;
    }
    this.#connections.set(connection, socket);
    client.on("close", () => this.#connections.delete(connection));
    this.#connectionsOpenMax = Math.max(this.#connectionsOpenMax, this.#connections.size);
    const [storm] = faults.active("storm", connection.openedAt);
    if (storm !== undefined) this.#after(storm.aliveMs, () => connection.close(GOING_AWAY, ""));
  }

  #send(name: string, payload: Outgoing["payload"]): void {
    const stalls = this.#options.faults
      .active("stall", this.#options.marketClock.now())
      .filter((stall) => concerns(stall.streams, name));
    for (const connection of this.#connections.keys()) {
      if (!connection.streams.has(name)) continue;
      if (stalls.some((stall) => isHeld(connection, stall))) continue;
      this.#framesSent += 1;
      if (payload.kind === "event") connection.sendEvent(name, payload.json);
      else connection.sendRaw(payload.data);
    }
  }

  /** Whether a half-open stall holds a connection. */
  #isDead(connection: StreamConnection): boolean {
    return this.#options.faults
      .active("stall", this.#options.marketClock.now())
      .filter((stall) => stall.pings === "dead" && carries(connection, stall.streams))
      .some((stall) => isHeld(connection, stall));
  }

  #plan(incident: Incident): void {
    const { faults, marketClock } = this.#options;
    const happen = () => {
      if (faults.has(incident)) this.#happen(incident);
    };
    const delayMs = incident.at - marketClock.now();
    if (delayMs <= 0) happen();
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
        case "serverShutdown":
          this.#announceShutdown(connection, incident.graceMs);
          break;
        default:
          unreachable(incident);
      }
    }
  }

  #announceShutdown(connection: StreamConnection, graceMs: number): void {
    const event = { e: "serverShutdown", E: this.#options.serverTime() };
    connection.sendEvent("!serverShutdown", JSON.stringify(event));
    this.#after(graceMs, () => connection.close(GOING_AWAY, ""));
  }

  /** Runs something after so much market time, unless the exchange is closed before. */
  #after(delayMs: number, action: () => void): void {
    const timer = this.#options.marketClock.after(delayMs, () => {
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
  const path = decoded(url.pathname);
  const names = (text: string) => text.split("/").filter((name) => name !== "");
  if (path === "/stream" || path === "/stream/") {
    return { streams: names(url.searchParams.get("streams") ?? ""), isCombined: true };
  }
  if (path !== "/ws" && !path.startsWith("/ws/")) return null;
  return { streams: names(path.slice("/ws".length)), isCombined: false };
}

/** The path without percent signs; as it is when they are wrong. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function carries(connection: StreamConnection, streams: Streams): boolean {
  return streams === null || streams.some((name) => connection.streams.has(name));
}

function isHeld(
  connection: StreamConnection,
  stall: { readonly from: number; readonly connections: "present" | "every" },
): boolean {
  return stall.connections === "every" || connection.openedAt <= stall.from;
}

function reject(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function reset(socket: Duplex): void {
  if ("resetAndDestroy" in socket && typeof socket.resetAndDestroy === "function") {
    socket.resetAndDestroy();
  } else socket.destroy();
}
