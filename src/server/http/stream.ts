/** The stream hub: one voice for all clients; every event is encoded once, whatever their number. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { assert } from "../../core/assert.ts";
import { TIMEFRAMES, type Timeframe } from "../../core/timeframe.ts";
import { PROTOCOL_VERSION, type StreamEvent } from "../../protocol/stream.ts";
import type { Login } from "../auth/auth.ts";
import type { Clock, Timer } from "../clock.ts";
import type { MarketData } from "../feed/feed.ts";
import { StreamChannel } from "./stream-channel.ts";
import { EventStream, type StreamEnding } from "./stream-connection.ts";
import {
  acceptsGzip,
  Block,
  BlockChain,
  type Coding,
  type Encoded,
  eventText,
  HEARTBEAT_TEXT,
} from "./stream-encoding.ts";
import { type ResponseHeaders, streamHead } from "./stream-head.ts";
import { STREAM_LIMITS, type StreamLimits } from "./stream-limits.ts";
import { StreamOwners } from "./stream-owners.ts";

export interface StreamHubOptions {
  readonly market: MarketData;
  /** What only the composition root knows of the first event; read anew for every beat's joiners. */
  readonly hello: () => Pick<StreamEvent<"hello">, "market" | "instruments">;
  readonly clock: Clock;
  readonly limits?: Partial<StreamLimits>;
}

export interface StreamRequest {
  /** Must be one that the market knows. */
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Response headers besides the stream's own, such as those of security. */
  readonly headers: ResponseHeaders;
  /** Whose stream it is; it ends with this login. */
  readonly login: Login;
}

export type OpenResult =
  | { readonly kind: "opened"; readonly stream: EventStream }
  /** A `HEAD` request: answered and done. */
  | { readonly kind: "answered" }
  /** Nothing was written: the caller still owns the response. */
  | { readonly kind: "refused"; readonly reason: RefusalReason };

/**
 * `full`: the bound is reached. `tooMany`: this login's or this user's is. `closing`: the server stops. `pipelined`: an earlier request on the
 * same connection is still being answered. `gone`: the client has left already.
 */
export type RefusalReason = "full" | "tooMany" | "closing" | "pipelined" | "gone";

export interface StreamCounters {
  readonly opened: number;
  readonly refused: number;
  readonly ended: Readonly<Record<StreamEnding, number>>;
  /** Writes of market blocks, one a client. */
  readonly deliveries: number;
  /** Market blocks that a slow client was spared. */
  readonly skipped: number;
  /** Snapshots given to clients that had missed something. */
  readonly resumed: number;
}

/** How long the browser waits before it connects again; clients of ours add jitter of their own. */
const RETRY_TEXT = "retry: 3000\n\n";

const SIGNED_OUT = new Block(eventText("bye", { reason: "signed_out" }));

export class StreamHub {
  readonly #market: MarketData;
  readonly #hello: StreamHubOptions["hello"];
  readonly #clock: Clock;
  readonly #limits: StreamLimits;
  readonly #channels = new Map<string, StreamChannel>();
  readonly #streams = new Set<EventStream>();
  readonly #owners = new StreamOwners();
  readonly #unsubscribe: () => void;
  readonly #greetings = new Map<StreamChannel, { encoded: Encoded; madeAt: number }>();
  #toldPrices: Record<string, number> = {};
  #beatTimer: Timer | null = null;
  #beatEndedAt = 0;
  #heartbeatTimer: Timer | null = null;
  #statusTimer: Timer | null = null;
  #heartbeatIsDue = false;
  #statusIsDue = false;
  #isClosing = false;
  #onEmpty: () => void = () => {};
  #opened = 0;
  #refused = 0;
  #deliveries = 0;
  #skipped = 0;
  #resumed = 0;
  readonly #ended: Record<StreamEnding, number> = { gone: 0, slow: 0, closed: 0 };

  constructor(options: StreamHubOptions) {
    this.#market = options.market;
    this.#hello = options.hello;
    this.#clock = options.clock;
    this.#limits = { ...STREAM_LIMITS, ...options.limits };
    for (const { symbol } of options.market.instruments) {
      for (const timeframe of TIMEFRAMES) {
        const series = options.market.series(symbol, timeframe);
        const channel = new StreamChannel(symbol, timeframe, series);
        this.#channels.set(channelKey(symbol, timeframe), channel);
      }
    }
    this.#unsubscribe = this.#listen();
  }

