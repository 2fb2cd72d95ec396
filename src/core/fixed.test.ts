/** Tests of exact decimal money. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ceilToStep,
  FIXED_ONE,
  fixedFromNumber,
  floorToStep,
  formatFixed,
  multiplyDown,
  multiplyUp,
  numberFromFixed,
  parseFixed,
} from "./fixed.ts";

const amount = fc.bigInt({ min: -(10n ** 26n), max: 10n ** 26n });
const step = fc.bigInt({ min: 1n, max: 10n ** 10n });

describe("parse and format", () => {
  test.each([
    ["0", 0n, "0"],
    ["0.00000001", 1n, "0.00000001"],
    ["-1.5", -150_000_000n, "-1.5"],
    ["58720.45000000", 5_872_045_000_000n, "58720.45"],
    ["1.2300000000", 123_000_000n, "1.23"],
    ["-0.00000001", -1n, "-0.00000001"],
  ])("%s", (text, value, printed) => {
    expect(parseFixed(text)).toBe(value);
    expect(formatFixed(value)).toBe(printed);
  });

  test.each([
    "",
    "-",
    ".",
    "1.",
    ".5",
    "1e5",
    "+1",
    " 1",
    "1 ",
    "NaN",
    "0x10",
    "1,5",
    "0.000000001",
  ])("refuses %j", (text) => expect(parseFixed(text)).toBeNull());

  test("every amount survives the round trip", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 8 }), (value, decimals) => {
        expect(parseFixed(formatFixed(value, decimals))).toBe(value);
      }),
    );
  });

  test("decimals are a minimum, not a cut", () => {
    expect(formatFixed(150_000_000n, 2)).toBe("1.50");
    expect(formatFixed(1n, 2)).toBe("0.00000001");
    expect(formatFixed(FIXED_ONE, 0)).toBe("1");
  });
});

describe("numbers", () => {
  test("nearest fixed value", () => {
    expect(fixedFromNumber(0.1 + 0.2)).toBe(30_000_000n);
    expect(fixedFromNumber(58_720.45)).toBe(5_872_045_000_000n);
    expect(numberFromFixed(5_872_045_000_000n)).toBe(58_720.45);
  });

  test.each([Number.NaN, Infinity, -Infinity, 1e20])("refuses %s", (value) => {
    expect(() => fixedFromNumber(value)).toThrow(RangeError);
  });
});

test("rounding to a step brackets the value", () => {
  fc.assert(
    fc.property(amount, step, (value, size) => {
      const floor = floorToStep(value, size);
      const ceil = ceilToStep(value, size);
      expect(floor % size).toBe(0n);
      expect(ceil % size).toBe(0n);
      expect(floor <= value && value - floor < size).toBe(true);
      expect(ceil >= value && ceil - value < size).toBe(true);
    }),
  );
});

test("numbers of eight decimals convert exactly, small and large, and back", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 26n) * FIXED_ONE, max: 2n ** 26n * FIXED_ONE }),
      (value) => {
        const number = Number(formatFixed(value));
        expect(numberFromFixed(value)).toBe(number);
        expect(fixedFromNumber(number)).toBe(value);
      },
    ),
  );
});

test("products round down and up at the eighth decimal", () => {
  expect(multiplyDown(3n, FIXED_ONE / 2n)).toBe(1n);
  expect(multiplyUp(3n, FIXED_ONE / 2n)).toBe(2n);
  expect(multiplyUp(4n, FIXED_ONE / 2n)).toBe(2n);
  expect(multiplyUp(0n, FIXED_ONE)).toBe(0n);
});
