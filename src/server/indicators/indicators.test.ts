/** Indicator series for viewers: the same numbers as the core's, kept once, carried on, bounded. */
import { beforeEach, describe, expect, test } from "vitest";
import type { ClosedCandle } from "../../core/candle.ts";
import { CandleSeries } from "../../core/candle-series.ts";
import { INDICATORS } from "../../core/indicators/catalog.ts";
import { Ema } from "../../core/indicators/ema.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import type { FeedListener } from "../feed/feed.ts";
import {
  type CandleFlow,
  INDICATOR_SERIES_MAX,
  type IndicatorReference,
  IndicatorSeries,
  parseReference,
} from "./indicators.ts";

const MINUTE = 60_000;
const CAPACITY = 50;
const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };
const PLACE = { symbol: "BTCUSDT", timeframe: "1m" } as const;

/** A flow of candles that a test drives by hand. */
class HandDrivenFlow implements CandleFlow {
  readonly #series = new Map<string, CandleSeries>();
  readonly #listeners = new Set<FeedListener>();

  series(symbol: string, timeframe: Timeframe): CandleSeries {
    const key = `${symbol} ${timeframe}`;
    const series = this.#series.get(key) ?? new CandleSeries(timeframe, CAPACITY);
    this.#series.set(key, series);
    return series;
  }

