/** Windows against exact arithmetic: over ten million numbers, around huge ones, and where nothing moves. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../test/indicator-candles.ts";
import { CompensatedSum } from "./compensated-sum.ts";
import { RollingExtreme } from "./rolling-extreme.ts";
import { RollingExtremeAge } from "./rolling-extreme-age.ts";
import { RollingMean } from "./rolling-mean.ts";
import { RollingSum } from "./rolling-sum.ts";
import { RollingVariance } from "./rolling-variance.ts";
import { RollingWindow } from "./rolling-window.ts";
import { SmoothedMean } from "./smoothed-mean.ts";

const TEN_MILLION = 10_000_000;
/** Prices are whole multiples of this, so that sums of `UNITS` are exact in whole numbers. */
const UNIT = 1e-8;

/** A price in whole units: near 3e-5, with a jump to a thousand million times that for three numbers in a million. */
function unitsAt(i: number, random: () => number): number {
  const level = i % 1_000_000 < 3 ? 3_000_000_000_000 : 3_000;
  return level + Math.floor(random() * 100);
}

describe("sums over ten million numbers", () => {
  test("sum, mean and variance are exact to twelve digits all along; a plain running sum is not", () => {
    const length = 50;
    const [sum, mean, variance] = [
      new RollingSum(length),
      new RollingMean(length),
      new RollingVariance(length),
    ];
    const random = seededRandom(7);
    const ring = new Array<number>(length).fill(0);
    let exactSum = 0;
    let exactSquares = 0n;
    let plain = 0;
    let plainWorst = 0;
    for (let i = 0; i < TEN_MILLION; i += 1) {
      const units = unitsAt(i, random);
      const leaving = ring[i % length] ?? 0;
      ring[i % length] = units;
      exactSum += units - leaving;
      plain += units * UNIT - leaving * UNIT;
      const gotSum = sum.push(units * UNIT);
      const gotMean = mean.push(units * UNIT);
      variance.push(units * UNIT);
      if (i % 9_973 !== 0 || i < length) continue;
      const wanted = exactSum * UNIT;
      plainWorst = Math.max(plainWorst, Math.abs(plain - wanted) / wanted);
      exactSquares = ring.reduce((total, each) => total + BigInt(each) * BigInt(each), 0n);
      const spread = BigInt(length) * exactSquares - BigInt(exactSum) ** 2n;
      const exactVariance = (Number(spread) * UNIT * UNIT) / length ** 2;
      const right =
        Math.abs(gotSum - wanted) <= 1e-12 * wanted &&
        Math.abs(gotMean - wanted / length) <= 1e-12 * wanted &&
        Math.abs(variance.mean - wanted / length) <= 1e-12 * wanted &&
        Math.abs(variance.variance - exactVariance) <= 1e-11 * exactVariance;
      if (!right) {
        expect.fail(`number ${i}: ${gotSum}, ${gotMean}, ${variance.variance}; exactly ${wanted}`);
      }
    }
    expect(plainWorst).toBeGreaterThan(1e-10);
  });

  test("the sum of everything keeps its errors apart", () => {
    const sum = new CompensatedSum();
    const random = seededRandom(8);
    let exact = 0n;
    let last = 0;
    let plain = 0;
    for (let i = 0; i < TEN_MILLION; i += 1) {
      const units = Math.floor((random() - 0.5) * 1e12);
      exact += BigInt(units);
      plain += units / 1e5;
      last = sum.push(units / 1e5);
    }
    const wanted = Number(exact) / 1e5;
    expect(Math.abs(last - wanted)).toBeLessThanOrEqual(1e-15 * Math.abs(wanted));
    expect(Math.abs(plain - wanted)).toBeGreaterThan(1e-13 * Math.abs(wanted));
  });

  test("an exponential mean forgets its errors: two starts meet and stay together", () => {
    const [early, late] = [SmoothedMean.exponential(200), SmoothedMean.exponential(200)];
    const random = seededRandom(9);
    for (let i = 0; i < TEN_MILLION; i += 1) {
      const price = 3e-5 + random() * 1e-6;
      early.push(price);
      if (i > TEN_MILLION / 2) late.push(price);
    }
    expect(Math.abs(early.mean - late.mean)).toBeLessThanOrEqual(1e-15 * early.mean);
  });
});

