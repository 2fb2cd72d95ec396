/** Golden scenarios of every way in and out of a position, with the arithmetic worked by hand. */
import { describe, expect, test } from "vitest";
import { BotRig, d, type MinuteChange } from "../../../test/bot-rig.ts";
import { formatFixed } from "../fixed.ts";
import { MINUTE_MS } from "../timeframe.ts";
import type { Direction, ExitReason } from "./order.ts";
import type { RiskSettings } from "./risk.ts";

/**
 * All are entered by a signal at the close of one minute and filled at the next open, 50,000, with
 * 0.02 BTC. Long: 50,000 × 1.0005 = 50,025.00; notional 1,000.50; fee 1.0005; cash 8,998.4995.
 * Short: 50,000 × 0.9995 = 49,975.00; notional 999.50; fee 0.9995; cash 8,999.5005; locked 1,999.
 */
interface Scenario {
  readonly direction: Direction;
  readonly settings?: Partial<RiskSettings>;
  /** At the decision; 200 where absent. */
  readonly atr?: number;
  /** The entry's minute is the first one. */
  readonly minutes: readonly MinuteChange[];
  readonly reason: ExitReason;
  readonly exitPrice: string;
  /** Entry's and exit's together. */
  readonly fees: string;
  readonly netProfit: string;
  /** Minutes from the entry to the exit: whole for a fill at an open, the next whole inside a minute. */
  readonly after: number;
}

const FLAT: MinuteChange = {};
const at = (open: number, high: number, low: number, close: number): MinuteChange => ({
  price: [open, high, low, close],
});
const STOP_1: Partial<RiskSettings> = { stopLoss: { kind: "percent", percent: 1 } };

function check(scenario: Scenario): BotRig {
  const rig = new BotRig({
    size: { kind: "base", quantity: d("0.02") },
    ...scenario.settings,
  });
  const { atr = 200 } = scenario;
  rig.minute({ signals: { [`${scenario.direction}Entry`]: true, atr } });
  for (const minute of scenario.minutes) rig.minute(minute);
  const [trade, ...others] = rig.trades();
  expect(others).toEqual([]);
  expect({
    reason: trade?.reason,
    exitPrice: formatFixed(trade?.exitPrice ?? 0n),
    fees: formatFixed(trade?.fees ?? 0n),
    netProfit: formatFixed(trade?.netProfit ?? 0n),
    after: ((trade?.exitTime ?? 0) - (trade?.entryTime ?? 0)) / MINUTE_MS,
  }).toEqual({
    reason: scenario.reason,
    exitPrice: scenario.exitPrice,
    fees: scenario.fees,
    netProfit: scenario.netProfit,
    after: scenario.after,
  });
  expect(formatFixed(rig.bot.state.cash)).toBe(formatFixed(d("10000") + d(scenario.netProfit)));
  return rig;
}

