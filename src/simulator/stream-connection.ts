/** One WebSocket connection of the exchange: its streams, its pings, its limits and its end. */
import type { RawData, WebSocket } from "ws";
import type { Clock, Timer } from "../server/clock.ts";
import { controlReply, type StreamSettings } from "./stream-control.ts";

/** The exchange's rules: a ping every 20 s, gone without a pong for a minute, 24 h at most. */
const PING_INTERVAL_MS = 20_000;
const PONG_TIMEOUT_MS = 60_000;
export const CONNECTION_LIFE_MS = 86_400_000;

/** Messages, pings and pongs that a client may send a second. */
const INCOMING_MAX = 5;
const INCOMING_WINDOW_MS = 1_000;

/** Bytes that may wait for a client that does not read. */
const BACKLOG_BYTES_MAX = 16 * 1024 * 1024;

/** WebSocket close codes: going away, and policy violation. */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

/** Marks the pings that only ask whether everything sent so far has arrived. */
const BARRIER = "barrier";

export interface ConnectionContext {
  /** Wall time. */
  readonly clock: Clock;
  /** Market time of the opening. */
  readonly openedAt: number;
  /** Whether the exchange plays dead on it: neither pings nor answers. */
  isDead(connection: StreamConnection): boolean;
}

export class StreamConnection {
  readonly openedAt: number;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #settings: StreamSettings;
  readonly #context: ConnectionContext;
  readonly #timers = new Set<Timer>();
  /** When the oldest ping was sent that no pong has answered; null when all are answered. */
  #unansweredSince: number | null = null;
  #windowStart = 0;
  #incoming = 0;

  constructor(socket: WebSocket, settings: StreamSettings, context: ConnectionContext) {
    this.#socket = socket;
    this.#settings = settings;
    this.#clock = context.clock;
    this.openedAt = context.openedAt;
    this.#context = context;
    socket.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on("ping", (data) => this.#onPing(data));
    socket.on("pong", (data) => this.#onPong(data));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.#cancelTimers());
    this.#after(PING_INTERVAL_MS, () => this.#ping());
    this.#after(CONNECTION_LIFE_MS, () => this.close(GOING_AWAY, "24 hours are over"));
  }

  get streams(): ReadonlySet<string> {
    return this.#settings.streams;
  }

  /** Sends an event of one of its streams, wrapped when the connection asked for that. */
  sendEvent(streamName: string, json: string): void {
    const text = this.#settings.isCombined
      ? `{"stream":${JSON.stringify(streamName)},"data":${json}}`
      : json;
    this.sendRaw(text);
  }

  sendRaw(data: string | Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > BACKLOG_BYTES_MAX) this.#socket.terminate();
    else this.#socket.send(data);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** Cuts the connection without a closing handshake. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Resolves when the client has received all that was sent so far, or is gone. */
  async drained(): Promise<void> {
    const socket = this.#socket;
    if (socket.readyState === socket.CLOSED) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off("pong", onPong);
        socket.off("close", done);
        resolve();
      };
      const onPong = (payload: Buffer) => {
        if (payload.toString() === BARRIER) done();
      };
      socket.on("pong", onPong);
      socket.on("close", done);
      if (socket.readyState === socket.OPEN) socket.ping(BARRIER);
    });
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#isDead() || this.#isFlooding()) return;
    if (isBinary || !Buffer.isBuffer(data)) return;
    const reply = controlReply(data.toString("utf8"), this.#settings);
    if (reply.kind === "reply") this.sendRaw(JSON.stringify(reply.body));
    else this.close(POLICY_VIOLATION, reply.reason);
  }

  #onPing(payload: Buffer): void {
    if (this.#isDead() || this.#isFlooding()) return;
    this.#socket.pong(payload);
  }

  #onPong(payload: Buffer): void {
    if (payload.toString() === BARRIER) return;
    this.#unansweredSince = null;
    this.#isFlooding();
  }

  #ping(): void {
    const now = this.#clock.now();
    this.#after(PING_INTERVAL_MS, () => this.#ping());
    if (this.#isDead() || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#unansweredSince ??= now;
    if (now - this.#unansweredSince >= PONG_TIMEOUT_MS) {
      this.close(POLICY_VIOLATION, "Pong timeout");
    } else this.#socket.ping(String(now));
  }

  #isDead(): boolean {
    return this.#context.isDead(this);
  }

  /** Counts what the client sends, and disconnects one that sends too much. */
  #isFlooding(): boolean {
    const now = this.#clock.now();
    if (now - this.#windowStart >= INCOMING_WINDOW_MS)
      [this.#windowStart, this.#incoming] = [now, 0];
    this.#incoming += 1;
    if (this.#incoming <= INCOMING_MAX) return false;
    this.close(POLICY_VIOLATION, "Too many requests");
    return true;
  }

  #after(delayMs: number, action: () => void): void {
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }

  #cancelTimers(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
