/** Momentum against TA-Lib. */
import { describe, test } from "vitest";
import { expectTalib } from "../../../test/indicator-reference.ts";
import { momentumDefinition } from "./momentum.ts";

describe("Momentum", () => {
  test.each([1, 10])("equals TA-Lib's MOM(%i)", (period) => {
    expectTalib(momentumDefinition, [period], {
      function: "MOM",
      parameters: { optInTimePeriod: period },
      outputs: { outReal: "value" },
    });
  });
});
