/** Every fault of the feed, thrown over real sockets at the speed of life, and what is promised then. */
import { afterEach, describe, expect, test } from "vitest";
import { sameCandle } from "../src/core/candle.ts";
import { isHole } from "../src/core/market-minute.ts";
import {
  MINUTE_MS,
  TIMEFRAMES,
  type Timeframe,
  timeframeMs,
  timeframesEndingAt,
} from "../src/core/timeframe.ts";
import { type Fault, GARBAGE, type RestAnswer } from "../src/simulator/fault-plan.ts";
import type { Market } from "../src/simulator/market.ts";
import { seededMarket } from "../src/simulator/seeded-market.ts";
import { Rig, type RigOptions } from "./feed-rig.ts";

const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
/** In mid-candle, 100 s before an hour ends. */
const START = Date.UTC(2024, 2, 5, 15, 58, 20);
/** The first boundary after the start. */
const T = Date.UTC(2024, 2, 5, 15, 59);
const SECOND = 1_000;
const HOUR = 60 * MINUTE_MS;

const market = seededMarket(7, SYMBOLS);
let rig: Rig;

afterEach(async () => {
  await rig.close();
});

async function started(options: Partial<RigOptions> = {}): Promise<Rig> {
  rig = await Rig.open({ market, symbols: SYMBOLS, startTime: START, ...options });
  await rig.start();
  return rig;
}

/** Starts, throws the faults, lets time pass until `until`, and expects the truth. */
async function run(faults: readonly Fault[], until: number): Promise<void> {
  await started({ faults });
  await rig.advance(until - rig.now);
  expectTruth();
}

const minutesFrom = (n: number) => T + n * MINUTE_MS;
const streamOf = (symbol: string, timeframe: Timeframe) =>
  `${symbol.toLowerCase()}@kline_${timeframe}`;
const streamsOf = (timeframe: Timeframe) => SYMBOLS.map((symbol) => streamOf(symbol, timeframe));
const states = () => Object.values(rig.feed.connections()).map(({ state }) => state);
const counters = () => rig.feed.figures().counters;

interface Truth {
  /** The market that the exchange shows. */
  readonly market?: Market;
  /** Minutes that the exchange does not have. */
  readonly isHole?: (openTime: number) => boolean;
}

/**
 * Minutes of every symbol follow each other without a gap, each with every candle that ends there,
 * each candle as the market has it; and the last one is at most a few seconds behind.
 */
function expectTruth({ market: shown = market, isHole: isGone = () => false }: Truth = {}): void {
  for (const symbol of SYMBOLS) {
    const minutes = rig.minutesOf(symbol);
    const [first] = minutes;
    expect(first, `${symbol} has minutes`).toBeDefined();
    minutes.forEach((minute, i) => {
      expect(minute.openTime).toBe((first?.openTime ?? 0) + i * MINUTE_MS);
      const boundary = minute.openTime + MINUTE_MS;
      const ending = timeframesEndingAt(boundary).filter(
        (timeframe) => timeframe !== "1m" || !isGone(minute.openTime),
      );
      if (!isGone(minute.openTime)) {
        expect(minute.candles.map(({ timeframe }) => timeframe)).toEqual(ending);
      }
      for (const candle of minute.candles) {
        const truth = shown.candle(symbol, candle.timeframe, candle.openTime);
        const isTrue = truth !== null && sameCandle(candle, truth);
        const isWhole = candle.timeframe === "1m" || !spansHole(candle.openTime, candle.timeframe);
        if (isWhole) expect(isTrue, `${symbol} ${candle.timeframe} ${candle.openTime}`).toBe(true);
        expect(candle.latenessMs).toBeGreaterThanOrEqual(0);
      }
    });
    const next = (minutes.at(-1)?.openTime ?? 0) + MINUTE_MS;
    expect(rig.now - next, `${symbol} is up to date`).toBeLessThan(MINUTE_MS + 10 * SECOND);
  }
  function spansHole(openTime: number, timeframe: Timeframe): boolean {
    for (let at = openTime; at < openTime + timeframeMs(timeframe); at += MINUTE_MS) {
      if (isGone(at)) return true;
    }
    return false;
  }
}

