/** The ultimate oscillator against TA-Lib. */
import { describe, expect, test } from "vitest";
import { expectTalib } from "../../../test/indicator-reference.ts";
import { ultimateOscillatorDefinition } from "./ultimate-oscillator.ts";

describe("Ultimate oscillator", () => {
  test.each([
    [7, 14, 28],
    [3, 5, 9],
  ])("equals TA-Lib's ULTOSC(%i, %i, %i)", (short, middle, long) => {
    expectTalib(ultimateOscillatorDefinition, [short, middle, long], {
      function: "ULTOSC",
      parameters: { optInTimePeriod1: short, optInTimePeriod2: middle, optInTimePeriod3: long },
      outputs: { outReal: "value" },
    });
  });

  test("refuses periods that do not go from short to long", () => {
    expect(ultimateOscillatorDefinition.conflict?.([7, 28, 14])).not.toBeNull();
    expect(ultimateOscillatorDefinition.conflict?.([7, 7, 7])).toBeNull();
  });
});