  /** Streams open now: the sessions of the statistics. */
  get streams(): number {
    return this.#streams.size;
  }

  get counters(): StreamCounters {
    return {
      opened: this.#opened,
      refused: this.#refused,
      ended: { ...this.#ended },
      deliveries: this.#deliveries,
      skipped: this.#skipped,
      resumed: this.#resumed,
    };
  }

  /**
   * Answers with a stream, writing to the socket directly: the response must have written nothing
   * and must not be used afterwards, unless the result is `refused`.
   */
  open(response: ServerResponse, wanted: StreamRequest): OpenResult {
    const { socket, req: request } = response;
    const channel = this.#channels.get(channelKey(wanted.symbol, wanted.timeframe));
    assert(channel !== undefined, "a stream is opened for a symbol that the market knows");
    const reason = this.#refusalReason(response, wanted.login);
    if (reason !== null || socket === null) {
      this.#refused += 1;
      return { kind: "refused", reason: reason ?? "gone" };
    }
    const coding = acceptsGzip(request.headers["accept-encoding"]) ? "gzip" : "plain";
    const head = streamHead(coding, wanted.headers);
    if (request.method === "HEAD") {
      socket.end(head);
      return { kind: "answered" };
    }
    const stream = this.#admit(socket, coding, channel);
    this.#owners.add(stream, wanted.login);
    stream.greet(head, this.#greeting(channel));
    return { kind: "opened", stream };
  }

  /** The logins that have streams open. */
  logins(): Iterable<Login> {
    return this.#owners.logins();
  }

  /** Ends the streams of logins that have ended: nothing more is sent to them. */
  endSessions(sessionIds: ReadonlySet<number>): void {
    for (const stream of this.#owners.ofSessions(sessionIds)) {
      stream.send(SIGNED_OUT);
      stream.end();
    }
  }

  /** Says goodbye to all streams and ends them; resolves when the last socket is closed. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#unsubscribe();
    this.#rest();
    if (this.#streams.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    const goodbye = new Block(eventText("bye", { reason: "shutdown" }));
    for (const stream of this.#streams) {
      stream.send(goodbye);
      stream.end();
    }
    await empty;
  }

  #listen(): () => void {
    return this.#market.subscribe({
      onForming: (symbol, timeframe, candle) => {
        this.#channels.get(channelKey(symbol, timeframe))?.noteForming(candle);
        this.#scheduleBeat();
      },
      onMinute: (minute) => {
        for (const candle of minute.candles) {
          this.#channels.get(channelKey(minute.symbol, candle.timeframe))?.noteClosed(candle);
        }
        this.#scheduleBeat();
      },
      onStatus: () => {
        this.#statusIsDue = true;
        this.#scheduleBeat();
      },
    });
  }

  #refusalReason({ socket, req }: ServerResponse, login: Login): RefusalReason | null {
    if (this.#isClosing) return "closing";
    if (req.socket.destroyed) return "gone";
    if (socket === null) return "pipelined";
    if (this.#streams.size >= this.#limits.streamsMax) return "full";
    const { loginMax, userMax } = this.#limits;
    return this.#owners.isAtBound(login, { loginMax, userMax }) ? "tooMany" : null;
  }

  #admit(socket: Socket, coding: Coding, channel: StreamChannel): EventStream {
    const stream: EventStream = new EventStream({
      socket,
      coding,
      clock: this.#clock,
      backlogBytesMax: this.#limits.backlogBytesMax,
      behindMs: this.#limits.behindMs,
      endMs: this.#limits.endMs,
      onCaughtUp: () => this.#resume(stream, channel),
      onEnd: (ending) => this.#forget(stream, channel, ending),
    });
    channel.add(stream, this.#market.forming(channel.symbol, channel.timeframe));
    this.#streams.add(stream);
    if (this.#streams.size === 1) this.#wake();
    this.#opened += 1;
    return stream;
  }

  /** The first stream sets the timers going and takes the prices as they stand. */
  #wake(): void {
    this.#toldPrices = Object.fromEntries(this.#market.prices());
    const { heartbeatMs, statusMs } = this.#limits;
    const heartbeat = () => {
      this.#heartbeatIsDue = true;
      this.#scheduleBeat();
      this.#heartbeatTimer = this.#clock.after(heartbeatMs, heartbeat);
    };
    const status = () => {
      this.#statusIsDue = true;
      this.#scheduleBeat();
      this.#statusTimer = this.#clock.after(statusMs, status);
    };
    this.#heartbeatTimer = this.#clock.after(heartbeatMs, heartbeat);
    status();
  }

  /** Without streams no timer runs. */
  #rest(): void {
    for (const timer of [this.#beatTimer, this.#heartbeatTimer, this.#statusTimer]) timer?.cancel();
    this.#beatTimer = null;
    this.#heartbeatTimer = null;
    this.#statusTimer = null;
    this.#greetings.clear();
  }

  #scheduleBeat(): void {
    if (this.#beatTimer !== null || this.#streams.size === 0) return;
    const wait = this.#beatEndedAt + this.#limits.beatMs - this.#clock.now();
    // A wall clock set back must not silence the streams.
    const delayMs = Math.min(Math.max(wait, 0), this.#limits.beatMs);
    this.#beatTimer = this.#clock.after(delayMs, () => this.#beat());
  }

  #beat(): void {
    this.#beatTimer = null;
    const shared = this.#sharedText();
    const prices = JSON.stringify(this.#toldPrices);
    this.#greetings.clear();
    for (const channel of this.#channels.values()) {
      if (channel.streams.length === 0) continue;
      const block = channel.beat(shared, prices);
      if (block === null) continue;
      let delivered = 0;
      for (const stream of channel.streams) if (stream.send(block)) delivered += 1;
      this.#deliveries += delivered;
      this.#skipped += channel.streams.length - delivered;
    }
    this.#beatEndedAt = this.#clock.now();
  }

  /** What every stream is told, whatever its channel. */
  #sharedText(): string {
    let text = "";
    const changed: Record<string, number> = {};
    for (const [symbol, price] of this.#market.prices()) {
      if (this.#toldPrices[symbol] !== price) changed[symbol] = price;
    }
    if (Object.keys(changed).length > 0) {
      this.#toldPrices = { ...this.#toldPrices, ...changed };
      text += eventText("prices", { prices: changed });
    }
    if (this.#statusIsDue) text += eventText("status", { connections: this.#market.connections() });
    if (this.#heartbeatIsDue) text += HEARTBEAT_TEXT;
    this.#statusIsDue = false;
    this.#heartbeatIsDue = false;
    return text;
  }

  /** What a client that joins is told first; those who join together get the same bytes. */
  #greeting(channel: StreamChannel): Encoded {
    const now = this.#clock.now();
    const former = this.#greetings.get(channel);
    if (former !== undefined && Math.abs(now - former.madeAt) < this.#limits.beatMs) {
      return former.encoded;
    }
    const hello = eventText("hello", {
      protocol: PROTOCOL_VERSION,
      ...this.#hello(),
      symbol: channel.symbol,
      timeframe: channel.timeframe,
      timeframes: [...TIMEFRAMES],
      serverTime: now,
    });
    const snapshot = channel.snapshot(JSON.stringify(this.#toldPrices));
    const encoded = new BlockChain([new Block(RETRY_TEXT + hello), snapshot]);
    this.#greetings.set(channel, { encoded, madeAt: now });
    return encoded;
  }

  /** A client that missed something starts over from the told state. */
  #resume(stream: EventStream, channel: StreamChannel): void {
    const snapshot = channel.snapshot(JSON.stringify(this.#toldPrices));
    if (stream.send(snapshot)) this.#resumed += 1;
  }

  #forget(stream: EventStream, channel: StreamChannel, ending: StreamEnding): void {
    if (!this.#streams.delete(stream)) return;
    this.#owners.remove(stream);
    channel.remove(stream);
    this.#ended[ending] += 1;
    if (this.#streams.size > 0) return;
    this.#rest();
    this.#onEmpty();
  }
}

function channelKey(symbol: string, timeframe: Timeframe): string {
  return `${symbol} ${timeframe}`;
}