/** Hours take their time, even those of a clock held in the hand. */
const LONG_MS = 180_000;

describe("without faults", () => {
  test("everything comes from the streams, each timeframe from its own connection", async () => {
    await run([], minutesFrom(7) + 5 * SECOND);
    expect(rig.minutesOf("BTCUSDT").length).toBe(8);
    const sources = rig.minutes.flatMap(({ candles }) => candles.map(({ source }) => source));
    expect(new Set(sources)).toEqual(new Set(["stream"]));
    expect(counters()).toMatchObject({ faultyFrames: 0, gaps: 0, repaired: 0, holes: 0 });
    expect(rig.feed.isReady()).toBe(true);
    expect(rig.server.counters).toMatchObject({ connectionsOpen: 6, connectionAttempts: 6 });
    for (const status of Object.values(rig.feed.connections())) {
      expect(status).toMatchObject({ state: "open", sockets: 1, reconnects: 0, repaired: 0 });
      expect(status.ageMs).toBeLessThanOrEqual(2_000);
    }
  });

  test("a start in mid-candle begins with the minute that forms, after whole history", async () => {
    await run([], minutesFrom(2) + 5 * SECOND);
    expect(rig.minutes[0]?.openTime).toBe(T - MINUTE_MS);
    for (const symbol of SYMBOLS) {
      for (const timeframe of TIMEFRAMES) {
        const series = rig.feed.series(symbol, timeframe);
        expect(series.length).toBeGreaterThanOrEqual(999);
        for (const candle of series.tail(1_100)) {
          const truth = market.candle(symbol, timeframe, candle.openTime);
          expect(truth !== null && sameCandle(candle, truth)).toBe(true);
        }
        const contiguous = (series.length - 1) * timeframeMs(timeframe);
        expect(series.openTimeAt(series.length - 1) - series.openTimeAt(0)).toBe(contiguous);
      }
    }
  });

  test("forming candles and prices follow the market", async () => {
    await started();
    await rig.advance(10 * SECOND);
    for (const timeframe of TIMEFRAMES) {
      const forming = rig.feed.forming("ETHUSDT", timeframe);
      const truth = market.formingCandle("ETHUSDT", timeframe, rig.now - (rig.now % 2_000));
      expect(forming?.close).toBe(truth?.close);
    }
    expect([...rig.feed.prices().keys()]).toEqual(SYMBOLS);
    expect(rig.feed.prices().get("ETHUSDT")).toBe(rig.feed.forming("ETHUSDT", "1d")?.close);
  });
});

