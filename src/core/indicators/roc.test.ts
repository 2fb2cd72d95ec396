/** ROC against TA-Lib. */
import { describe, test } from "vitest";
import { expectTalib } from "../../../test/indicator-reference.ts";
import { rocDefinition } from "./roc.ts";

describe("ROC", () => {
  test.each([1, 10, 12])("equals TA-Lib's ROC(%i)", (period) => {
    expectTalib(rocDefinition, [period], {
      function: "ROC",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });
});
