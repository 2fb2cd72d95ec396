/** A client of the event stream on a bare socket, which sees every byte and decodes as it comes. */
import { connect, type Socket } from "node:net";
import { constants, createGunzip } from "node:zlib";
import { createParser } from "eventsource-parser";
import type { z } from "zod";
import { STREAM_EVENTS, type StreamEventName } from "../src/protocol/stream.ts";

export type ReadEvent = {
  [Name in StreamEventName]: { name: Name; data: z.infer<(typeof STREAM_EVENTS)[Name]> };
}[StreamEventName];

interface ReaderOptions {
  readonly port: number;
  readonly coding?: "plain" | "gzip";
  readonly path?: string;
  readonly request?: string;
}

export class StreamReader {
  readonly socket: Socket;
  readonly events: ReadEvent[] = [];
  comments = 0;
  retryMs: number | null = null;
  /** The body as it came over the wire. */
  body = Buffer.alloc(0);
  text = "";
  head = "";
  /** Why the compressed body could not be read. */
  failure: Error | null = null;
  #isOver = false;
  readonly #gunzip = createGunzip({ flush: constants.Z_SYNC_FLUSH });
  readonly #wakes = new Set<() => void>();

  private constructor(options: ReaderOptions) {
    const { port, coding = "plain", path = "/" } = options;
    const accept = coding === "gzip" ? "Accept-Encoding: gzip\r\n" : "";
    this.socket = connect(port, "127.0.0.1");
    this.socket.write(
      options.request ?? `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${accept}\r\n`,
    );
    const parser = createParser({
      onEvent: ({ event, data }) => this.events.push(parsed(event, data)),
      onComment: () => {
        this.comments += 1;
      },
      onRetry: (ms) => {
        this.retryMs = ms;
      },
    });
    const read = (text: string) => {
      this.text += text;
      parser.feed(text);
      for (const wake of this.#wakes) wake();
    };
    this.#gunzip.on("data", (chunk: Buffer) => read(chunk.toString()));
    this.#gunzip.on("error", (error) => {
      this.failure = error;
      this.socket.destroy();
    });
    this.socket.on("data", (chunk) => {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : this.#pastHead(chunk);
      this.body = Buffer.concat([this.body, bytes]);
      if (/content-encoding: gzip/.test(this.head)) this.#gunzip.write(bytes);
      else read(bytes.toString());
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      if (this.failure !== null) this.#finish();
      else this.#gunzip.flush(() => this.#finish());
    });
  }

  /** Connects and waits for the snapshot. */
  static async open(options: ReaderOptions): Promise<StreamReader> {
    const reader = new StreamReader(options);
    await reader.until(() => reader.named("snapshot").length > 0);
    return reader;
  }

  /** Connects and waits for the end. */
  static async whole(options: ReaderOptions): Promise<StreamReader> {
    const reader = new StreamReader(options);
    await reader.closed();
    return reader;
  }

  named<Name extends StreamEventName>(name: Name): Extract<ReadEvent, { name: Name }>["data"][] {
    return this.events.flatMap((event) => (event.name === name ? [event.data as never] : []));
  }

  /** Whether such an event came; looks at the newest ones first. */
  hasRead<Name extends StreamEventName>(
    name: Name,
    condition: (data: Extract<ReadEvent, { name: Name }>["data"]) => boolean,
  ): boolean {
    const found = this.events.findLast(
      (event) => event.name === name && condition(event.data as never),
    );
    return found !== undefined;
  }

  /** Resolves when the condition holds; rejects when the stream ends before. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const wake = () => {
        if (condition()) resolve();
        else if (this.#isOver)
          reject(this.failure ?? new Error(`ended after ${this.text.slice(-500)}`));
        else return;
        this.#wakes.delete(wake);
      };
      this.#wakes.add(wake);
    });
  }

  /** Resolves when the stream has ended and all of it has been read. */
  async closed(): Promise<void> {
    await this.until(() => this.#isOver);
  }

  leave(): void {
    this.socket.destroy();
  }

  #finish(): void {
    this.#isOver = true;
    for (const wake of this.#wakes) wake();
  }

  #pastHead(chunk: Buffer): Buffer {
    if (this.head.endsWith("\r\n\r\n")) return chunk;
    const text = this.head + chunk.toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      this.head = text;
      return Buffer.alloc(0);
    }
    const before = this.head.length;
    this.head = text.slice(0, end + 4);
    return chunk.subarray(end + 4 - before);
  }
}

/** Every event is checked against its schema, so no test passes on a malformed one. */
function parsed(name: string | undefined, data: string): ReadEvent {
  const schema = STREAM_EVENTS[name as StreamEventName];
  if (schema === undefined) throw new Error(`unknown event ${name}`);
  return { name, data: schema.parse(JSON.parse(data)) } as ReadEvent;
}