describe("a long leaves", () => {
  test.each<[string, Scenario]>([
    [
      // 51,000 × 0.9995 = 50,974.50; × 0.02 = 1,019.49; fee 1.01949; 1,019.49 − 1.01949 − 1,001.5005.
      "by its exit rule, at the open after the close that said so",
      {
        direction: "long",
        minutes: [FLAT, { signals: { longExit: true } }, at(51_000, 51_000, 51_000, 51_000)],
        reason: "exit_signal",
        exitPrice: "50974.5",
        fees: "2.01999",
        netProfit: "16.97001",
        after: 2,
      },
    ],
    [
      // Target 50,025 × 1.02 = 51,025.50, no slippage; 1,020.51; fee 1.02051.
      "at its target",
      {
        direction: "long",
        settings: { takeProfitPercent: 2 },
        minutes: [FLAT, at(50_900, 51_025.5, 50_900, 51_000)],
        reason: "take_profit",
        exitPrice: "51025.5",
        fees: "2.02101",
        netProfit: "17.98899",
        after: 2,
      },
    ],
    [
      // As above: the open is better than the target, the fill is not.
      "at its target where the market opens beyond it",
      {
        direction: "long",
        settings: { takeProfitPercent: 2 },
        minutes: [FLAT, at(52_000, 52_000, 51_500, 51_600)],
        reason: "take_profit",
        exitPrice: "51025.5",
        fees: "2.02101",
        netProfit: "17.98899",
        after: 1,
      },
    ],
    [
      // Stop 50,025 × 0.99 = 49,524.75; × 0.9995 = 49,499.987625 → 49,499.98; 989.9996; fee 0.9899996.
      "at its stop, with slippage, rounded down to the tick",
      {
        direction: "long",
        settings: STOP_1,
        minutes: [FLAT, at(49_900, 49_950, 49_524.75, 49_800)],
        reason: "stop_loss",
        exitPrice: "49499.98",
        fees: "1.9904996",
        netProfit: "-12.4908996",
        after: 2,
      },
    ],
    [
      // Open 48,000 × 0.9995 = 47,976; 959.52; fee 0.95952; 958.56048 − 1,001.5005.
      "at the open where it gaps beyond the stop",
      {
        direction: "long",
        settings: STOP_1,
        minutes: [FLAT, at(48_000, 50_000, 47_000, 50_000)],
        reason: "stop_loss",
        exitPrice: "47976",
        fees: "1.96002",
        netProfit: "-42.94002",
        after: 1,
      },
    ],
    [
      "at its stop where one minute touches stop and target",
      {
        direction: "long",
        settings: { ...STOP_1, takeProfitPercent: 1 },
        minutes: [FLAT, at(50_000, 52_000, 49_000, 51_000)],
        reason: "stop_loss",
        exitPrice: "49499.98",
        fees: "1.9904996",
        netProfit: "-12.4908996",
        after: 2,
      },
    ],
    [
      "at its stop in the minute of its entry",
      {
        direction: "long",
        settings: STOP_1,
        minutes: [at(50_000, 50_000, 49_500, 49_600)],
        reason: "stop_loss",
        exitPrice: "49499.98",
        fees: "1.9904996",
        netProfit: "-12.4908996",
        after: 1,
      },
    ],
    [
      // 2 × 200 under the entry: 49,625; × 0.9995 = 49,600.1875 → 49,600.18; 992.0036; fee 0.9920036.
      "at a stop of two average true ranges",
      {
        direction: "long",
        settings: { stopLoss: { kind: "atr", period: 14, multiple: 2 } },
        minutes: [at(50_000, 50_000, 49_626, 49_700), at(49_700, 49_700, 49_625, 49_700)],
        reason: "stop_loss",
        exitPrice: "49600.18",
        fees: "1.9925036",
        netProfit: "-10.4889036",
        after: 2,
      },
    ],
    [
      // Best 52,000: 52,000 × 0.99 = 51,480; × 0.9995 = 51,454.26; 1,029.0852; fee 1.0290852.
      "at its trail, raised by an earlier minute",
      {
        direction: "long",
        settings: { trailingStop: { percent: 1, activationPercent: null } },
        minutes: [at(50_000, 52_000, 50_000, 51_900), at(51_900, 51_950, 51_480, 51_500)],
        reason: "trailing_stop",
        exitPrice: "51454.26",
        fees: "2.0295852",
        netProfit: "26.5556148",
        after: 2,
      },
    ],
    [
      // Activation 50,025 × 1.03 = 51,525.75: 51,500 does not reach it; 51,600 does: 51,600 × 0.99 =
      // 51,084; × 0.9995 = 51,058.458 → 51,058.45; 1,021.169; fee 1.021169.
      "at its trail only after the activation",
      {
        direction: "long",
        settings: { trailingStop: { percent: 1, activationPercent: 3 } },
        minutes: [
          at(50_000, 51_500, 50_000, 50_500),
          at(50_500, 50_500, 49_000, 50_000),
          at(50_000, 51_600, 50_000, 51_500),
          at(51_500, 51_500, 51_000, 51_000),
        ],
        reason: "trailing_stop",
        exitPrice: "51058.45",
        fees: "2.021669",
        netProfit: "18.647331",
        after: 4,
      },
    ],
    [
      // Trail under the fixed stop: 49,524.75 holds, by the name of the fixed one.
      "by its fixed stop while that is nearer than the trail",
      {
        direction: "long",
        settings: { ...STOP_1, trailingStop: { percent: 5, activationPercent: null } },
        minutes: [at(50_000, 51_000, 50_000, 50_500), at(50_000, 50_000, 49_500, 49_600)],
        reason: "stop_loss",
        exitPrice: "49499.98",
        fees: "1.9904996",
        netProfit: "-12.4908996",
        after: 2,
      },
    ],
    [
      // Held 3 minutes at the third close: at the open of the fourth, 50,000 × 0.9995 = 49,975;
      // 999.50; fee 0.9995; 998.5005 − 1,001.5005.
      "after its maximum time, also without a candle of its own timeframe",
      {
        direction: "long",
        settings: { maxTimeMs: 3 * MINUTE_MS },
        minutes: [FLAT, FLAT, { signals: null }, FLAT],
        reason: "max_time",
        exitPrice: "49975",
        fees: "2",
        netProfit: "-3",
        after: 3,
      },
    ],
    [
      "by its user, at the open of the minute of the command",
      {
        direction: "long",
        minutes: [FLAT, { commands: [{ kind: "close" }] }],
        reason: "manual",
        exitPrice: "49975",
        fees: "2",
        netProfit: "-3",
        after: 1,
      },
    ],
    [
      // The order waits through the hole: 50,974.50 as in the first row.
      "at the first candle after a hole",
      {
        direction: "long",
        minutes: [
          { signals: { longExit: true } },
          { price: null, signals: null },
          { price: null, signals: null },
          at(51_000, 51_000, 51_000, 51_000),
        ],
        reason: "exit_signal",
        exitPrice: "50974.5",
        fees: "2.01999",
        netProfit: "16.97001",
        after: 3,
      },
    ],
    [
      // Maximum time stands before the exit rule.
      "by maximum time where the exit rule is true as well",
      {
        direction: "long",
        settings: { maxTimeMs: MINUTE_MS },
        minutes: [{ signals: { longExit: true } }, FLAT],
        reason: "max_time",
        exitPrice: "49975",
        fees: "2",
        netProfit: "-3",
        after: 1,
      },
    ],
  ])("%s", (_, scenario) => {
    check(scenario);
  });
});