describe("a huge number that has left the window", () => {
  test("leaves no trace in sum, mean, variance and deviation", () => {
    for (const length of [2, 3, 7, 20, 1_000]) {
      for (let place = 0; place < length; place += Math.ceil(length / 9)) {
        const [sum, mean, variance, window] = [
          new RollingSum(length),
          new RollingMean(length),
          new RollingVariance(length),
          new RollingWindow(length),
        ];
        let got = [0, 0];
        for (let i = 0; i < 3 * length; i += 1) {
          const value = i === length + place ? 1e15 : 1e-5 * (1 + (i % 2));
          got = [sum.push(value), mean.push(value)];
          variance.push(value);
          window.push(value);
          if (i < 2 * length + place) continue;
          const last = Array.from({ length }, (_, age) => window.at(age));
          const wanted = last.reduce((a, b) => a + b, 0);
          const centre = wanted / length;
          const squares = last.reduce((a, b) => a + (b - centre) ** 2, 0) / length;
          expect(got[0]).toBeCloseTo(wanted, 15);
          expect(got[1]).toBeCloseTo(centre, 18);
          expect(Math.abs(variance.variance - squares)).toBeLessThanOrEqual(1e-12 * squares);
        }
      }
    }
  });
});

describe("windows of any numbers", () => {
  const numbers = fc.array(
    fc.oneof(
      fc.double({ min: 1e-8, max: 1e6, noNaN: true }),
      fc.constantFrom(1, 0.1, 3e-5, 64_000.01),
    ),
    { minLength: 1, maxLength: 200 },
  );

  test("agree with the plain definition, and peek with push, at every number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), numbers, (length, values) => {
        const mean = new RollingMean(length);
        const sum = new RollingSum(length);
        const variance = new RollingVariance(length);
        const [highest, lowest] = [
          new RollingExtreme(length, "highest"),
          new RollingExtreme(length, "lowest"),
        ];
        const [since, sinceLow] = [
          new RollingExtremeAge(length, "highest"),
          new RollingExtremeAge(length, "lowest"),
        ];
        for (const [i, value] of values.entries()) {
          const seen = values.slice(Math.max(0, i + 1 - length), i + 1);
          const foreseen = [mean, sum, highest, lowest, since].map((part) => part.peek(value));
          variance.peek(value);
          const foreseenVariance = [variance.mean, variance.variance];
          const got = [mean, sum, highest, lowest, since].map((part) => part.push(value));
          variance.push(value);
          expect(got).toEqual(foreseen);
          expect([variance.mean, variance.variance]).toEqual(foreseenVariance);
          expect(got[4]).toBe(seen.length - 1 - seen.lastIndexOf(Math.max(...seen)));
          expect(sinceLow.push(value)).toBe(seen.length - 1 - seen.lastIndexOf(Math.min(...seen)));
          if (seen.length < length) {
            expect([...got.slice(0, 4), variance.mean]).toEqual(new Array(5).fill(Number.NaN));
            continue;
          }
          const total = seen.reduce((a, b) => a + b, 0);
          const centre = total / length;
          const squares = seen.reduce((a, b) => a + (b - centre) ** 2, 0) / length;
          const largest = Math.max(...seen);
          expect(Math.abs((got[0] ?? 0) - centre)).toBeLessThanOrEqual(1e-13 * largest);
          expect(Math.abs((got[1] ?? 0) - total)).toBeLessThanOrEqual(1e-13 * total);
          expect(Math.abs(variance.variance - squares)).toBeLessThanOrEqual(
            1e-11 * squares + 1e-28 * largest ** 2,
          );
          expect(got[2]).toBe(largest);
          expect(got[3]).toBe(Math.min(...seen));
        }
      }),
      { numRuns: 150 },
    );
  });

  test("a window of equal numbers has exactly that mean and no variance, whatever came before", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        numbers,
        fc.double({ min: 1e-8, max: 1e6, noNaN: true }),
        (length, before, value) => {
          const mean = new RollingMean(length);
          const variance = new RollingVariance(length);
          for (const each of before) {
            mean.push(each);
            variance.push(each);
          }
          for (let i = 0; i < 3 * length; i += 1) {
            const got = mean.push(value);
            variance.push(value);
            if (i + 1 < length) continue;
            expect(got).toBe(value);
            expect([variance.mean, variance.variance]).toEqual([value, 0]);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
