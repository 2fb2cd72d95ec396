/** The event stream of one symbol and timeframe: it comes back by itself, and notices silence. */
import type { z } from "zod";
import type { Timeframe } from "../../core/timeframe.ts";
import type { Problem } from "../../protocol/problem.ts";
import {
  byeEvent,
  closedEvent,
  formingEvent,
  helloEvent,
  pricesEvent,
  type StreamEvent,
  type StreamEventName,
  snapshotEvent,
  statusEvent,
} from "../../protocol/stream.ts";
import { reconnectDelayMs } from "./reconnect-delay.ts";
import { problemOf, SIGN_IN_REQUIRED } from "./server-api.ts";

/** What the stream is asked for; without a symbol the server chooses its first. */
export interface Selection {
  readonly symbol: string | null;
  readonly timeframe: Timeframe;
}

/** The state of the connection to our server (not of the server's connection to the market). */
export type StreamLink =
  | { readonly kind: "connecting" }
  | { readonly kind: "open" }
  /** Lost; `problem` is what the server answered, null when it did not answer. */
  | { readonly kind: "waiting"; readonly retryAt: number; readonly problem: Problem | null }
  /** The server says that asking again would not help. */
  | { readonly kind: "refused"; readonly problem: Problem }
  /** Given up on purpose while nobody looks at the page. */
  | { readonly kind: "paused" };

/** Who listens; called in the order of the wire. */
export interface StreamListener {
  onLink(link: StreamLink): void;
  onHello(hello: StreamEvent<"hello">): void;
  onSnapshot(snapshot: StreamEvent<"snapshot">): void;
  onForming(forming: StreamEvent<"forming">): void;
  onClosed(closed: StreamEvent<"closed">): void;
  onPrices(prices: StreamEvent<"prices">): void;
  onStatus(status: StreamEvent<"status">): void;
}

/**
 * `status` events come every few seconds (heartbeat comments do not reach a page). Three missed
 * ones are a dead connection that TCP has not noticed, as after a change of network.
 */
export const SILENCE_MS_MAX = 15_000;

/** Silence is looked for this often. */
const WATCH_MS = 1_000;

/**
 * What has sent nothing by then is given up: soon at first, because the browser may have asked over
 * a connection that died with the network, then later, because a server that opens its market holds
 * requests for up to 10 s.
 */
const OPEN_MS_MAX = [5_000, 10_000, 20_000] as const;

const OUTDATED: Problem = {
  code: "page_outdated",
  message: "The server speaks a newer protocol than this page.",
};

const SIGNED_OUT: Problem = {
  code: SIGN_IN_REQUIRED,
  message: "The login that this stream was opened with has ended.",
};

/** Statuses that another attempt would meet again: a wrong question, and nobody signed in. */
const FINAL: ReadonlySet<number> = new Set([400, 401]);

export class MarketStream {
  readonly #listener: StreamListener;
  #selection: Selection | null = null;
  #source: EventSource | null = null;
  #attempt = 0;
  #heardAt = 0;
  #silenceMsMax = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #watch: ReturnType<typeof setInterval> | null = null;
  #probe: AbortController | null = null;

  constructor(listener: StreamListener) {
    this.#listener = listener;
  }

  /** Leaves what was asked before and asks for `selection`. */
  select(selection: Selection): void {
    this.#selection = selection;
    this.#attempt = 0;
    this.#connect();
  }

  /** Calls what is already being received by its full name, for the next connection. */
  rename(selection: Selection): void {
    this.#selection = selection;
  }

