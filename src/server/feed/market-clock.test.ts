/** Whatever order candles come in, minutes leave in sequence, whole, and each exactly once. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClosedCandle } from "../../core/candle.ts";
import type { MarketMinute } from "../../core/market-minute.ts";
import {
  endTimeOf,
  MINUTE_MS,
  openTimeAt,
  TIMEFRAMES,
  type Timeframe,
  timeframeMs,
  timeframesEndingAt,
} from "../../core/timeframe.ts";
import { AHEAD_MAX, HOLE_CONFIRMATION_MS, MarketClock, type ReadRow } from "./market-clock.ts";

/** 23:50, so that ten minutes later every timeframe ends. */
const START = Date.UTC(2021, 3, 19, 23, 50);

function candleOf(timeframe: Timeframe, openTime: number, volume = 1): ClosedCandle {
  const price = 100 + ((openTime / MINUTE_MS) % 97);
  const prices = { open: price, high: price, low: price, close: price };
  return { timeframe, openTime, ...prices, volume, source: "stream", latenessMs: 0 };
}

/** All candles that end in the `count` minutes after START. */
function candlesOf(count: number): ClosedCandle[] {
  const found: ClosedCandle[] = [];
  for (let end = START + MINUTE_MS; end <= START + count * MINUTE_MS; end += MINUTE_MS) {
    for (const timeframe of timeframesEndingAt(end)) {
      found.push(candleOf(timeframe, end - timeframeMs(timeframe)));
    }
  }
  return found;
}

function begun(): MarketClock {
  const clock = new MarketClock("BTCUSDT");
  clock.begin(START);
  return clock;
}

function taken(clock: MarketClock): MarketMinute[] {
  const minutes: MarketMinute[] = [];
  for (let minute = clock.take(); minute !== null; minute = clock.take()) minutes.push(minute);
  return minutes;
}

const row = (candle: ClosedCandle): ReadRow => ({ candle, final: true });
const minute = (n: number) => START + n * MINUTE_MS;

/** A reading of minutes, `numbers` counted from START. */
function reading(numbers: readonly number[], at: number, from = START) {
  const rows = numbers.map((n) => row({ ...candleOf("1m", minute(n)), source: "rest" }));
  return { timeframe: "1m", from, rows, at } as const;
}

describe("a minute", () => {
  test("waits for every candle that ends with it, and holds them ascending", () => {
    const clock = begun();
    const all = candlesOf(10);
    for (const candle of all.filter(({ timeframe }) => timeframe === "1m")) clock.accept(candle);
    expect(taken(clock).length).toBe(4);
    for (const timeframe of ["1d", "4h", "1h", "15m"] as const) {
      for (const candle of all.filter((one) => one.timeframe === timeframe)) clock.accept(candle);
    }
    expect(taken(clock)).toEqual([]);
    for (const candle of all.filter(({ timeframe }) => timeframe === "5m")) clock.accept(candle);
    const rest = taken(clock);
    expect(rest.length).toBe(6);
    expect(rest[0]?.candles.map(({ timeframe }) => timeframe)).toEqual(["1m", "5m"]);
    expect(rest[5]?.candles.map(({ timeframe }) => timeframe)).toEqual([...TIMEFRAMES]);
    expect(clock.cursor).toBe(minute(10));
  });

  test("is not passed on before the clock has begun", () => {
    const clock = new MarketClock("BTCUSDT");
    expect(clock.accept(candleOf("1m", minute(0)))).toBe("accepted");
    expect(clock.accept(candleOf("1m", minute(-1)))).toBe("accepted");
    expect(clock.take()).toBeNull();
    expect(clock.missing(minute(100))).toEqual([]);
    clock.begin(START);
    expect(clock.take()?.openTime).toBe(START);
    expect(clock.take()).toBeNull();
  });
});