describe("a connection that ends", () => {
  test.each(["close", "reset"] as const)("by a %s of all six is made again", async (kind) => {
    const at = minutesFrom(1) - SECOND;
    const fault: Fault =
      kind === "close" ? { kind, at, streams: null, code: 1001 } : { kind, at, streams: null };
    await run([fault], minutesFrom(4) + 5 * SECOND);
    expect(Object.values(rig.feed.connections()).map(({ reconnects }) => reconnects)).toEqual([
      1, 1, 1, 1, 1, 1,
    ]);
  });

  test("while the others go on: only its own timeframe is repaired", async () => {
    const from = minutesFrom(2) - SECOND;
    const faults: Fault[] = [
      { kind: "reset", at: from, streams: streamsOf("1m") },
      { kind: "refused", from, until: from + 3 * SECOND },
    ];
    await run(faults, minutesFrom(4) + 5 * SECOND);
    const connections = rig.feed.connections();
    expect(connections["1m"]).toMatchObject({ reconnects: 1, repaired: 2 });
    expect(connections["5m"]).toMatchObject({ reconnects: 0, repaired: 0 });
  });

  test("in a storm: attempts stay far below the limit, and minutes go on", async () => {
    const until = minutesFrom(10);
    await started({ faults: [{ kind: "storm", from: START, until, aliveMs: 500 }] });
    const before = rig.server.counters.connectionAttempts;
    await rig.advance(300 * SECOND);
    expect(rig.server.counters.connectionAttempts - before).toBeLessThanOrEqual(105);
    await rig.advance(until + 30 * SECOND - rig.now);
    expectTruth();
    expect(states()).toEqual(Array(6).fill("open"));
  });

  test("by serverShutdown is replaced before it goes: no gap, at most seven sockets", async () => {
    const at = minutesFrom(1) - 20 * SECOND;
    await run(
      [{ kind: "serverShutdown", at, streams: null, graceMs: 120 * SECOND }],
      minutesFrom(5),
    );
    expect(counters()).toMatchObject({ gaps: 0, repaired: 0 });
    expect(counters().duplicates).toBeGreaterThan(0);
    expect(rig.server.counters.connectionsOpenMax).toBe(7);
    expect(states()).toEqual(Array(6).fill("open"));
  });

  test("by serverShutdown without any grace costs a repair at most", async () => {
    const at = minutesFrom(1) - 100;
    await run(
      [{ kind: "serverShutdown", at, streams: null, graceMs: 0 }],
      minutesFrom(3) + 5 * SECOND,
    );
    expect(rig.server.counters.connectionsOpenMax).toBeLessThanOrEqual(7);
  });

  test(
    "after 24 hours never does: all six are renewed before, without a gap",
    async () => {
      // A slow market, so that 25 hours of connection have few minutes in them.
      await started({ speed: 0.1 });
      await rig.advance(25 * HOUR, 7 * SECOND);
      expectTruth();
      expect(counters()).toMatchObject({ gaps: 0, repaired: 0, revisions: 0 });
      expect(Object.values(rig.feed.connections()).map(({ reconnects }) => reconnects)).toEqual([
        1, 1, 1, 1, 1, 1,
      ]);
      expect(rig.feed.figures().staleAlarms).toBe(0);
      expect(rig.server.counters.connectionsOpenMax).toBe(7);
    },
    LONG_MS,
  );
});

describe("an outage", () => {
  // The longest one at ten minutes a minute, to spare time; the bound stays in real seconds.
  const lengths: ReadonlyArray<[string, number, number]> = [
    ["1 s", SECOND, 1],
    ["30 s", 30 * SECOND, 1],
    ["10 min", 10 * MINUTE_MS, 1],
    ["25 h", 25 * HOUR, 10],
  ];
  test.each(lengths)(
    "of %s is caught up within 10 s and 1 s for 1,000 candles",
    async (_name, ms, speed) => {
      const from = minutesFrom(1) - 500;
      const until = from + ms;
      await started({
        speed,
        faults: [
          { kind: "reset", at: from, streams: null },
          { kind: "refused", from, until },
        ],
      });
      await rig.advance((from - rig.now) / speed);
      const requestsBefore = rig.server.counters.restRequests;
      while (rig.now < until) {
        await rig.advance(Math.min(30 * SECOND, (until - rig.now) / speed), 30 * SECOND);
      }
      const isCaughtUp = () =>
        SYMBOLS.every((symbol) => {
          const last = rig.minutesOf(symbol).at(-1)?.openTime ?? 0;
          return last + 2 * MINUTE_MS > rig.now;
        });
      const missing = TIMEFRAMES.reduce((sum, one) => sum + Math.floor(ms / timeframeMs(one)), 0);
      const bound = 10 * SECOND + missing * SYMBOLS.length;
      const tookMs = await rig.advanceUntil(
        () => isCaughtUp() && states().every((one) => one === "open"),
        bound,
      );
      expect(tookMs).toBeLessThanOrEqual(bound);
      expectTruth();
      expect(rig.server.counters.weightUsed).toBeLessThan(3_000);
      expect(rig.server.counters.restRequests - requestsBefore).toBeLessThan(200);
    },
    LONG_MS,
  );

  test(
    "of an hour is answered with few attempts to connect",
    async () => {
      const faults: Fault[] = [
        { kind: "reset", at: T, streams: null },
        { kind: "refused", from: T, until: T + HOUR },
      ];
      await started({ faults });
      let worst = 0;
      for (let i = 0; i < 12; i += 1) {
        const before = rig.server.counters.socketsRefused;
        await rig.advance(300 * SECOND, 2 * SECOND);
        worst = Math.max(worst, rig.server.counters.socketsRefused - before);
      }
      // Refused questions to REST are counted here too: two symbols, each asked every ten seconds.
      expect(worst).toBeLessThanOrEqual(105 + 2 * 60);
    },
    LONG_MS,
  );

  test("before the start: the feed waits, and starts when the exchange is there", async () => {
    const until = START + 60 * SECOND;
    rig = await Rig.open({
      ...{ market, symbols: SYMBOLS, startTime: START },
      faults: [{ kind: "refused", from: START, until }],
    });
    expect(await rig.exchange.isReachable(2_000)).toBe(false);
    await rig.start();
    expect(rig.now).toBeGreaterThanOrEqual(until);
    expect(rig.now).toBeLessThan(until + 15 * SECOND);
    await rig.advance(130 * SECOND);
    expectTruth();
    expect(await rig.exchange.isReachable(2_000)).toBe(true);
  });

  test("of the program itself: minutes go on where they were left, 25 h ago", async () => {
    const cursor = T - 25 * HOUR;
    await started({ resumeAt: new Map(SYMBOLS.map((symbol) => [symbol, cursor])) });
    await rig.advanceUntil(() => rig.minutes.length >= 2 * (25 * 60 - 1), 10 * SECOND);
    await rig.advance(130 * SECOND);
    expect(rig.minutes[0]?.openTime).toBe(cursor);
    expectTruth();
  });
});

