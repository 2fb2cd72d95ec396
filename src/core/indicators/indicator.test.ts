/** The contract that every indicator of the catalogue keeps, checked on each with several parameters. */
import { describe, expect, test } from "vitest";
import { flat, scaled, walk } from "../../../test/indicator-candles.ts";
import type { Candle } from "../candle.ts";
import { INDICATORS } from "./catalog.ts";
import type { IndicatorDefinition } from "./definition.ts";
import type { Indicator } from "./indicator.ts";

const SEED = 20_240_101;
const MARKET = walk({ count: 3_000, seed: SEED });

/** A parameter at its default, at its least, and larger. */
function variants(definition: IndicatorDefinition): number[][] {
  const byDefault = definition.parameters.map((parameter) => parameter.default);
  const least = definition.parameters.map(({ kind, min, default: usual }) =>
    kind === "integer" ? min : usual / 2,
  );
  const larger = definition.parameters.map(({ default: usual, max }) => Math.min(max, usual * 3));
  const allowed = [byDefault, least, larger].filter(
    (parameters) => (definition.conflict?.(parameters) ?? null) === null,
  );
  return [...new Map(allowed.map((parameters) => [parameters.join(), parameters])).values()];
}

const CASES = INDICATORS.flatMap((definition) =>
  variants(definition).map((parameters) => ({
    title: `${definition.id}(${parameters.join(", ")})`,
    definition,
    parameters,
    create: () => definition.create(parameters),
  })),
);

/** Copies of the outputs after each candle. */
function run(indicator: Indicator, candles: readonly Candle[]): number[][] {
  return candles.map((candle) => {
    indicator.push(candle);
    return [...indicator.values];
  });
}

function peeked(indicator: Indicator, candle: Candle): number[] {
  const into = new Float64Array(indicator.values.length);
  indicator.peek(candle, into);
  return [...into];
}

/** Equal bit for bit. `expect` costs far more than an indicator, so it is asked only about what differs. */
function expectSame(got: ArrayLike<number>, wanted: ArrayLike<number>, where: string): void {
  let same = got.length === wanted.length;
  for (let i = 0; same && i < got.length; i += 1) same = Object.is(got[i], wanted[i]);
  if (!same) expect(Array.from(got), where).toEqual(Array.from(wanted));
}

/** The largest difference of two rows, relative to the larger number or to `floor`. */
function distance(a: readonly number[], b: readonly number[], floor = 0): number {
  let worst = 0;
  a.forEach((x, i) => {
    const y = b[i] ?? Number.NaN;
    if (Number.isNaN(x) && Number.isNaN(y)) return;
    const size = Math.max(Math.abs(x), Math.abs(y), floor);
    worst = Math.max(worst, size === 0 ? 0 : Math.abs(x - y) / size);
  });
  return worst;
}

