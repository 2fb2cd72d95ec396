/** Williams %R against TA-Lib. */
import { describe, test } from "vitest";
import { expectTalib } from "../../../test/indicator-reference.ts";
import { williamsRDefinition } from "./williams-r.ts";

describe("Williams %R", () => {
  test.each([10, 14])("equals TA-Lib's WILLR(%i)", (period) => {
    expectTalib(williamsRDefinition, [period], {
      function: "WILLR",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });
});