describe("a candle that comes again", () => {
  test("with the same numbers changes nothing", () => {
    const clock = begun();
    clock.accept(candleOf("1m", minute(1)));
    expect(clock.accept(candleOf("1m", minute(1)))).toBe("duplicate");
    expect(clock.accept(candleOf("1m", minute(0)))).toBe("accepted");
    expect(taken(clock).length).toBe(2);
    expect(clock.accept(candleOf("1m", minute(0)))).toBe("past");
  });

  test("with other numbers is a revision: the first version stays", () => {
    const clock = begun();
    clock.accept(candleOf("1m", minute(0), 5));
    expect(clock.accept(candleOf("1m", minute(0), 6))).toBe("revision");
    expect(clock.take()?.candles[0]?.volume).toBe(5);
  });

  test("by REST never replaces what the stream gave", () => {
    const clock = begun();
    clock.accept(candleOf("1m", minute(0), 5));
    clock.read(reading([0, 1], 0));
    expect(taken(clock).map(({ candles }) => candles[0]?.source)).toEqual(["stream", "rest"]);
  });
});

describe("what lies ahead", () => {
  test("is kept within a bound, and REST brings the rest later", () => {
    const clock = begun();
    expect(clock.accept(candleOf("1m", minute(AHEAD_MAX - 1)))).toBe("accepted");
    expect(clock.accept(candleOf("1m", minute(AHEAD_MAX)))).toBe("ahead");
    const before = new MarketClock("BTCUSDT");
    for (let n = 0; n < AHEAD_MAX; n += 1) before.accept(candleOf("1m", minute(n)));
    expect(before.accept(candleOf("1m", minute(AHEAD_MAX)))).toBe("ahead");
  });
});

describe("missing", () => {
  test("names the first candle of each timeframe that has ended and is not there", () => {
    const clock = begun();
    clock.accept(candleOf("1m", minute(0)));
    expect(clock.missing(minute(0))).toEqual([]);
    expect(clock.missing(minute(1))).toEqual([]);
    expect(clock.missing(minute(2))).toEqual([{ timeframe: "1m", openTime: minute(1) }]);
    expect(clock.missing(minute(5))).toEqual([
      { timeframe: "1m", openTime: minute(1) },
      { timeframe: "5m", openTime: minute(0) },
    ]);
    expect(clock.missing(minute(10)).map(({ timeframe }) => timeframe)).toEqual([...TIMEFRAMES]);
  });
});

describe("a hole", () => {
  test("needs a later candle and two readings five seconds apart", () => {
    const clock = begun();
    expect(clock.read(reading([], 0))).toEqual({ repaired: 0, holes: 0 });
    expect(clock.read(reading([], 60_000))).toEqual({ repaired: 0, holes: 0 });
    expect(clock.holesConfirmableAt()).toBeNull();
    expect(clock.read(reading([2], 100_000))).toEqual({ repaired: 1, holes: 0 });
    expect(clock.holesConfirmableAt()).toBe(100_000 + HOLE_CONFIRMATION_MS);
    expect(clock.read(reading([2], 104_999))).toEqual({ repaired: 0, holes: 0 });
    expect(taken(clock)).toEqual([]);
    expect(clock.read(reading([2], 105_000))).toEqual({ repaired: 0, holes: 2 });
    const minutes = taken(clock);
    expect(minutes.map(({ candles }) => candles.length)).toEqual([0, 0, 1]);
    expect(minutes.map(({ openTime }) => openTime)).toEqual([minute(0), minute(1), minute(2)]);
  });

  test("is none when the second reading shows the candle", () => {
    const clock = begun();
    clock.read(reading([1], 0));
    clock.read(reading([0, 1], 6_000));
    expect(taken(clock).length).toBe(2);
  });

  test("is none while a row is there that is not final yet", () => {
    const clock = begun();
    const rows = [
      { candle: candleOf("1m", minute(0)), final: false },
      row(candleOf("1m", minute(1))),
    ];
    for (const at of [0, 6_000, 12_000]) {
      expect(clock.read({ timeframe: "1m", from: START, rows, at }).holes).toBe(0);
    }
    expect(taken(clock)).toEqual([]);
  });

  test("is forgotten when the candle comes after all, before its minute was passed on", () => {
    const clock = begun();
    clock.read(reading([2], 0));
    clock.accept(candleOf("1m", minute(1)));
    clock.read(reading([2], 6_000));
    expect(taken(clock).map(({ candles }) => candles.length)).toEqual([0, 1, 1]);
  });

  test("starts anew when the wall clock was set back between two readings", () => {
    const clock = begun();
    clock.read(reading([1], 1_000_000));
    expect(clock.read(reading([1], 0)).holes).toBe(0);
    expect(clock.read(reading([1], 5_000)).holes).toBe(1);
  });

  test("lets the higher candles through that end in it", () => {
    const clock = begun();
    const lastMinutes = [10, 11];
    for (const candle of candlesOf(10)) if (candle.timeframe !== "1m") clock.accept(candle);
    clock.read(reading(lastMinutes, 0));
    clock.read(reading(lastMinutes, 5_000));
    const minutes = taken(clock);
    expect(minutes.length).toBe(12);
    expect(minutes[4]?.candles.map(({ timeframe }) => timeframe)).toEqual(["5m"]);
    expect(minutes[9]?.candles.length).toBe(5);
  });
});