describe.each(CASES)("$title", ({ definition, parameters, create }) => {
  test("has one value for each output, NaN exactly until warmed up, finite after", () => {
    const indicator = create();
    expect(indicator.warmup).toBe(definition.warmup(parameters));
    expect(indicator.values.length).toBe(definition.outputs.length);
    const values = indicator.values;
    for (const [i, candle] of MARKET.entries()) {
      indicator.push(candle);
      const ready = i + 1 >= indicator.warmup;
      const right = values.every(ready ? Number.isFinite : Number.isNaN);
      if (!right) expect.fail(`candle ${i + 1}: ${values.join()}`);
    }
    expect(indicator.values).toBe(values);
  });

  test("peek answers what push will give and changes nothing", () => {
    const [looking, blind] = [create(), create()];
    for (const [i, candle] of MARKET.entries()) {
      const other = MARKET[(i * 7 + 3) % MARKET.length] ?? candle;
      peeked(looking, { ...other, openTime: candle.openTime });
      peeked(looking, { ...candle, high: candle.high * 3, low: candle.low / 3, volume: 1e9 });
      const before = [...looking.values];
      const foreseen = peeked(looking, candle);
      expectSame(looking.values, before, `candle ${i + 1}, after peek`);
      looking.push(candle);
      blind.push(candle);
      expectSame(looking.values, foreseen, `candle ${i + 1}, as foreseen`);
      expectSame(looking.values, blind.values, `candle ${i + 1}, as without peeks`);
    }
    expect(looking.snapshot()).toEqual(blind.snapshot());
  });

  test("continues bit for bit from a snapshot, through JSON, at any candle", () => {
    const original = create();
    const cuts = new Set([0, 1, 2, original.warmup - 1, original.warmup, original.warmup + 1]);
    for (const extra of [7, 100, 1_201]) cuts.add(original.warmup + extra);
    let twins: Indicator[] = [];
    for (const [i, candle] of MARKET.entries()) {
      if (cuts.has(i)) {
        const state = original.snapshot();
        expect(state.every(Number.isFinite)).toBe(true);
        const twin = create();
        twin.restore(JSON.parse(JSON.stringify(state)));
        const used = create();
        run(used, MARKET.slice(500, 600));
        used.restore(state);
        twins = [...twins, twin, used];
        for (const each of [twin, used]) expect([...each.values]).toEqual([...original.values]);
      }
      original.push(candle);
      for (const twin of twins) {
        twin.push(candle);
        expectSame(twin.values, original.values, `candle ${i + 1}`);
      }
    }
    for (const twin of twins) expect(twin.snapshot()).toEqual(original.snapshot());
  });

  test("refuses a state of another length and stays as it was", () => {
    const indicator = create();
    run(indicator, MARKET.slice(0, 50));
    const state = indicator.snapshot();
    expect(() => indicator.restore([...state, 0])).toThrow(RangeError);
    expect(() => indicator.restore(state.slice(1))).toThrow(RangeError);
    expect(() => indicator.restore([])).toThrow(RangeError);
    expect(indicator.snapshot()).toEqual(state);
  });

  test("keeps a state of one length", () => {
    const indicator = create();
    const lengths = new Set([indicator.snapshot().length]);
    for (const candle of MARKET.slice(0, 300)) {
      indicator.push(candle);
      lengths.add(indicator.snapshot().length);
    }
    expect(lengths.size).toBe(1);
  });

  test("stays finite and within its range in a market that stands still, moves or has no volume", () => {
    const markets = [
      flat(1_500, 0.1, 10),
      flat(1_500, 64_000.01, 0),
      walk({ count: 2_500, seed: SEED + 1, quiet: 0.7 }),
      [...walk({ count: 500, seed: SEED + 2 }), ...flat(1_500, 0.3, 0)],
      walk({ count: 2_500, seed: SEED + 3, step: 0.2 }),
    ].map((market) => market.map((candle, i) => ({ ...candle, openTime: i * 60_000 })));
    for (const [which, market] of markets.entries()) {
      const indicator = create();
      for (const [i, candle] of market.entries()) {
        indicator.push(candle);
        if (i + 1 < indicator.warmup) continue;
        for (const [o, output] of definition.outputs.entries()) {
          const value = indicator.values[o] ?? Number.NaN;
          const inRange =
            Number.isFinite(value) &&
            value >= (output.min ?? -Infinity) &&
            value <= (output.max ?? Infinity);
          if (!inRange) expect.fail(`market ${which} candle ${i + 1} ${output.id} ${value}`);
        }
      }
    }
  });

  test("gives the same in any unit of price and volume", () => {
    // Powers of two scale floats exactly, so the result is exact too, however tiny the prices.
    for (const [price, volume] of [
      [2 ** -31, 1],
      [2 ** 12, 2 ** -20],
      [1, 2 ** 24],
    ] as const) {
      const [plain, other] = [create(), create()];
      const candles = scaled(MARKET, price, volume);
      for (const [i, candle] of MARKET.entries()) {
        plain.push(candle);
        other.push(candles[i] ?? candle);
        const expected = definition.outputs.map(({ unit }, o) => {
          const value = plain.values[o] ?? Number.NaN;
          return unit === "price" ? value * price : unit === "volume" ? value * volume : value;
        });
        const apart = distance([...other.values], expected, 1e-12);
        if (!(apart < 1e-9)) expect.fail(`× ${price}, ${volume}, candle ${i + 1}: ${apart}`);
      }
    }
  });
});
