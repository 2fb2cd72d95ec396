/** Aroon against TA-Lib. */
import { describe, test } from "vitest";
import { expectTalib } from "../../../test/indicator-reference.ts";
import { aroonDefinition } from "./aroon.ts";

describe("Aroon", () => {
  test.each([14, 25])("equals TA-Lib's AROON(%i) and AROONOSC", (period) => {
    expectTalib(aroonDefinition, [period], {
      function: "AROON",
      parameters: { optInTimePeriod: period },
      outputs: { outAroonUp: "up", outAroonDown: "down" },
    });
    expectTalib(aroonDefinition, [period], {
      function: "AROONOSC",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "oscillator" },
    });
  });
});