describe("silence", () => {
  /** Wall time from the beginning of a stall until a connection is shown stale. */
  async function noticed(stall: Fault, at: number, steps: "asked" | "unasked"): Promise<number> {
    await started({ faults: [stall] });
    await rig.advance(at - rig.now);
    for (let ms = 0; ms <= 60 * SECOND; ms += 500) {
      if (states().some((state) => state === "stale" || state === "closed")) return ms;
      if (steps === "asked") await rig.advance(500);
      else await rig.advanceUnasked(500);
    }
    throw new Error("not noticed within 60 s");
  }

  async function recovers(): Promise<void> {
    await rig.advanceUntil(() => states().every((state) => state === "open"), 60 * SECOND);
    await rig.advance(2 * MINUTE_MS);
    expectTruth();
    expect(states()).toEqual(Array(6).fill("open"));
  }

  const at = T + 5 * SECOND;
  const span = { from: at, until: at + 10 * MINUTE_MS };

  test("of one stream is noticed within 10 s and cured", async () => {
    const streams = [streamOf("ETHUSDT", "4h")];
    const stall: Fault = {
      kind: "stall",
      ...span,
      streams,
      pings: "alive",
      connections: "present",
    };
    expect(await noticed(stall, at, "asked")).toBeLessThanOrEqual(10 * SECOND);
    expect(rig.feed.isReady()).toBe(false);
    expect(states().filter((state) => state === "stale").length).toBe(1);
    await recovers();
    expect(rig.feed.figures().staleAlarms).toBe(1);
  });

  test.each(["alive", "dead"] as const)(
    "of one connection (pings %s) within 10 s",
    async (pings) => {
      const streams = streamsOf("1m");
      const stall: Fault = { kind: "stall", ...span, streams, pings, connections: "present" };
      const steps = pings === "dead" ? "unasked" : "asked";
      expect(await noticed(stall, at, steps)).toBeLessThanOrEqual(10 * SECOND);
      await recovers();
    },
  );

  test.each(["alive", "dead"] as const)(
    "of all connections (pings %s) within 60 s",
    async (pings) => {
      const stall: Fault = { kind: "stall", ...span, streams: null, pings, connections: "present" };
      const steps = pings === "dead" ? "unasked" : "asked";
      const tookMs = await noticed(stall, at, steps);
      expect(tookMs).toBeLessThanOrEqual(30 * SECOND);
      await recovers();
    },
  );

  test("of one symbol on all connections within 60 s", async () => {
    const streams = TIMEFRAMES.map((timeframe) => streamOf("ETHUSDT", timeframe));
    const stall: Fault = {
      kind: "stall",
      ...span,
      streams,
      pings: "alive",
      connections: "present",
    };
    expect(await noticed(stall, at, "asked")).toBeLessThanOrEqual(30 * SECOND);
    await recovers();
  });

  test("that lasts: minutes come by REST meanwhile, attempts grow rare", async () => {
    const until = at + 15 * MINUTE_MS;
    const streams = streamsOf("1m");
    await run(
      [{ kind: "stall", from: at, until, streams, pings: "alive", connections: "every" }],
      at + 10 * MINUTE_MS,
    );
    expect(rig.feed.connections()["1m"].repaired).toBeGreaterThanOrEqual(2 * 9);
    expect(rig.server.counters.connectionAttempts).toBeLessThan(6 + 10);
    await rig.advance(until + 6 * MINUTE_MS - rig.now, SECOND);
    expectTruth();
    expect(states()).toEqual(Array(6).fill("open"));
  });

  test("of a quiet market raises no alarm, whether nothing is traded or little", async () => {
    const every = 11 * MINUTE_MS;
    const quiet = thinMarket((minute) => minute >= T + MINUTE_MS && minute % every !== 0);
    await started({ market: quiet });
    await rig.advance(40 * MINUTE_MS, SECOND);
    expectTruth({ market: quiet });
    expect(rig.feed.figures().staleAlarms).toBe(0);
    expect(rig.states).toEqual(new Set(["connecting", "open"]));
    expect(rig.server.counters.connectionAttempts).toBe(6);
    expect(rig.server.counters.weightUsed).toBeLessThan(100);
  });

  test("of a market that has ended raises no alarm and asks little", async () => {
    const endTime = T + 3 * MINUTE_MS;
    await started({ market: { ...market, endTime } });
    await rig.advance(30 * MINUTE_MS, SECOND);
    expect(rig.minutesOf("BTCUSDT").at(-1)?.openTime).toBe(endTime - MINUTE_MS);
    expect(rig.feed.figures().staleAlarms).toBe(0);
    expect(rig.feed.isReady()).toBe(true);
    const before = rig.server.counters.restRequests;
    await rig.advance(10 * MINUTE_MS, SECOND);
    expect(rig.server.counters.restRequests - before).toBeLessThan(300);
  });
});

