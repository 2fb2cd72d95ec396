/** The list of chosen indicators: no doubles, free colours, a bound; and how each is drawn. */
import { describe, expect, test } from "vitest";
import { findIndicator, INDICATORS } from "../../../core/indicators/catalog.ts";
import { indicatorText } from "../../client/indicator-reference.ts";
import { CHOICES_MAX, withAdded, withoutChoice, withReplaced } from "./indicator-choice.ts";
import { colourOf, hasOwnPane, shownOutputs } from "./indicator-drawing.ts";

function definition(id: string) {
  const found = findIndicator(id);
  if (found === null) throw new Error(`the catalogue has ${id}`);
  return found;
}

const two = [
  { id: "ema", parameters: [50], colour: 0 },
  { id: "rsi", parameters: [14], colour: 2 },
];

describe("the list", () => {
  test("takes an indicator at its defaults, in the first free colour", () => {
    expect(withAdded(two, definition("macd")).at(-1)).toEqual({
      id: "macd",
      parameters: [12, 26, 9],
      colour: 1,
    });
  });

  test("takes the same indicator once", () => {
    expect(withAdded(two, definition("rsi")).map(indicatorText)).toEqual(["ema(50)", "rsi(14)"]);
    const edited = { id: "rsi", parameters: [14], colour: 5 };
    expect(withReplaced([...two, { ...edited, parameters: [9] }], "rsi(9)", edited)).toHaveLength(
      2,
    );
  });

  test("is bounded", () => {
    const full = INDICATORS.slice(0, CHOICES_MAX).reduce(withAdded, []);
    expect(full).toHaveLength(CHOICES_MAX);
    expect(withAdded(full, definition("pivots"))).toBe(full);
  });

  test("loses what is removed", () => {
    expect(withoutChoice(two, "ema(50)").map(indicatorText)).toEqual(["rsi(14)"]);
  });
});

describe("drawing", () => {
  const ids = (id: string) => shownOutputs({ id, parameters: [] }).map(({ output }) => output.id);

  test("shows the outputs that belong together", () => {
    expect(ids("bollinger")).toEqual(["upper", "middle", "lower"]);
    expect(ids("supertrend")).toEqual(["line"]);
    expect(ids("ichimoku")).toEqual(["conversion", "base", "cloud_a", "cloud_b"]);
    expect(ids("macd")).toEqual(["line", "signal", "histogram"]);
  });

  test("gives other candles a pane of their own", () => {
    expect(hasOwnPane({ id: "heikin_ashi", parameters: [] })).toBe(true);
    expect(hasOwnPane({ id: "ema", parameters: [50] })).toBe(false);
    expect(hasOwnPane({ id: "rsi", parameters: [14] })).toBe(true);
  });

  test("colours the edges of a band alike", () => {
    const choice = { id: "bollinger", parameters: [20, 2], colour: 7 };
    expect(shownOutputs(choice).map((shown) => colourOf(choice, shown))).toEqual([7, 0, 7]);
  });

  test.each(INDICATORS.map(({ id }) => id))("%s shows something", (id) => {
    expect(ids(id).length).toBeGreaterThan(0);
  });
});
