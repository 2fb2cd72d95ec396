/** Snapshots, closes and older candles make one series, in whatever order they come. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candle } from "../../core/candle.ts";
import { MINUTE_MS } from "../../core/timeframe.ts";
import { CandleHistory, HISTORY_CANDLES_MAX } from "./candle-history.ts";

/** The candle of minute `n` of a market; `seed` tells markets apart. */
function candle(n: number, seed = 1): Candle {
  const close = 100 + seed + (n % 7);
  return { openTime: n * MINUTE_MS, open: 100, high: 200, low: 50, close, volume: n };
}

const candles = (from: number, to: number, seed = 1) =>
  Array.from({ length: to - from + 1 }, (_, i) => candle(from + i, seed));

const minutes = (history: CandleHistory) =>
  history.candles.map(({ openTime }) => openTime / MINUTE_MS);

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

function historyOf(from: number, to: number): CandleHistory {
  const history = new CandleHistory("1m");
  history.takeSnapshot(candles(from, to));
  return history;
}

describe("a closed candle", () => {
  test("is appended when it follows, known when it does not, a gap when one is missing", () => {
    const history = historyOf(10, 12);
    expect(history.append(candle(13))).toBe("appended");
    expect(history.append(candle(13))).toBe("known");
    expect(history.append(candle(10))).toBe("known");
    expect(history.append(candle(15))).toBe("gap");
    expect(minutes(history)).toEqual(range(10, 13));
  });

  test("starts an empty history", () => {
    const history = new CandleHistory("1m");
    expect(history.append(candle(5))).toBe("appended");
    expect(minutes(history)).toEqual([5]);
  });
});

describe("a snapshot", () => {
  test("goes on where the history ended, and older candles stay", () => {
    const history = historyOf(10, 20);
    history.prepend(candles(1, 9));
    expect(history.takeSnapshot(candles(15, 25))).toBe("continued");
    expect(minutes(history)).toEqual(range(1, 25));
  });

  test("that begins right after the history continues it", () => {
    const history = historyOf(10, 20);
    expect(history.takeSnapshot(candles(21, 25))).toBe("continued");
    expect(minutes(history)).toEqual(range(10, 25));
  });

  test("replaces a history that it does not meet: the gap would go unseen", () => {
    const history = historyOf(10, 20);
    expect(history.takeSnapshot(candles(22, 25))).toBe("replaced");
    expect(minutes(history)).toEqual(range(22, 25));
  });

  test("of another market replaces all", () => {
    const history = historyOf(10, 20);
    expect(history.takeSnapshot(candles(15, 25, 2))).toBe("replaced");
    expect(history.candles).toEqual(candles(15, 25, 2));
  });

  test("that lacks what is held replaces all", () => {
    const history = historyOf(10, 20);
    const holed = candles(15, 25).filter(({ openTime }) => openTime !== 17 * MINUTE_MS);
    expect(history.takeSnapshot(holed)).toBe("replaced");
    expect(history.candles).toEqual(holed);
  });

  test("from before the history's end replaces it", () => {
    const history = historyOf(10, 20);
    expect(history.takeSnapshot(candles(8, 19))).toBe("replaced");
    expect(minutes(history)).toEqual(range(8, 19));
  });

  test("with nothing new changes nothing, not even the revision", () => {
    const history = historyOf(10, 20);
    const { revision } = history;
    expect(history.takeSnapshot(candles(12, 20))).toBe("continued");
    expect(history.revision).toBe(revision);
  });
});

test("older candles come in front once", () => {
  const history = historyOf(10, 12);
  expect(history.prepend(candles(5, 11))).toBe(5);
  expect(history.prepend(candles(5, 11))).toBe(0);
  expect(minutes(history)).toEqual(range(5, 12));
});

test("the length is bounded, and what is dropped is the oldest", () => {
  const history = historyOf(1, HISTORY_CANDLES_MAX);
  expect(history.isFull).toBe(true);
  for (let n = HISTORY_CANDLES_MAX + 1; n <= HISTORY_CANDLES_MAX + 1_001; n += 1) {
    history.append(candle(n));
  }
  expect(history.candles.length).toBe(HISTORY_CANDLES_MAX + 1);
  expect(minutes(history)[0]).toBe(1_001);
});

test("whatever comes in whatever order: ascending, none doubled, no gap", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("closed"), at: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ kind: fc.constant("snapshot"), at: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ kind: fc.constant("older"), at: fc.integer({ min: 1, max: 60 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const history = new CandleHistory("1m");
      for (const { kind, at } of steps) {
        if (kind === "closed") history.append(candle(at));
        else if (kind === "snapshot") history.takeSnapshot(candles(Math.max(1, at - 9), at));
        else {
          const first = history.first;
          if (first === null) continue;
          const before = first.openTime / MINUTE_MS - 1;
          history.prepend(candles(Math.max(1, before - 4), before + 3));
        }
        const held = minutes(history);
        expect(held).toEqual(held.length === 0 ? [] : range(held[0] ?? 0, held.at(-1) ?? 0));
      }
    }),
  );
});