/** What happens to the candles of a market on their way: order, doubles, losses, revisions. */
const troubles = fc.record({
  minutes: fc.integer({ min: 1, max: 120 }),
  /** Where each candle moves to in the queue; far ones are late. */
  delays: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 60 }),
  /** Every how many-th candle is lost, doubled, or revised after its first version. */
  lost: fc.integer({ min: 2, max: 30 }),
  doubled: fc.integer({ min: 2, max: 10 }),
  revised: fc.integer({ min: 3, max: 10 }),
  /** Minutes that the exchange itself does not have. */
  holes: fc.uniqueArray(fc.integer({ min: 0, max: 119 }), { maxLength: 30 }),
  /** After how many candles REST is asked, again and again. */
  readEvery: fc.integer({ min: 1, max: 200 }),
});

test("any order, any losses, any doubles: the same minutes, contiguous, exactly once", () => {
  fc.assert(
    fc.property(troubles, (trouble) => {
      const { minutes, delays, lost, doubled, revised, holes, readEvery } = trouble;
      const isHole = (candle: ClosedCandle) =>
        candle.timeframe === "1m" && holes.includes((candle.openTime - START) / MINUTE_MS);
      // One more minute exists, so that REST always has a later candle to show.
      const real = candlesOf(minutes + 1).filter((candle) => !isHole(candle));
      const queue = real
        .flatMap((candle, i) => {
          const at = i + (delays[i % delays.length] ?? 0);
          const sent = i % lost === 0 ? [] : [{ at, candle }];
          if (i % doubled === 0) sent.push({ at: at + 3, candle });
          if (i % revised === 0 && i % lost !== 0) {
            sent.push({ at: at + 5, candle: { ...candle, volume: 2 } });
          }
          return sent;
        })
        .sort((a, b) => a.at - b.at);
      const clock = begun();
      const out: MarketMinute[] = [];
      let at = 0;
      const readAll = () => {
        at += HOLE_CONFIRMATION_MS;
        for (const { timeframe, openTime } of clock.missing(minute(minutes + 1))) {
          const rows = real.filter(
            (one) => one.timeframe === timeframe && one.openTime >= openTime,
          );
          const laterOpen = openTimeAt(timeframe, minute(minutes + 1));
          rows.push(candleOf(timeframe, laterOpen));
          const isEnded = (one: ClosedCandle) =>
            endTimeOf(timeframe, one.openTime) <= minute(minutes + 1);
          const shown = rows.map((one) => ({ candle: one, final: isEnded(one) }));
          clock.read({ timeframe, from: openTime, rows: shown, at });
          out.push(...taken(clock));
        }
      };
      queue.forEach(({ candle }, i) => {
        clock.accept(candle);
        out.push(...taken(clock));
        if (i % readEvery === readEvery - 1) readAll();
      });
      for (let i = 0; i < 3; i += 1) readAll();

      expect(out.map(({ openTime }) => openTime)).toEqual(
        Array.from({ length: minutes + 1 }, (_, n) => minute(n)),
      );
      const candles = out.flatMap((one) => one.candles);
      const bare = (one: ClosedCandle) => `${one.timeframe} ${one.openTime} ${one.volume}`;
      expect(candles.map(bare)).toEqual(real.map(bare));
    }),
    { numRuns: 300 },
  );
});