/** The market with candles of nothing where `isQuiet`: they stand still at the last price. */
function thinMarket(isQuiet: (minute: number) => boolean): Market {
  const minuteOf = (symbol: string, openTime: number, time: number) => {
    if (!isQuiet(openTime)) {
      return time >= openTime + MINUTE_MS
        ? market.candle(symbol, "1m", openTime)
        : market.formingCandle(symbol, "1m", time);
    }
    let traded = openTime;
    while (isQuiet(traded)) traded -= MINUTE_MS;
    const last = market.candle(symbol, "1m", traded);
    if (last === null) return null;
    const { close } = last;
    const prices = { open: close, high: close, low: close, close };
    return { ...last, openTime, ...prices, volume: 0, quoteVolume: 0, takerVolume: 0, trades: 0 };
  };
  const candleAt = (symbol: string, timeframe: Timeframe, openTime: number, time: number) => {
    const end = Math.min(time, openTime + timeframeMs(timeframe));
    const rows = [];
    for (let at = openTime; at < end; at += MINUTE_MS) {
      const row = minuteOf(symbol, at, time);
      if (row !== null) rows.push(row);
    }
    const [first] = rows;
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return null;
    const volume = Number(rows.reduce((sum, row) => sum + row.volume, 0).toFixed(8));
    const high = Math.max(...rows.map((row) => row.high));
    const low = Math.min(...rows.map((row) => row.low));
    return { ...first, openTime, high, low, close: last.close, volume };
  };
  return {
    ...market,
    candle: (symbol, timeframe, openTime) =>
      openTime + timeframeMs(timeframe) <= T
        ? market.candle(symbol, timeframe, openTime)
        : candleAt(symbol, timeframe, openTime, openTime + timeframeMs(timeframe)),
    formingCandle: (symbol, timeframe, time) =>
      candleAt(
        symbol,
        timeframe,
        Math.floor(time / timeframeMs(timeframe)) * timeframeMs(timeframe),
        time,
      ),
  };
}

