/** Streams over real sockets: how they are counted, bounded and ended, and what a slow client costs. */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, expect, test } from "vitest";
import { candle } from "../../../test/hand-driven-market.ts";
import {
  allCaughtUp,
  at,
  burst,
  eventually,
  known,
  nextOpenTime,
  stalled,
  stand,
} from "../../../test/stream-stand.ts";
import { MINUTE_MS } from "../../core/timeframe.ts";
import { LOCAL_LOGIN } from "../auth/auth.ts";

describe("sessions", () => {
  test("are removed however the client goes", async () => {
    const s = await stand();
    const all = await Promise.all([s.open(), s.open("gzip"), s.open(), s.open()]);
    expect(s.hub.streams).toBe(4);
    all[0]?.socket.end();
    all[1]?.socket.destroy();
    all[2]?.socket.resetAndDestroy();
    await eventually(() => s.hub.streams === 1);
    all[3]?.leave();
    await eventually(() => s.hub.streams === 0);
    expect(s.hub.counters).toMatchObject({ opened: 4, ended: { gone: 4, slow: 0, closed: 0 } });
    expect(s.clock.nextTime, "no timer runs without streams").toBe(null);
  });

  test("leave the others in place", async () => {
    const s = await stand();
    const all = await Promise.all(Array.from({ length: 9 }, () => s.open()));
    for (const i of [0, 8, 4]) all[i]?.leave();
    await eventually(() => s.hub.streams === 6);
    const rest = all.filter((_, i) => ![0, 8, 4].includes(i));
    s.market.close("BTCUSDT", "1m", candle(at(400)));
    await allCaughtUp(s, rest);
    for (const reader of rest) expect(reader.named("closed")).toHaveLength(1);
  });

  test("are refused past the bound, and taken again when one leaves", async () => {
    const s = await stand({ streamsMax: 2 });
    const first = await s.open();
    await s.open();
    const refused = await fetch(`http://127.0.0.1:${s.port}/`);
    expect([refused.status, await refused.text()]).toEqual([503, "full"]);
    expect(s.hub.counters).toMatchObject({ opened: 2, refused: 1 });
    first.leave();
    await eventually(() => s.hub.streams === 1);
    await s.open();
    expect(s.hub.streams).toBe(2);
  });

  test("ignore whatever the client says afterwards", async () => {
    const s = await stand();
    const reader = await s.open();
    reader.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    reader.socket.write("\0 not HTTP at all \r\n\r\n".repeat(1_000));
    await eventually(() => s.sockets[0]?.bytesRead === reader.socket.bytesWritten);
    await new Promise((resolve) => setTimeout(resolve, 20));
    s.market.close("BTCUSDT", "1m", candle(at(400)));
    await allCaughtUp(s, [reader]);
    expect(reader.text).not.toContain("HTTP/1.1");
    expect(s.results).toHaveLength(1);
    expect(s.hub.streams).toBe(1);
  });

  test("are refused on a connection that is still answering", async () => {
    const s = await stand();
    const slow = createServer((request, response) => {
      if (request.url === "/slow") return;
      s.results.push(
        s.hub.open(response, {
          symbol: "BTCUSDT",
          timeframe: "1m",
          headers: {},
          login: LOCAL_LOGIN,
        }),
      );
    });
    slow.listen(0, "127.0.0.1");
    await once(slow, "listening");
    const socket = connect((slow.address() as AddressInfo).port, "127.0.0.1");
    socket.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await eventually(() => s.results.length === 1);
    expect(s.results[0]).toEqual({ kind: "refused", reason: "pipelined" });
    socket.destroy();
    slow.close();
  });
});

