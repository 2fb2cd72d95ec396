/** One open event stream: its socket, what waits in it, and how it ends. */
import type { Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";
import { type DirectHandle, directHandle, writeDirectly } from "./direct-write.ts";
import { CODING_OPENING, type Coding, type Encoded } from "./stream-encoding.ts";

/** Why a stream ended, as the counters name it. */
export type StreamEnding = "gone" | "slow" | "closed";

export interface StreamConnectionOptions {
  readonly socket: Socket;
  readonly coding: Coding;
  readonly clock: Clock;
  /** Bytes that may wait for a client that does not read. */
  readonly backlogBytesMax: number;
  /** How long a client may stay behind before it is closed. */
  readonly behindMs: number;
  /** The client reads again after it has missed something. */
  readonly onCaughtUp: () => void;
  /** Called once, when the socket is closed. */
  readonly onEnd: (ending: StreamEnding) => void;
}

/** Asks the kernel to look for a peer that has vanished without a word. */
const KEEP_ALIVE_MS = 30_000;

export class EventStream {
  readonly coding: Coding;
  /** Its index in the channel's list; the channel keeps it. */
  place = 0;
  readonly #options: StreamConnectionOptions;
  readonly #socket: Socket;
  /** Runs while the client has missed something and still does not read. */
  #behind: Timer | null = null;
  readonly #handle: DirectHandle | null;
  #isWaiting = false;
  #ending: StreamEnding = "gone";
  #isDismissed = false;

  constructor(options: StreamConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.coding = options.coding;
    this.#takeOver();
    this.#handle = directHandle(options.socket);
  }

  /**
   * Sends bytes, or refuses them when they would pass the bound. A refusal starts the time in which
   * the client must read all that waits; then it is given a snapshot instead of what it missed.
   */
  send(block: Encoded): boolean {
    if (this.#behind !== null || this.#isDismissed) return false;
    const bytes = this.coding === "gzip" ? block.gzip : block.plain;
    const taken = this.#isWaiting || this.#handle === null ? 0 : writeDirectly(this.#handle, bytes);
    if (taken === bytes.length) return true;
    if (this.#socket.destroyed) return false;
    if (taken === 0 && this.#socket.writableLength + bytes.length > this.#options.backlogBytesMax) {
      this.#fallBehind();
      return false;
    }
    this.#queue(bytes.subarray(taken));
    return true;
  }

  /** Sends the response's head and the first block in one write. */
  greet(head: Buffer, first: Encoded): void {
    this.#socket.cork();
    this.#queue(Buffer.concat([head, CODING_OPENING[this.coding]]));
    this.send(first);
    this.#socket.uncork();
  }

  /** Ends in good order: what waits is still sent. */
  end(): void {
    this.#ending = "closed";
    this.#socket.end();
  }

  /** Ends in good order, or at once where the client does not take it in time. Sends nothing more. */
  dismiss(waitMs: number): void {
    this.#isDismissed = true;
    const timer = this.#options.clock.after(waitMs, () => this.cut("closed"));
    this.#socket.once("close", () => timer.cancel());
    this.end();
  }

  /** Ends at once; what waits is dropped. */
  cut(ending: StreamEnding): void {
    this.#ending = ending;
    this.#socket.destroy();
  }

  /** What waits goes before what follows, so nothing is written directly until it is gone. */
  #queue(bytes: Buffer): void {
    this.#isWaiting = true;
    this.#socket.write(bytes, () => {
      this.#isWaiting = this.#socket.writableLength > 0;
    });
  }

  #fallBehind(): void {
    const { clock, behindMs, onCaughtUp } = this.#options;
    const timer = clock.after(behindMs, () => this.cut("slow"));
    this.#behind = timer;
    // An empty write is done when all before it is, whatever the socket's own marks are.
    this.#socket.write(NOTHING, () => {
      timer.cancel();
      this.#behind = null;
      if (!this.#socket.destroyed) onCaughtUp();
    });
  }

  /**
   * Takes the socket out of the HTTP server's hands: a stream's client has nothing more to say, and
   * a parser error or a second request on the line must not write into the stream.
   */
  #takeOver(): void {
    const socket = this.#socket;
    for (const event of ["data", "end", "error", "timeout"]) socket.removeAllListeners(event);
    socket.on("data", ignore);
    socket.on("error", ignore);
    socket.on("end", () => socket.destroy());
    socket.once("close", () => {
      this.#behind?.cancel();
      this.#options.onEnd(this.#ending);
    });
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.resume();
  }
}

const NOTHING = Buffer.alloc(0);

/** What arrives is dropped; an error is followed by `close`, which does the work. */
function ignore(): void {}
