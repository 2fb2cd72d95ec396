/** The codings of the stream: who gets gzip, and that blocks made apart decode as one stream. */
import { constants, gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acceptsGzip, Block, BlockChain, CODING_OPENING, eventText } from "./stream-encoding.ts";

describe("acceptsGzip", () => {
  test.each([
    [undefined, false],
    ["", false],
    ["gzip", true],
    ["GZIP", true],
    ["deflate, gzip;q=1.0, *;q=0.5", true],
    ["gzip, deflate, br, zstd", true],
    ["br", false],
    ["identity", false],
    ["gzip;q=0", false],
    ["gzip; q=0.000", false],
    ["gzip;q=0, *", false],
    ["*", true],
    ["*;q=0", false],
    ["x-gzip", true],
    ["gzip;q=nonsense", false],
  ])("%s: %s", (header, answer) => {
    expect(acceptsGzip(header)).toBe(answer);
  });
});

const decoded = (buffers: readonly Buffer[]) =>
  gunzipSync(Buffer.concat([CODING_OPENING.gzip, ...buffers]), {
    finishFlush: constants.Z_SYNC_FLUSH,
  }).toString();

describe("blocks", () => {
  test("an event is its name and one line of data", () => {
    expect(eventText("bye", { reason: "shutdown" })).toBe(
      'event: bye\ndata: {"reason":"shutdown"}\n\n',
    );
  });

  test("each coding is worked out once", () => {
    const block = new Block("event: a\n\n");
    expect(block.plain).toBe(block.plain);
    expect(block.gzip).toBe(block.gzip);
    const chain = new BlockChain([block, new Block("b")]);
    expect(chain.plain).toBe(chain.plain);
    expect(chain.gzip).toBe(chain.gzip);
    expect(chain.plain.toString()).toBe("event: a\n\nb");
  });

  test("blocks whose dictionary is the text before them decode in sequence", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 300 })), (texts) => {
        const blocks = texts.map((text, i) => new Block(text, texts[i - 1] ?? ""));
        expect(decoded(blocks.map((block) => block.gzip))).toBe(texts.join(""));
        expect(Buffer.concat(blocks.map((block) => block.plain)).toString()).toBe(texts.join(""));
      }),
    );
  });

  test("a dictionary makes a similar text small", () => {
    const text = (close: number) =>
      `event: forming\ndata: {"symbol":"BTCUSDT","timeframe":"1m","candle":[1700000040000,43210,43213.1,43200,${close},12.5]}\n\n`;
    const former = text(43_211.55);
    expect(new Block(text(43_211.56), former).gzip.length).toBeLessThan(0.2 * former.length);
  });
});