describe("a short leaves", () => {
  test.each<[string, Scenario]>([
    [
      // 49,000 × 1.0005 = 49,024.50; 980.49; fee 0.98049; 999.50 − 980.49 − 0.9995 − 0.98049.
      "by its exit rule",
      {
        direction: "short",
        minutes: [{ signals: { shortExit: true } }, at(49_000, 49_000, 49_000, 49_000)],
        reason: "exit_signal",
        exitPrice: "49024.5",
        fees: "1.97999",
        netProfit: "17.03001",
        after: 1,
      },
    ],
    [
      // 49,975 × 0.98 = 48,975.50; 979.51; fee 0.97951.
      "at its target",
      {
        direction: "short",
        settings: { takeProfitPercent: 2 },
        minutes: [FLAT, at(49_500, 49_500, 48_975.5, 49_000)],
        reason: "take_profit",
        exitPrice: "48975.5",
        fees: "1.97901",
        netProfit: "18.01099",
        after: 2,
      },
    ],
    [
      // 49,975 × 1.01 = 50,474.75; × 1.0005 = 50,499.987375 → 50,499.99; 1,009.9998; fee 1.0099998.
      "at its stop, with slippage, rounded up to the tick",
      {
        direction: "short",
        settings: STOP_1,
        minutes: [FLAT, at(50_000, 50_474.75, 50_000, 50_100)],
        reason: "stop_loss",
        exitPrice: "50499.99",
        fees: "2.0094998",
        netProfit: "-12.5092998",
        after: 2,
      },
    ],
    [
      // 52,000 × 1.0005 = 52,026; 1,040.52; fee 1.04052.
      "at the open where it gaps beyond the stop",
      {
        direction: "short",
        settings: STOP_1,
        minutes: [at(50_000, 50_000, 50_000, 50_000), at(52_000, 53_000, 49_000, 49_000)],
        reason: "stop_loss",
        exitPrice: "52026",
        fees: "2.04002",
        netProfit: "-43.06002",
        after: 1,
      },
    ],
    [
      // Best 48,000: × 1.01 = 48,480; × 1.0005 = 48,504.24; 970.0848; fee 0.9700848.
      "at its trail",
      {
        direction: "short",
        settings: { trailingStop: { percent: 1, activationPercent: 2 } },
        minutes: [at(50_000, 50_000, 48_000, 48_100), at(48_100, 48_480, 48_050, 48_400)],
        reason: "trailing_stop",
        exitPrice: "48504.24",
        fees: "1.9695848",
        netProfit: "27.4456152",
        after: 2,
      },
    ],
    [
      // Liquidation at 2 × 49,975 = 99,950; × 1.0005 = 99,999.975 → 99,999.98; 1,999.9996; fee
      // 1.9999996. Locked 1,999: the house pays 2.9995996, the customer loses 999.50 + 0.9995.
      "by liquidation when the loss reaches the collateral",
      {
        direction: "short",
        minutes: [FLAT, at(60_000, 100_000, 60_000, 90_000)],
        reason: "liquidation",
        exitPrice: "99999.98",
        fees: "2.9994996",
        netProfit: "-1000.4995",
        after: 2,
      },
    ],
    [
      // 15 × 4,000 over the entry is 109,975, beyond the liquidation.
      "by liquidation where its stop lies beyond that",
      {
        direction: "short",
        settings: { stopLoss: { kind: "atr", period: 14, multiple: 15 } },
        atr: 4_000,
        minutes: [FLAT, at(60_000, 110_000, 60_000, 90_000)],
        reason: "liquidation",
        exitPrice: "99999.98",
        fees: "2.9994996",
        netProfit: "-1000.4995",
        after: 2,
      },
    ],
    [
      // The stop at 50,474.75 was never traded: the market opens beyond the liquidation.
      // 120,000 × 1.0005 = 120,060; 2,401.20; fee 2.4012.
      "by liquidation where it gaps beyond stop and liquidation",
      {
        direction: "short",
        settings: STOP_1,
        minutes: [FLAT, at(120_000, 120_000, 110_000, 110_000)],
        reason: "liquidation",
        exitPrice: "120060",
        fees: "3.4007",
        netProfit: "-1000.4995",
        after: 1,
      },
    ],
    [
      "at its stop where one minute touches stop and liquidation",
      {
        direction: "short",
        settings: STOP_1,
        minutes: [FLAT, at(50_000, 100_000, 50_000, 50_100)],
        reason: "stop_loss",
        exitPrice: "50499.99",
        fees: "2.0094998",
        netProfit: "-12.5092998",
        after: 2,
      },
    ],
  ])("%s", (_, scenario) => {
    check(scenario);
  });
});

