/** TEMA against TA-Lib. */
import { describe, test } from "vitest";
import { expectTalib } from "../../../test/indicator-reference.ts";
import { temaDefinition } from "./tema.ts";

describe("TEMA", () => {
  test.each([9, 20])("equals TA-Lib's TEMA(%i)", (period) => {
    expectTalib(temaDefinition, [period], {
      function: "TEMA",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });
});
