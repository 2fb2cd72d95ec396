/** Tests of how an instrument's numbers are shown. */
import { expect, test } from "vitest";
import { parseFixed } from "./fixed.ts";
import { priceDecimals, quantityDecimals } from "./instrument.ts";

test.each([
  ["0.01000000", 2],
  ["0.00000001", 8],
  ["1.00000000", 0],
  ["10", 0],
  ["0.5", 1],
])("a step of %s needs %i decimals", (step, decimals) => {
  const size = parseFixed(step) ?? 0n;
  expect(priceDecimals({ tickSize: size })).toBe(decimals);
  expect(quantityDecimals({ stepSize: size })).toBe(decimals);
});
