/** DEMA against TA-Lib. */
import { describe, test } from "vitest";
import { expectTalib } from "../../../test/indicator-reference.ts";
import { demaDefinition } from "./dema.ts";

describe("DEMA", () => {
  test.each([9, 20])("equals TA-Lib's DEMA(%i)", (period) => {
    expectTalib(demaDefinition, [period], {
      function: "DEMA",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });
});