  subscribe(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(symbol: string, candle: ClosedCandle): void {
    this.series(symbol, candle.timeframe).append(candle, "afterHole");
    this.tell(symbol, candle);
  }

  tell(symbol: string, candle: ClosedCandle): void {
    const { openTime } = candle;
    for (const listener of this.#listeners) {
      listener.onMinute({ kind: "closed", symbol, openTime, candles: [candle] });
    }
  }
}

function candle(minute: number, timeframe: Timeframe = "1m"): ClosedCandle {
  const close = 100 + 10 * Math.sin(minute / 3);
  return {
    timeframe,
    openTime: minute * MINUTE,
    open: 100,
    high: 111,
    low: 89,
    close,
    volume: 5,
    source: "stream",
    latenessMs: 0,
  };
}

function reference(text: string): IndicatorReference {
  const parsed = parseReference(text);
  if (parsed.kind !== "reference") throw new Error(`${text} is ${parsed.kind}`);
  return parsed.reference;
}

let flow: HandDrivenFlow;
let indicators: IndicatorSeries;

beforeEach(() => {
  flow = new HandDrivenFlow();
  indicators = new IndicatorSeries(flow);
});

describe("series", () => {
  test("hold what the core's indicator gives, null while it warms up", () => {
    const ema = new Ema(5);
    const expected: Array<[number, number | null]> = [];
    for (let minute = 1; minute <= 20; minute += 1) {
      flow.close("BTCUSDT", candle(minute));
      ema.push(candle(minute));
      expected.push([minute * MINUTE, minute < 5 ? null : (ema.values[0] ?? null)]);
    }
    const answer = indicators.values(PLACE, reference("ema(5)"), ALL);
    expect(answer).toEqual({
      symbol: "BTCUSDT",
      timeframe: "1m",
      indicator: "ema(5)",
      outputs: ["value"],
      values: expected,
      state: { openTime: 20 * MINUTE, snapshot: ema.snapshot() },
    });
  });

  test("begun early or late, they go on to the same numbers", () => {
    for (let minute = 1; minute <= 10; minute += 1) flow.close("BTCUSDT", candle(minute));
    const early = new IndicatorSeries(flow);
    early.values(PLACE, reference("ema(5)"), ALL);
    for (let minute = 11; minute <= 40; minute += 1) flow.close("BTCUSDT", candle(minute));
    expect(early.values(PLACE, reference("ema(5)"), ALL)).toEqual(
      indicators.values(PLACE, reference("ema(5)"), ALL),
    );
  });

  test.each(INDICATORS.map((definition) => definition.id))(
    "the state of %s lets a reader go on bit for bit",
    (id) => {
      for (let minute = 1; minute <= 45; minute += 1) flow.close("BTCUSDT", candle(minute));
      const wanted = reference(id);
      const { state } = indicators.values(PLACE, wanted, ALL);
      const reader = wanted.definition.create(wanted.parameters);
      reader.restore(JSON.parse(JSON.stringify(state)).snapshot);
      for (let minute = 46; minute <= 300; minute += 1) {
        flow.close("BTCUSDT", candle(minute));
        reader.push(candle(minute));
      }
      const range = { from: 300 * MINUTE, to: ALL.to };
      const { values } = indicators.values(PLACE, wanted, range);
      const expected = [...reader.values].map((value) => (Number.isNaN(value) ? null : value));
      expect(values).toEqual([[300 * MINUTE, ...expected]]);
    },
  );

  test("a range is cut at both ends, and has a state only where it reaches the last candle", () => {
    for (let minute = 1; minute <= 20; minute += 1) flow.close("BTCUSDT", candle(minute));
    const wanted = reference("sma(2)");
    const within = indicators.values(PLACE, wanted, { from: 5 * MINUTE, to: 19 * MINUTE });
    expect(within.values.map(([openTime]) => openTime / MINUTE)).toEqual([
      5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
    ]);
    expect(within.state).toBeNull();
    const end = indicators.values(PLACE, wanted, { from: 20 * MINUTE, to: 20 * MINUTE });
    expect(end.state?.openTime).toBe(20 * MINUTE);
  });

  test("a hole has no row, and the series goes on behind it", () => {
    for (const minute of [1, 2, 3, 7, 8]) flow.close("BTCUSDT", candle(minute));
    const { values } = indicators.values(PLACE, reference("sma(2)"), ALL);
    expect(values.map(([openTime]) => openTime / MINUTE)).toEqual([1, 2, 3, 7, 8]);
  });

  test("a candle told twice, an older one, or one of another series changes nothing", () => {
    for (let minute = 1; minute <= 10; minute += 1) flow.close("BTCUSDT", candle(minute));
    const before = indicators.values(PLACE, reference("ema(5)"), ALL);
    flow.tell("BTCUSDT", candle(10));
    flow.tell("BTCUSDT", candle(4));
    flow.tell("ETHUSDT", candle(11));
    flow.tell("BTCUSDT", candle(15, "5m"));
    expect(indicators.values(PLACE, reference("ema(5)"), ALL)).toEqual(before);
  });

  test("an empty market has no values and no state", () => {
    const answer = indicators.values(PLACE, reference("ema(5)"), ALL);
    expect(answer.values).toEqual([]);
    expect(answer.state).toBeNull();
  });
});

describe("bounds", () => {
  test("a series keeps as many rows as its candles have room", () => {
    flow.close("BTCUSDT", candle(1));
    indicators.values(PLACE, reference("ema(5)"), ALL);
    for (let minute = 2; minute <= CAPACITY + 20; minute += 1) {
      flow.close("BTCUSDT", candle(minute));
    }
    const { values } = indicators.values(PLACE, reference("ema(5)"), ALL);
    expect(values).toHaveLength(CAPACITY);
    expect(values[0]?.[0]).toBe(21 * MINUTE);
  });

  test("one series past the bound drops the one that was asked for longest ago", () => {
    flow.close("BTCUSDT", candle(1));
    const ask = (period: number) => indicators.values(PLACE, reference(`ema(${period})`), ALL);
    for (let period = 1; period <= INDICATOR_SERIES_MAX; period += 1) ask(period);
    expect(indicators.size).toBe(INDICATOR_SERIES_MAX);
    ask(1);
    ask(INDICATOR_SERIES_MAX + 1);
    expect(indicators.size).toBe(INDICATOR_SERIES_MAX);
    // The first was asked for again, so that the second went.
    expect(indicators.has(PLACE, reference("ema(1)"))).toBe(true);
    expect(indicators.has(PLACE, reference("ema(2)"))).toBe(false);
  });

  test("the same indicator in another spelling is the same series", () => {
    for (const text of ["bollinger(20, 2)", "bollinger(20,2)", "bollinger", " bollinger( 20 ) "]) {
      indicators.values(PLACE, reference(text), ALL);
    }
    expect(indicators.size).toBe(1);
  });
});

describe("references", () => {
  const wrong: ReadonlyArray<[string, string]> = [
    ["ema(0)", "needs a whole number from 1 to 1000 as period"],
    ["ema(1001)", "needs a whole number from 1 to 1000 as period"],
    ["ema(2.5)", "needs a whole number from 1 to 1000 as period"],
    ["ema(-5)", "needs a whole number from 1 to 1000 as period"],
    ["ema(1e2)", "is not of the form ema(50)"],
    ["ema(5", "is not of the form ema(50)"],
    ["ema(5)(6)", "is not of the form ema(50)"],
    ["EMA(5)", "is not of the form ema(50)"],
    ["", "is not of the form ema(50)"],
    ["ema(5,6)", "has at most 1 parameters"],
    ["ema(,)", "has at most 1 parameters"],
  ];
  test.each(wrong)("%j is refused", (text, reason) => {
    expect(parseReference(text)).toEqual({ kind: "wrong", reason });
  });

  test("what the catalogue lacks is answered with what it has", () => {
    const ids = INDICATORS.map((definition) => definition.id);
    expect(parseReference("constructor(5)")).toEqual({ kind: "unknown", allowed: ids });
  });
});
