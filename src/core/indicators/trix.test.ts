/** TRIX against TA-Lib. */
import { describe, test } from "vitest";
import { expectTalib } from "../../../test/indicator-reference.ts";
import { trixDefinition } from "./trix.ts";

describe("TRIX", () => {
  test.each([5, 15])("equals TA-Lib's TRIX(%i)", (period) => {
    expectTalib(trixDefinition, [period], {
      function: "TRIX",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });
});
