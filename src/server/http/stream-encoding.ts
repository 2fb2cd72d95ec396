/** How events become bytes: text once, and once more as gzip that suits every client of a channel. */
import { constants, deflateRawSync } from "node:zlib";
import type { StreamEvent, StreamEventName } from "../../protocol/stream.ts";

/** The text of one event as `EventSource` reads it. JSON holds no raw line break, so one `data:` line does. */
export function eventText<Name extends StreamEventName>(
  name: Name,
  payload: StreamEvent<Name>,
): string {
  return eventTextOf(name, JSON.stringify(payload));
}

/** The same for a payload that is JSON already. */
export function eventTextOf(name: StreamEventName, json: string): string {
  return `event: ${name}\ndata: ${json}\n\n`;
}

/** A comment: kept from the reader, seen by every proxy on the way. */
export const HEARTBEAT_TEXT = ": heartbeat\n\n";

export type Coding = "plain" | "gzip";

/** A piece of the stream in both codings. */
export interface Encoded {
  readonly plain: Buffer;
  readonly gzip: Buffer;
}

/** One piece; each coding is worked out once, when the first client needs it. */
export class Block implements Encoded {
  readonly #text: string;
  readonly #dictionary: string;
  #plain: Buffer | null = null;
  #gzip: Buffer | null = null;

  /** `dictionary` is what every client of the channel has just been sent, or empty for none. */
  constructor(text: string, dictionary = "") {
    this.#text = text;
    this.#dictionary = dictionary;
  }

  get plain(): Buffer {
    this.#plain ??= Buffer.from(this.#text);
    return this.#plain;
  }

  get gzip(): Buffer {
    this.#gzip ??= deflated(this.#text, this.#dictionary);
    return this.#gzip;
  }
}

/** Blocks that are sent in one write; whoever joins in the same beat shares the joined buffers. */
export class BlockChain implements Encoded {
  readonly #blocks: readonly Encoded[];
  #plain: Buffer | null = null;
  #gzip: Buffer | null = null;

  constructor(blocks: readonly Encoded[]) {
    this.#blocks = blocks;
  }

  get plain(): Buffer {
    this.#plain ??= Buffer.concat(this.#blocks.map((block) => block.plain));
    return this.#plain;
  }

  get gzip(): Buffer {
    this.#gzip ??= Buffer.concat(this.#blocks.map((block) => block.gzip));
    return this.#gzip;
  }
}

/**
 * What a body opens with. Of gzip (RFC 1952): deflate, no flags, no time, no extra flags, unknown
 * system; the trailer would follow the end of an endless stream.
 */
export const CODING_OPENING: Readonly<Record<Coding, Buffer>> = {
  plain: Buffer.alloc(0),
  gzip: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]),
};

/** 4 KiB hold the longest dictionary beside a usual beat; a larger window only costs time to clear. */
const WINDOW_BITS = 12;
const MEMORY_LEVEL = 5;
const LEVEL = 6;

/**
 * Raw deflate blocks that end on a byte boundary and are not marked as last, so that blocks made
 * apart may follow each other in one gzip stream. References reach back into the dictionary only.
 */
function deflated(text: string, dictionary: string): Buffer {
  const options = {
    level: LEVEL,
    windowBits: WINDOW_BITS,
    memLevel: MEMORY_LEVEL,
    finishFlush: constants.Z_SYNC_FLUSH,
  };
  if (dictionary === "") return deflateRawSync(text, options);
  return deflateRawSync(text, { ...options, dictionary: Buffer.from(dictionary) });
}

/** Whether the client takes gzip (RFC 9110, 12.5.3); a weight of 0 refuses it. */
export function acceptsGzip(header: string | undefined): boolean {
  let weight = 0;
  for (const part of (header ?? "").toLowerCase().split(",")) {
    const [coding = "", ...parameters] = part.split(";").map((text) => text.trim());
    if (coding !== "gzip" && coding !== "x-gzip" && coding !== "*") continue;
    const quality = parameters.find((text) => text.startsWith("q="));
    const found = quality === undefined ? 1 : Number(quality.slice(2));
    if (coding !== "*") return found > 0;
    weight = found;
  }
  return weight > 0;
}
