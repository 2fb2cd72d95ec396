/** Tests of the figures by their definitions, worked by hand. */
import { describe, expect, test } from "vitest";
import { d } from "../../../test/bot-rig.ts";
import { PAPER_COSTS } from "../trading/fill.ts";
import { DAY_MS, dailyReturns, EquityCurve } from "./equity.ts";
import { type Figure, statisticsOf } from "./statistics.ts";

const START = 1_704_067_200_000;

/** A curve of these equities, one at each midnight from the start. */
function curve(equities: readonly number[]): EquityCurve {
  const made = EquityCurve.begin(START, equities[0] ?? 0);
  equities.slice(1).forEach((equity, i) => {
    made.push(START + (i + 1) * DAY_MS, equity);
  });
  return made;
}

function figures(profits: readonly string[], equities: readonly number[]) {
  const trades = profits.map((profit) => ({ netProfit: d(profit) }));
  const hold = { firstOpen: 100, lastClose: 110, candles: 1_440 };
  return statisticsOf(trades, curve(equities).state, { hold, costs: PAPER_COSTS });
}

const of = (value: number, sample: number): Figure => ({
  kind: "value",
  value: expect.closeTo(value, 9) as unknown as number,
  sample,
});

describe("trades", () => {
  test("a win is a net profit above zero", () => {
    const found = figures(["30", "-10", "0", "-5", "0.00000001"], [10_000]);
    expect(found).toMatchObject({
      trades: 5,
      netProfit: d("15.00000001"),
      winRate: of(2 / 5, 5),
      profitFactor: of(30.000_000_01 / 15, 5),
      expectancy: of(15.000_000_01 / 5, 5),
    });
  });

  test("without losses the profit factor is endless, without trades there is none", () => {
    expect(figures(["1"], [1]).profitFactor).toEqual({ kind: "endless", sample: 1 });
    expect(figures(["0"], [1]).profitFactor).toMatchObject({ kind: "none" });
    const none = { kind: "none", reason: "no_trades", sample: 0 };
    expect(figures([], [1])).toMatchObject({
      winRate: none,
      profitFactor: none,
      expectancy: none,
    });
  });
});

describe("equity", () => {
  test("the deepest fall is measured from the highest mark before it, with both dates", () => {
    const { drawdown } = curve([100, 120, 90, 130, 104, 129, 128]).state;
    // 120 → 90 is 25 %; 130 → 104 is 20 %.
    expect(drawdown).toEqual({
      fraction: 0.25,
      peakTime: START + DAY_MS,
      troughTime: START + 2 * DAY_MS,
    });
    expect(curve([1, 2, 3]).state.drawdown).toBeNull();
  });

  test("a peak that lasts is dated by its beginning, a fall that lasts too", () => {
    expect(curve([100, 100, 90, 90]).state.drawdown).toMatchObject({
      peakTime: START,
      troughTime: START + 2 * DAY_MS,
    });
  });

  test("daily returns run from midnight to midnight, and days without a mark stand still", () => {
    const made = EquityCurve.begin(START - 5, 50);
    made.push(START - 1, 80);
    made.push(START + 60_000, 100);
    made.push(START + DAY_MS, 160);
    made.push(START + 3 * DAY_MS + 1, 40);
    expect(made.state.midnights).toEqual([80, 160, 160, 160]);
    expect(dailyReturns(made.state)).toEqual([1, 0, 0]);
  });

  test("a state that was taken does not change any more", () => {
    const made = curve([100, 90]);
    const taken = made.state;
    made.push(START + 2 * DAY_MS, 80);
    expect(taken).toEqual(curve([100, 90]).state);
  });

  test("a curve restored at any mark continues as the uninterrupted one", () => {
    const whole = EquityCurve.begin(START + 7, 100);
    let restored = EquityCurve.begin(START + 7, 100);
    for (let i = 1; i < 60; i += 1) {
      const [time, equity] = [START + 7 + i * 9_999_999, 100 + 20 * Math.sin(i)] as const;
      whole.push(time, equity);
      restored = new EquityCurve(structuredClone(restored.state));
      restored.push(time, equity);
    }
    expect(restored.state).toEqual(whole.state);
  });
});

describe("ratios", () => {
  // Thirty days, by turns +2 % and −1 %: mean 0.5 %, deviation √(30 × 0.015² ÷ 29).
  const turns = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 1.02 : 0.99));
  const equities = [10_000];
  for (const turn of turns) equities.push((equities.at(-1) ?? 0) * turn);

  test("need thirty daily returns", () => {
    const tooFew = { kind: "none", reason: "under_30_days", sample: 29 };
    expect(figures([], equities.slice(0, 30))).toMatchObject({
      sharpe: tooFew,
      sortino: tooFew,
      calmar: tooFew,
    });
  });

  test("follow their definitions", () => {
    const year = Math.sqrt(365);
    const growth = (1.02 * 0.99) ** (15 * (365 / 30)) - 1;
    expect(figures([], equities)).toMatchObject({
      sharpe: of((0.005 / Math.sqrt((30 * 0.015 ** 2) / 29)) * year, 30),
      sortino: of((0.005 / Math.sqrt((15 * 0.01 ** 2) / 30)) * year, 30),
      calmar: of(growth / 0.01, 30),
      totalReturn: of((1.02 * 0.99) ** 15 - 1, 0),
    });
  });

  test("are endless or absent where nothing was ever lost", () => {
    const flat = { kind: "none", reason: "no_variation", sample: 30 };
    const still = figures([], new Array(31).fill(100));
    expect(still).toMatchObject({ sharpe: flat, sortino: flat, calmar: flat });
    const rising = figures(
      [],
      Array.from({ length: 31 }, (_, i) => 100 + i),
    );
    expect(rising.sortino).toEqual({ kind: "endless", sample: 30 });
    expect(rising.calmar).toEqual({ kind: "endless", sample: 30 });
    expect(rising.sharpe.kind).toBe("value");
  });
});

test("buying and holding pays fee and slippage on both sides", () => {
  // (110 × 0.9995 × 0.999) ÷ (100 × 1.0005 × 1.001) − 1.
  const value = (110 * 0.9995 * 0.999) / (100 * 1.0005 * 1.001) - 1;
  expect(figures([], [100]).buyAndHold).toEqual(of(value, 1_440));
});