test("the house pays what a liquidated short cannot", () => {
  const rig = check({
    direction: "short",
    minutes: [FLAT, at(60_000, 100_000, 60_000, 90_000)],
    reason: "liquidation",
    exitPrice: "99999.98",
    fees: "2.9994996",
    netProfit: "-1000.4995",
    after: 2,
  });
  const filled = rig.facts.findLast((fact) => fact.kind === "filled");
  expect(filled?.postings).toEqual([
    { account: "collateral", asset: "quote", amount: d("-1999") },
    { account: "market", asset: "quote", amount: d("1999.9996") },
    { account: "fees", asset: "quote", amount: d("1.9999996") },
    { account: "house", asset: "quote", amount: d("-2.9995996") },
    { account: "position", asset: "base", amount: d("0.02") },
    { account: "market", asset: "base", amount: d("-0.02") },
  ]);
});

test("the trail does not act in the minute that raises it", () => {
  const rig = new BotRig({ trailingStop: { percent: 1, activationPercent: null } });
  rig.minute({ signals: { longEntry: true } });
  // Low 50,000 is under 52,000 × 0.99, but the high may have come after it.
  const facts = rig.minute({ price: [50_000, 52_000, 50_000, 51_900] });
  expect(facts.map(({ kind }) => kind)).toEqual(["filled", "position_opened", "stop_moved"]);
  expect(facts.at(-1)).toMatchObject({ best: d("52000"), stop: d("51480"), ordinal: 2 });
});

test("a trail under the fixed stop moves nothing and says nothing", () => {
  const rig = new BotRig({ ...STOP_1, trailingStop: { percent: 5, activationPercent: null } });
  rig.minute({ signals: { longEntry: true } });
  rig.minute();
  expect(rig.minute({ price: [50_000, 51_000, 50_000, 50_500] })).toEqual([]);
});

// Long: 50,025 × 0.987655 = 49,407.441375 and × 1.012345 = 50,642.558625. Short: 49,975 × 1.012345 =
// 50,591.941375 and × 0.987655 = 49,358.058625.
test.each([
  [
    "long",
    "stop_loss",
    at(50_000, 50_000, 49_407.45, 50_000),
    at(50_000, 50_000, 49_407.44, 50_000),
  ],
  [
    "long",
    "take_profit",
    at(50_000, 50_642.55, 50_000, 50_000),
    at(50_000, 50_642.56, 50_000, 50_000),
  ],
  [
    "short",
    "stop_loss",
    at(50_000, 50_591.94, 50_000, 50_000),
    at(50_000, 50_591.95, 50_000, 50_000),
  ],
  [
    "short",
    "take_profit",
    at(50_000, 50_000, 49_358.06, 50_000),
    at(50_000, 50_000, 49_358.05, 50_000),
  ],
] as const)(
  "a %s's level lies on the tick that is farther from the entry: %s",
  (direction, reason, short, exact) => {
    const rig = new BotRig({
      stopLoss: { kind: "percent", percent: 1.2345 },
      takeProfitPercent: 1.2345,
    });
    rig.minute({ signals: { [`${direction}Entry`]: true } });
    rig.minute();
    expect(rig.minute(short)).toEqual([]);
    rig.minute(exact);
    expect(rig.trades().map((trade) => trade.reason)).toEqual([reason]);
  },
);

test("a position of a bot that was switched off stays managed", () => {
  const rig = new BotRig(STOP_1);
  rig.minute({ signals: { longEntry: true } });
  rig.minute({ commands: [] });
  rig.minute({ commands: [{ kind: "stop", position: "keep" }] });
  expect(rig.trades()).toEqual([]);
  rig.minute({ price: [50_000, 50_000, 49_000, 49_000], signals: { longEntry: true } });
  expect(rig.trades().map(({ reason }) => reason)).toEqual(["stop_loss"]);
  expect(rig.minute({ signals: { longEntry: true } })).toEqual([]);
});