  /** Connects again at once: a new snapshot, or the end of a wait. */
  restart(): void {
    if (this.#selection !== null) this.#connect();
  }

  /** Asks for a new snapshot after a short wait: what was received does not fit together. */
  resync(): void {
    this.#waitAndRetry(null);
  }

  /** Gives the connection back until `restart`. */
  pause(): void {
    this.#disconnect();
    this.#listener.onLink({ kind: "paused" });
  }

  close(): void {
    this.#disconnect();
    this.#selection = null;
  }

  #connect(): void {
    this.#disconnect();
    const selection = this.#selection;
    if (selection === null) return;
    this.#listener.onLink({ kind: "connecting" });
    const source = new EventSource(streamAddress(selection));
    this.#source = source;
    this.#heardAt = Date.now();
    this.#silenceMsMax = OPEN_MS_MAX[this.#attempt] ?? Math.max(...OPEN_MS_MAX);
    source.addEventListener("error", () => this.#lost(source));
    this.#on(source, "hello", helloEvent, (event) => this.#listener.onHello(event));
    this.#on(source, "snapshot", snapshotEvent, (event) => {
      this.#attempt = 0;
      this.#silenceMsMax = SILENCE_MS_MAX;
      this.#listener.onSnapshot(event);
      this.#listener.onLink({ kind: "open" });
    });
    this.#on(source, "forming", formingEvent, (event) => this.#listener.onForming(event));
    this.#on(source, "closed", closedEvent, (event) => this.#listener.onClosed(event));
    this.#on(source, "prices", pricesEvent, (event) => this.#listener.onPrices(event));
    this.#on(source, "status", statusEvent, (event) => this.#listener.onStatus(event));
    this.#on(source, "bye", byeEvent, ({ reason }) => {
      if (reason === "signed_out") this.#refuse(SIGNED_OUT);
      else this.#waitAndRetry(null);
    });
    this.#watch = setInterval(() => {
      if (Date.now() - this.#heardAt > this.#silenceMsMax) this.#waitAndRetry(null);
    }, WATCH_MS);
  }

  #on<T>(
    source: EventSource,
    name: StreamEventName,
    schema: z.ZodType<T>,
    take: (event: T) => void,
  ): void {
    source.addEventListener(name, (message: MessageEvent<unknown>) => {
      if (source !== this.#source) return;
      this.#heardAt = Date.now();
      const parsed = schema.safeParse(parseJson(message.data));
      if (parsed.success) take(parsed.data);
      else if (name === "hello") this.#refuse(OUTDATED);
      else this.#waitAndRetry(null);
    });
  }

  /** EventSource hides the answer's status: a refusal is asked for again to read what it says. */
  #lost(source: EventSource): void {
    if (source !== this.#source || this.#selection === null) return;
    const wasAnswered = source.readyState === EventSource.CLOSED;
    if (!wasAnswered) {
      this.#waitAndRetry(null);
      return;
    }
    const address = streamAddress(this.#selection);
    this.#disconnect();
    const probe = new AbortController();
    this.#probe = probe;
    problemOf(address, probe).then((problem) => {
      if (this.#probe !== probe) return;
      if (problem !== null && FINAL.has(problem.status)) this.#refuse(problem.problem);
      else this.#waitAndRetry(problem?.problem ?? null);
    });
  }

  #refuse(problem: Problem): void {
    this.#disconnect();
    this.#listener.onLink({ kind: "refused", problem });
  }

  #waitAndRetry(problem: Problem | null): void {
    this.#disconnect();
    const delayMs = reconnectDelayMs(this.#attempt, Math.random());
    this.#attempt += 1;
    this.#listener.onLink({ kind: "waiting", retryAt: Date.now() + delayMs, problem });
    this.#retry = setTimeout(() => this.#connect(), delayMs);
  }

  #disconnect(): void {
    this.#source?.close();
    this.#source = null;
    this.#probe?.abort();
    this.#probe = null;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }
}

export function streamAddress({ symbol, timeframe }: Selection): string {
  const query = new URLSearchParams({ action: "start", timeframe });
  if (symbol !== null) query.set("symbol", symbol);
  return `/api/trading-shared?${query}`;
}

function parseJson(data: unknown): unknown {
  if (typeof data !== "string") return null;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
