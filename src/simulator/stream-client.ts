/** A plain stream client for tests of the exchange: it notes all it hears. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { z } from "zod";
import type { ExchangeServer } from "./exchange-server.ts";

const klineEvent = z.looseObject({
  e: z.literal("kline"),
  E: z.number(),
  s: z.string(),
  k: z.looseObject({ t: z.number(), i: z.string(), x: z.boolean() }),
});
export type HeardEvent = z.infer<typeof klineEvent>;

export class StreamClient {
  readonly socket: WebSocket;
  /** Rejects with the refusal when the exchange does not open the connection. */
  readonly opened: Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Every message as JSON, or its text where it is none. */
  readonly messages: unknown[] = [];
  /** Kline events among them, unwrapped. */
  readonly events: HeardEvent[] = [];
  readonly pings: string[] = [];
  readonly pongs: string[] = [];

  constructor(exchange: ExchangeServer, path: string, options: { autoPong?: boolean } = {}) {
    const socket = new WebSocket(exchange.streamUrl + path, options);
    this.socket = socket;
    this.opened = new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.on("error", reject);
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on("message", (data) => this.#note(data.toString()));
    socket.on("ping", (data) => this.pings.push(data.toString()));
    socket.on("pong", (data) => this.pongs.push(data.toString()));
  }

  /** Sends a control message and waits for the next message. */
  async ask(message: object): Promise<void> {
    const answered = once(this.socket, "message");
    this.socket.send(JSON.stringify(message));
    await answered;
  }

  /** Resolves when something that was heard makes `isEnough` true. */
  async heard(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      await Promise.race(["message", "ping", "pong"].map((event) => once(this.socket, event)));
    }
  }

  async end(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }

  #note(text: string): void {
    let message: unknown = text;
    try {
      message = JSON.parse(text);
    } catch {
      this.messages.push(text);
      return;
    }
    this.messages.push(message);
    const wrapped = z.looseObject({ data: z.unknown() }).safeParse(message);
    const event = klineEvent.safeParse(wrapped.success ? wrapped.data.data : message);
    if (event.success) this.events.push(event.data);
  }
}

/** A client whose connection is open. */
export async function opened(exchange: ExchangeServer, path: string): Promise<StreamClient> {
  const client = new StreamClient(exchange, path);
  await client.opened;
  return client;
}
