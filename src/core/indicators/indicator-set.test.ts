/** The shared set: one instance for all holders, one push for all, and a state that continues exactly. */
import { describe, expect, test } from "vitest";
import { walk } from "../../../test/indicator-candles.ts";
import { INDICATORS } from "./catalog.ts";
import { IndicatorSet, SET_SIZE_MAX } from "./indicator-set.ts";
import { type IndicatorSpec, parseIndicator, printIndicator } from "./indicator-text.ts";

const MARKET = walk({ count: 400, seed: 31 });

function spec(text: string): IndicatorSpec {
  const parsed = parseIndicator(text);
  if (parsed.kind === "refused") throw new Error(parsed.refusal.expected);
  return parsed.spec;
}

const fromNothing = () => ({ kind: "history", candles: [] }) as const;

describe("indicator set", () => {
  test("gives every holder of the same indicator the same instance, and asks its start once", () => {
    const set = new IndicatorSet(null);
    let asked = 0;
    const start = () => {
      asked += 1;
      return fromNothing();
    };
    const first = set.acquire(spec("rsi(14)"), start);
    expect(set.acquire(spec("rsi"), start)).toBe(first);
    expect(set.acquire(spec("rsi(15)"), start)).not.toBe(first);
    expect(asked).toBe(2);
    expect(set.size).toBe(2);
  });

  test("pushes each candle once, however many hold an indicator", () => {
    const set = new IndicatorSet(null);
    const shared = set.acquire(spec("obv"), fromNothing);
    for (let i = 0; i < 9; i += 1) set.acquire(spec("obv"), fromNothing);
    const alone = spec("obv").definition.create([]);
    for (const candle of MARKET) {
      set.push(candle);
      alone.push(candle);
    }
    expect(shared?.values).toEqual(alone.values);
    expect(set.openTime).toBe(MARKET.at(-1)?.openTime);
  });

  test("drops an indicator after its last holder, and nobody else's", () => {
    const set = new IndicatorSet(null);
    const kept = set.acquire(spec("ema(3)"), fromNothing);
    set.acquire(spec("sma(3)"), fromNothing);
    set.acquire(spec("sma(3)"), fromNothing);
    set.release(spec("sma(3)"));
    expect(set.find(spec("sma(3)"))).not.toBeNull();
    set.release(spec("sma(3)"));
    expect(set.find(spec("sma(3)"))).toBeNull();
    expect(set.find(spec("ema(3)"))).toBe(kept);
    for (const candle of MARKET.slice(0, 5)) set.push(candle);
    expect(kept?.values[0]).toBeGreaterThan(0);
    expect(() => set.release(spec("sma(3)"))).toThrow("sma(3) is held");
  });

  test("a late comer starts from the history and then equals one that was there from the start", () => {
    const set = new IndicatorSet(null);
    const early = set.acquire(spec("ema(50)"), fromNothing);
    for (const candle of MARKET.slice(0, 200)) set.push(candle);
    const lateSet = new IndicatorSet(MARKET[199]?.openTime ?? null);
    const late = lateSet.acquire(spec("ema(50)"), () => ({
      kind: "history",
      candles: MARKET.slice(0, 200),
    }));
    for (const candle of MARKET.slice(200)) {
      set.push(candle);
      lateSet.push(candle);
      expect(late?.values).toEqual(early?.values);
    }
  });

  test("continues bit for bit from its snapshot, through JSON, with every indicator there is", () => {
    const specs = INDICATORS.map((definition) => ({
      definition,
      parameters: definition.parameters.map((parameter) => parameter.default),
    }));
    const set = new IndicatorSet(null);
    for (const each of specs) set.acquire(each, fromNothing);
    for (const candle of MARKET.slice(0, 150)) set.push(candle);
    const saved = JSON.parse(JSON.stringify(set.snapshot()));
    const other = new IndicatorSet(saved.openTime);
    for (const each of specs) {
      other.acquire(each, () => ({ kind: "state", state: saved.states[printIndicator(each)] }));
    }
    for (const candle of MARKET.slice(150)) {
      set.push(candle);
      other.push(candle);
    }
    expect(other.snapshot()).toEqual(set.snapshot());
    for (const each of specs) expect(other.find(each)?.values).toEqual(set.find(each)?.values);
  });

  test("refuses a candle twice, one from before, and a state that does not fit", () => {
    const set = new IndicatorSet(null);
    const [first, second] = MARKET;
    if (first === undefined || second === undefined) throw new Error("no market");
    set.push(second);
    expect(() => set.push(second)).toThrow("in order");
    expect(() => set.push(first)).toThrow("in order");
    const misfit = () => ({ kind: "state", state: [1, 2, 3] }) as const;
    expect(() => set.acquire(spec("sma(9)"), misfit)).toThrow(RangeError);
    expect(set.find(spec("sma(9)"))).toBeNull();
  });

  test("is full at its bound: no more come in, those inside are still shared", () => {
    const set = new IndicatorSet(null);
    const names = ["ema", "rsi", "atr", "change", "momentum"].flatMap((id) =>
      Array.from({ length: 1_000 }, (_, i) => `${id}(${i + 1})`),
    );
    for (const name of names.slice(0, SET_SIZE_MAX)) {
      expect(set.acquire(spec(name), fromNothing)).not.toBeNull();
    }
    expect(set.acquire(spec(names[SET_SIZE_MAX] ?? ""), fromNothing)).toBeNull();
    expect(set.acquire(spec("ema(1)"), fromNothing)).not.toBeNull();
    set.release(spec("ema(2)"));
    expect(set.acquire(spec(names[SET_SIZE_MAX] ?? ""), fromNothing)).not.toBeNull();
  });
});