describe("a client that does not read", () => {
  test("is spared frames past the bound, and closed when still behind after 15 s", async () => {
    const s = await stand();
    const healthy = await s.open();
    const socket = await stalled(s, "tcp");
    await eventually(() => s.hub.streams === 2);
    while (s.hub.counters.skipped === 0) {
      burst(s);
      expect(s.sockets[1]?.writableLength).toBeLessThanOrEqual(262_144);
      await allCaughtUp(s, [healthy]);
    }
    s.clock.advance(14_000);
    await eventually(() => s.hub.streams === 2);
    s.clock.advance(1_000);
    await eventually(() => s.hub.streams === 1);
    expect(s.hub.counters.ended).toEqual({ gone: 0, slow: 1, closed: 0 });
    await allCaughtUp(s, [healthy]);
    expect(known(healthy).candles.at(-1)).toBe(s.market.series("BTCUSDT", "1m").last()?.openTime);
    socket.destroy();
  });

  test.each(["plain", "gzip"] as const)(
    "and reads again starts over from a snapshot (%s)",
    async (coding) => {
      const s = await stand();
      const reader = await s.openLocal(coding);
      reader.socket.pause();
      while (s.hub.counters.skipped === 0) {
        burst(s);
        s.market.form("BTCUSDT", "1m", candle(nextOpenTime(s), 55));
        await new Promise((resolve) => setImmediate(resolve));
      }
      burst(s);
      expect(s.sockets[0]?.writableLength).toBeLessThanOrEqual(262_144);
      reader.socket.resume();
      await reader.until(() => reader.named("snapshot").length === 2);
      expect(s.hub.counters.resumed).toBe(1);
      s.market.form("BTCUSDT", "1m", candle(nextOpenTime(s), 77));
      await allCaughtUp(s, [reader]);
      s.clock.advance(60_000);
      await allCaughtUp(s, [reader]);
      expect(known(reader)).toEqual({
        candles: s.market
          .series("BTCUSDT", "1m")
          .tail(300)
          .map(({ openTime }) => openTime),
        forming: 77,
        prices: Object.fromEntries(s.market.prices()),
      });
      expect(s.hub.counters.ended.slow).toBe(0);
    },
  );

  test("for a while, then in sips, gets everything in order", async () => {
    const s = await stand();
    const reader = await s.openLocal();
    reader.socket.pause();
    const [serverEnd] = s.sockets;
    if (serverEnd === undefined) throw new Error("no connection");
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    for (let round = 0; round < 5; round += 1) {
      // More than the kernel takes at once, less than the bound.
      while (serverEnd.writableLength < 240_000) burst(s, 100);
      while (serverEnd.writableLength > 0) {
        // Several sips a beat make room in the kernel while the socket still holds older bytes.
        for (let sip = 0; sip < 3; sip += 1) {
          reader.socket.once("data", () => reader.socket.pause());
          reader.socket.resume();
          await turn();
        }
        s.market.close("BTCUSDT", "1m", candle(nextOpenTime(s)));
        s.beat();
      }
    }
    reader.socket.resume();
    await allCaughtUp(s, [reader]);
    expect(s.hub.counters.skipped).toBe(0);
    expect(known(reader).candles.at(-1)).toBe(nextOpenTime(s) - MINUTE_MS);
  });

  test("and 499 like it leave the others undisturbed and memory bounded", async () => {
    const s = await stand();
    const healthy = await s.openLocal();
    const sockets = await Promise.all(Array.from({ length: 500 }, () => stalled(s, "unix")));
    await eventually(() => s.hub.streams === 501);
    const memoryBefore = process.memoryUsage();
    let slowestMs = 0;
    // Each round has two beats, so all are behind when a round skips 1,000.
    for (let skipped = 0, before = 0; skipped < 1_000; ) {
      before = s.hub.counters.skipped;
      burst(s);
      const begun = performance.now();
      await allCaughtUp(s, [healthy]);
      slowestMs = Math.max(slowestMs, performance.now() - begun);
      skipped = s.hub.counters.skipped - before;
      for (const socket of s.sockets) expect(socket.writableLength).toBeLessThanOrEqual(262_144);
    }
    const memory = process.memoryUsage();
    expect(memory.arrayBuffers - memoryBefore.arrayBuffers).toBeLessThan(500 * 262_144);
    s.clock.advance(15_000);
    await eventually(() => s.hub.streams === 1);
    expect(s.hub.counters.ended).toEqual({ gone: 0, slow: 500, closed: 0 });
    expect(slowestMs).toBeLessThan(1_000);
    for (const socket of sockets) socket.destroy();
  });
});

describe("closing", () => {
  test("tells the streams, ends them and refuses new ones", async () => {
    const s = await stand();
    const all = await Promise.all([s.open(), s.open("gzip")]);
    s.market.close("BTCUSDT", "1m", candle(at(400)));
    s.beat();
    await s.hub.close();
    for (const reader of all) {
      await reader.closed();
      expect(reader.named("closed")).toHaveLength(1);
      expect(reader.events.at(-1)).toEqual({ name: "bye", data: { reason: "shutdown" } });
    }
    expect(s.hub.streams).toBe(0);
    expect(s.market.listeners).toBe(0);
    expect(s.hub.counters.ended).toEqual({ gone: 0, slow: 0, closed: 2 });
    expect(await (await fetch(`http://127.0.0.1:${s.port}/`)).text()).toBe("closing");
  });

  test("one stream leaves the others open, and waits only so long for its client", async () => {
    const s = await stand();
    const [first, second] = [await s.open("gzip"), await s.open()];
    const [result] = s.results;
    if (result?.kind !== "opened") throw new Error("not opened");
    first.socket.pause();
    result.stream.end();
    s.market.close("BTCUSDT", "1m", candle(at(400)));
    await allCaughtUp(s, [second]);
    expect(first.named("closed")).toEqual([]);
    s.clock.advance(2_500);
    await eventually(() => s.hub.streams === 1);
    expect(s.hub.counters.ended).toEqual({ gone: 0, slow: 0, closed: 1 });
  });

  test("does not wait for those who do not listen", async () => {
    const s = await stand();
    const socket = await stalled(s, "unix");
    await eventually(() => s.hub.streams === 1);
    while ((s.sockets[0]?.writableLength ?? 0) === 0) {
      burst(s);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const closing = s.hub.close();
    s.clock.advance(2_500);
    await closing;
    expect(s.hub.streams).toBe(0);
    socket.destroy();
  });
});