describe("garbage", () => {
  const span = { from: T, until: minutesFrom(2) + 10 * SECOND };
  test.each(GARBAGE)("before every frame changes nothing: %s", async (garbage) => {
    await run(
      [{ kind: "garbage", ...span, streams: streamsOf("1m"), garbage, place: "before" }],
      minutesFrom(4),
    );
    if (garbage === "unknownEvent") expect(counters().unknownFrames).toBeGreaterThan(50);
    else if (garbage === "oversized") {
      expect(rig.feed.connections()["1m"].reconnects).toBeGreaterThan(0);
    } else expect(counters().faultyFrames).toBeGreaterThan(50);
  });

  test.each(GARBAGE)("instead of every frame is repaired by REST: %s", async (garbage) => {
    await run(
      [{ kind: "garbage", ...span, streams: streamsOf("1m"), garbage, place: "instead" }],
      minutesFrom(4),
    );
    expect(rig.feed.connections()["1m"].repaired).toBeGreaterThanOrEqual(4);
  });
});

describe("candles on the stream", () => {
  test("that are lost are fetched, in order, and say so", async () => {
    await run(
      [{ kind: "gap", from: T, until: minutesFrom(3), streams: null }],
      minutesFrom(5) + 5 * SECOND,
    );
    const sources = rig.minutesOf("BTCUSDT").map(({ candles }) => candles[0]?.source);
    expect(sources).toEqual(["stream", "rest", "rest", "rest", "stream", "stream"]);
    expect(counters().gaps).toBe(6);
  });

  test("that come twice count once", async () => {
    await run([{ kind: "duplicate", from: START, until: T + HOUR, streams: null }], minutesFrom(6));
    expect(counters()).toMatchObject({ gaps: 0, revisions: 0 });
    expect(counters().duplicates).toBeGreaterThan(10);
  });

  test("that overtake each other leave in order", async () => {
    await run(
      [{ kind: "outOfOrder", from: START, until: T + HOUR, streams: null }],
      minutesFrom(6),
    );
  });

  test("whose close is late within the deadline are waited for", async () => {
    const span = { from: START, until: T + HOUR };
    await run(
      [{ kind: "lateClose", ...span, streams: null, delayMs: 3_000 }],
      minutesFrom(3) + 5 * SECOND,
    );
    expect(counters().gaps).toBe(0);
    for (const { candles } of rig.minutes) {
      for (const { source, latenessMs } of candles) {
        expect(source).toBe("stream");
        expect(latenessMs).toBeGreaterThanOrEqual(2_000);
        expect(latenessMs).toBeLessThanOrEqual(4_000);
      }
    }
  });

  test("whose close is late beyond it come from REST; the late one is a duplicate", async () => {
    const span = { from: START, until: T + HOUR };
    await run(
      [{ kind: "lateClose", ...span, streams: streamsOf("1m"), delayMs: 20_000 }],
      minutesFrom(4) + 30 * SECOND,
    );
    for (const minute of rig.minutes) {
      const [candle] = minute.candles;
      expect(candle?.source).toBe("rest");
      expect(candle?.latenessMs).toBeGreaterThanOrEqual(4_000);
      expect(candle?.latenessMs).toBeLessThanOrEqual(10_000);
    }
    expect(counters()).toMatchObject({ duplicates: rig.minutes.length, revisions: 0 });
  });

  test.each(TIMEFRAMES)(
    "whose close never comes are fetched within 10 s: %s",
    async (timeframe) => {
      const until = T + HOUR;
      await run(
        [{ kind: "missingClose", from: START, until, streams: streamsOf(timeframe) }],
        minutesFrom(1) + 10 * SECOND,
      );
      const repaired = rig.feed.connections()[timeframe].repaired;
      // 16:00 ends an hour and a four-hour candle, not a day.
      expect(repaired).toBe({ "1m": 4, "5m": 2, "15m": 2, "1h": 2, "4h": 2, "1d": 0 }[timeframe]);
    },
  );

  test("that the exchange revises keep their first version; the revision is counted", async () => {
    const span = { from: START, until: minutesFrom(2) };
    await run(
      [{ kind: "revisedClose", ...span, streams: streamsOf("1m"), delayMs: 1_500 }],
      minutesFrom(4) + 5 * SECOND,
    );
    expect(counters().revisions).toBe(4);
  });
});

