/** One WebSocket connection to Binance's market streams: frames in, and a prompt end when it is dead. */
import WebSocket from "ws";
import type { Clock, Timer } from "../clock.ts";
import { type Frame, type FrameContext, parseFrame, streamName } from "./binance-frame.ts";

export interface StreamListener {
  onOpen(): void;
  onFrame(frame: Frame): void;
  /** Called exactly once, last, whoever ended the connection. */
  onClose(reason: string): void;
}

export interface StreamConnection {
  /** Says goodbye and ends; frames that still come are thrown away. */
  close(): void;
  /** Ends at once. */
  terminate(): void;
}

export interface StreamParts {
  /** Such as `wss://data-stream.binance.vision`, without a slash at its end. */
  readonly url: string;
  readonly clock: Clock;
  readonly context: FrameContext;
  readonly listener: StreamListener;
}

/** Opens the combined stream of all symbols of one timeframe; never throws, never gives up silently. */
export function openBinanceStream(parts: StreamParts): StreamConnection {
  return new BinanceStream(parts);
}

class BinanceStream implements StreamConnection {
  readonly #clock: Clock;
  readonly #context: FrameContext;
  readonly #listener: StreamListener;
  readonly #socket: WebSocket;
  #timer: Timer;
  #heardAt = 0;
  #reason = "";
  #leaving = false;

  constructor({ url, clock, context, listener }: StreamParts) {
    this.#clock = clock;
    this.#context = context;
    this.#listener = listener;
    const names = [...context.symbols].map((symbol) => streamName(symbol, context.timeframe));
    this.#socket = new WebSocket(`${url.replace(/\/+$/, "")}/stream?streams=${names.join("/")}`, {
      perMessageDeflate: false,
      maxPayload: MESSAGE_BYTES_MAX,
      followRedirects: false,
    });
    this.#timer = clock.after(CONNECT_TIMEOUT_MS, () => this.#end("no connection in time"));
    this.#listen();
  }

  close(): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#reason = "closed by us";
    this.#timer.cancel();
    this.#timer = this.#clock.after(GOODBYE_MS, () => this.#socket.terminate());
    this.#socket.close(1000);
  }

  terminate(): void {
    this.#end("ended by us");
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on("open", () => {
      if (this.#leaving) return;
      this.#heard();
      this.#listener.onOpen();
      this.#watch(SILENCE_MS);
    });
    socket.on("message", (data, isBinary) => {
      this.#heard();
      if (this.#leaving) return;
      this.#listener.onFrame(parseFrame(isBinary ? null : textOf(data), this.#context));
    });
    // `ws` answers pings by itself, with their payload, as web-socket-streams.md asks.
    socket.on("ping", () => this.#heard());
    socket.on("pong", () => this.#heard());
    socket.on("error", (error) => {
      this.#reason ||= error.message === "" ? error.name : error.message;
    });
    socket.on("close", (code) => {
      this.#timer.cancel();
      this.#leaving = true;
      this.#listener.onClose(this.#reason || `closed by the exchange (${code})`);
    });
  }

  #heard(): void {
    this.#heardAt = this.#clock.now();
  }

  /** The server pings every 20 s; when it does not, a ping of ours asks whether anyone is there. */
  #watch(waitMs: number): void {
    this.#timer.cancel();
    this.#timer = this.#clock.after(waitMs, () => {
      const silentMs = this.#clock.now() - this.#heardAt;
      if (silentMs >= SILENCE_MS + PONG_MS) return this.#end("half open: no answer to a ping");
      if (silentMs >= 0 && silentMs < SILENCE_MS) return this.#watch(SILENCE_MS - silentMs);
      // A clock set back counts as silence: the ping finds out.
      if (silentMs < 0) this.#heardAt = this.#clock.now() - SILENCE_MS;
      this.#socket.ping();
      this.#watch(PONG_MS);
    });
  }

  #end(reason: string): void {
    this.#reason ||= reason;
    this.#leaving = true;
    this.#timer.cancel();
    this.#socket.terminate();
  }
}

/** A handshake over TLS takes well under a second; a server that hangs must not hold the turn. */
const CONNECT_TIMEOUT_MS = 5_000;

/** A frame has some 400 bytes; what is larger than this ends the connection (close code 1009). */
const MESSAGE_BYTES_MAX = 64 * 1024;

/** A healthy connection is never silent so long: a ping comes every 20 s, frames far more often. */
const SILENCE_MS = 22_000;
const PONG_MS = 8_000;

/** How long the exchange may take to answer our goodbye. */
const GOODBYE_MS = 2_000;

function textOf(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString("utf8");
  return Buffer.isBuffer(data) ? data.toString("utf8") : Buffer.from(data).toString("utf8");
}