describe("a hole of the exchange", () => {
  test("is believed after two readings, and then passed on with what else ends there", async () => {
    const [from, until] = [minutesFrom(1), minutesFrom(4)];
    const passedAt = new Map<number, number>();
    rig = await Rig.open({
      ...{ market, symbols: SYMBOLS, startTime: START },
      faults: [{ kind: "hole", from, until, symbols: null }],
      onMinute: (minute) => {
        rig.minutes.push(minute);
        if (minute.symbol === "BTCUSDT") passedAt.set(minute.openTime, rig.now);
      },
    });
    await rig.start();
    await rig.advance(minutesFrom(6) + 5 * SECOND - rig.now);
    const isGone = (openTime: number) => openTime >= from && openTime < until;
    expectTruth({ isHole: isGone });
    const holes = rig.minutesOf("BTCUSDT").filter((minute) => isHole(minute));
    expect(holes.map(({ openTime }) => openTime)).toEqual([
      from,
      from + MINUTE_MS,
      from + 2 * MINUTE_MS,
    ]);
    const believedAt = passedAt.get(from) ?? 0;
    expect(believedAt - until).toBeGreaterThanOrEqual(5 * SECOND);
    expect(believedAt - until).toBeLessThanOrEqual(10 * SECOND);
    expect(counters().holes).toBeGreaterThanOrEqual(6);
  });
});

describe("the exchange's clock", () => {
  const closeless: Fault = {
    kind: "missingClose",
    from: minutesFrom(1),
    until: T + HOUR,
    streams: streamsOf("1m"),
  };
  test.each([-600, -90, -5, 5, 90, 600])(
    "off by %i s never makes a forming candle a closed one",
    async (seconds) => {
      const skew: Fault = {
        kind: "clockSkew",
        from: T + 10 * SECOND,
        until: T + HOUR,
        skewMs: seconds * SECOND,
      };
      await run([skew, closeless], minutesFrom(6) + 20 * SECOND);
    },
  );
});

describe("REST that refuses while a candle is missing", () => {
  const spoiled = { from: minutesFrom(1), until: minutesFrom(1) + 40 * SECOND, paths: null };
  const closeless: Fault = {
    kind: "missingClose",
    from: minutesFrom(1) - SECOND,
    until: minutesFrom(1) + SECOND,
    streams: streamsOf("1m"),
  };
  const answers: ReadonlyArray<[string, RestAnswer, number | null, number]> = [
    ["429 with Retry-After", { kind: "limited", retryAfterS: 7 }, 2, 30],
    ["418", { kind: "banned", retryAfterS: 60 }, 1, 90],
    ["403 with HTML", { kind: "forbidden" }, 1, 60],
    ["500", { kind: "failure", status: 500 }, null, 60],
    ["502 with HTML", { kind: "failure", status: 502 }, null, 60],
    ["no answer", { kind: "hang" }, 2, 30],
    ["half an answer", { kind: "truncated" }, null, 60],
    ["nothing of the last 20 s", { kind: "lag", ms: 20_000, shows: "nothing" }, null, 60],
    ["the state of 20 s ago", { kind: "lag", ms: 20_000, shows: "unfinished" }, null, 60],
  ];
  test.each(answers)("%s", async (_name, answer, requests, withinS) => {
    const fault: Fault = { kind: "rest", ...spoiled, answer, requests };
    await run([closeless, fault], minutesFrom(1) + withinS * SECOND);
    expect(rig.feed.connections()["1m"].repaired).toBe(2);
    const minutes = rig.minutesOf("BTCUSDT");
    expect(minutes.some(({ openTime }) => openTime === T)).toBe(true);
    await rig.advance(minutesFrom(4) - rig.now);
    expectTruth();
  });

  test("after a 429 or 418 nothing is asked until the pause is over", async () => {
    const answer: RestAnswer = { kind: "banned", retryAfterS: 60 };
    const fault: Fault = { kind: "rest", ...spoiled, answer, requests: 1 };
    await started({ faults: [closeless, fault] });
    await rig.advance(minutesFrom(1) + 6 * SECOND - rig.now);
    const before = rig.server.counters.restRequests;
    await rig.advance(56 * SECOND);
    expect(rig.server.counters.restRequests).toBe(before);
    await rig.advance(10 * SECOND);
    expect(rig.server.counters.restRequests).toBeGreaterThan(before);
  });
});

describe("older candles", () => {
  const ask = (range: { from: number; to: number; limit: number }, timeframe: Timeframe = "1m") =>
    rig.feed.candles("BTCUSDT", timeframe, range);

  test("come from REST where memory ends, joined without a seam", async () => {
    await started();
    const series = rig.feed.series("BTCUSDT", "1m");
    const oldest = series.openTimeAt(0);
    const from = oldest - 700 * MINUTE_MS;
    const candles = await ask({ from, to: rig.now, limit: 1_000 });
    expect(candles.map(({ openTime }) => openTime)).toEqual(
      Array.from({ length: 1_000 }, (_, i) => from + i * MINUTE_MS),
    );
    for (const candle of candles) {
      const truth = market.candle("BTCUSDT", "1m", candle.openTime);
      expect(truth !== null && sameCandle(candle, truth)).toBe(true);
    }
  });

  test("are asked for once, however many want them", async () => {
    await started();
    const oldest = rig.feed.series("BTCUSDT", "1h").openTimeAt(0);
    const range = { from: oldest - 500 * HOUR, to: oldest - HOUR, limit: 500 };
    const before = rig.server.counters.restRequests;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(range, "1h")));
    const asked = rig.server.counters.restRequests - before;
    expect(asked).toBeLessThanOrEqual(2);
    expect(answers.every((answer) => answer.length === 500)).toBe(true);
    await ask(range, "1h");
    expect(rig.server.counters.restRequests - before).toBe(asked);
  });

  test("before the listing there are none; from the beginning they start with the first", async () => {
    await started();
    expect(await ask({ from: 0, to: Date.UTC(2017, 11, 31), limit: 1_000 }, "1d")).toEqual([]);
    const candles = await ask({ from: 0, to: rig.now, limit: 10 }, "1d");
    expect(candles.length).toBe(10);
    expect(market.candle("BTCUSDT", "1d", (candles[0]?.openTime ?? 0) - 24 * HOUR)).toBeNull();
  });

  test("within memory cost nothing; the forming candle is not among them", async () => {
    await started();
    const before = rig.server.counters.restRequests;
    const candles = await ask({ from: rig.now - HOUR, to: rig.now + HOUR, limit: 1_000 });
    expect(candles.at(-1)?.openTime).toBe(T - 2 * MINUTE_MS);
    expect(rig.server.counters.restRequests).toBe(before);
  });

  test("are refused, not invented, when the exchange does not give them", async () => {
    const fault: Fault = {
      ...{ kind: "rest", from: T, until: T + HOUR, paths: null, requests: null },
      answer: { kind: "failure", status: 503 },
    };
    await started({ faults: [fault] });
    await rig.advance(T + SECOND - rig.now);
    const oldest = rig.feed.series("BTCUSDT", "1m").openTimeAt(0);
    const asked = ask({ from: oldest - 10 * MINUTE_MS, to: oldest, limit: 10 });
    await expect(asked).rejects.toThrow("unavailable (503)");
  });
});

describe("a start", () => {
  test("with a symbol that the exchange does not know is refused with its reason", async () => {
    rig = await Rig.open({ market, symbols: [...SYMBOLS, "NOPEUSDT"], startTime: START });
    await expect(rig.start()).rejects.toThrow("does not know one of the symbols");
  });

  test("that is stopped half-way ends", async () => {
    rig = await Rig.open({
      ...{ market, symbols: SYMBOLS, startTime: START },
      faults: [{ kind: "refused", from: START, until: START + HOUR }],
    });
    const started = rig.feed.start();
    await rig.advance(5 * SECOND);
    await rig.feed.stop();
    await expect(started).rejects.toThrow();
  });
});
