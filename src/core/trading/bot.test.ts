/** Tests of what a bot does besides leaving: entries, what blocks them, denials, commands, holes. */
import { describe, expect, test } from "vitest";
import { BotRig, BTC, BTC_MARKET, d, SILENT } from "../../../test/bot-rig.ts";
import { MINUTE_MS } from "../timeframe.ts";
import { Bot, DENIAL_PAUSE_MS, entryBlock } from "./bot.ts";
import { newBotState } from "./bot-state.ts";
import { DEFAULT_RISK } from "./risk.ts";

const LONG = { signals: { longEntry: true } };
const kinds = (facts: readonly { readonly kind: string }[]) => facts.map(({ kind }) => kind);

describe("an entry", () => {
  test("is ordered at the close and filled at the next open, with the fee in the ten percent", () => {
    const rig = new BotRig();
    const placed = rig.minute(LONG);
    expect(placed).toEqual([
      {
        kind: "order_placed",
        openTime: rig.time,
        ordinal: 0,
        order: {
          kind: "entry",
          direction: "long",
          placedTime: rig.time + MINUTE_MS,
          atr: null,
        },
      },
    ]);
    // 1,000 ÷ (50,025 × 1.001) = 0.0199700… → 0.01997; × 50,025 = 998.99925; fee 0.99899925.
    const filled = rig.minute({ price: [50_000, 50_100, 49_900, 50_050] });
    expect(kinds(filled)).toEqual(["filled", "position_opened"]);
    expect(filled[0]).toMatchObject({
      ordinal: 0,
      fill: {
        side: "buy",
        price: d("50025"),
        quantity: d("0.01997"),
        notional: d("998.99925"),
        fee: d("0.99899925"),
        time: rig.time,
      },
      postings: [
        { account: "cash", asset: "quote", amount: d("-999.99824925") },
        { account: "market", asset: "quote", amount: d("998.99925") },
        { account: "fees", asset: "quote", amount: d("0.99899925") },
        { account: "position", asset: "base", amount: d("0.01997") },
        { account: "market", asset: "base", amount: d("-0.01997") },
      ],
    });
    expect(rig.bot.state.cash).toBe(d("9000.00175075"));
    expect(rig.bot.equityAt(60_000)).toBeCloseTo(9000.00175075 + 0.01997 * 60_000, 9);
  });

  test("needs a rule that is true: unknown is not, and both at once are none", () => {
    const rig = new BotRig();
    expect(rig.minute({ signals: { longEntry: null, shortEntry: null } })).toEqual([]);
    expect(rig.minute({ signals: { longEntry: true, shortEntry: true } })).toEqual([]);
    expect(rig.minute({ signals: null })).toEqual([]);
    expect(kinds(rig.minute({ signals: { longEntry: null, shortEntry: true } }))).toEqual([
      "order_placed",
    ]);
  });

  test("is not left by a rule that is unknown, or by that of the other direction", () => {
    const rig = new BotRig();
    rig.minute(LONG);
    rig.minute({ signals: { longExit: null, shortExit: true } });
    expect(rig.bot.state.order).toBeNull();
  });

  test("is by level, once: no second order while one is pending or a position is open", () => {
    const rig = new BotRig();
    rig.minute(LONG);
    rig.minute(LONG);
    rig.minute(LONG);
    expect(kinds(rig.facts).filter((kind) => kind === "order_placed")).toHaveLength(1);
    expect(rig.bot.state.position).not.toBeNull();
  });

  test("waits for the cooldown, counted from the exit", () => {
    const rig = new BotRig({
      stopLoss: { kind: "percent", percent: 1 },
      cooldownMs: 2 * MINUTE_MS,
    });
    rig.minute(LONG);
    rig.minute({ price: [50_000, 50_000, 49_000, 49_000], ...LONG });
    expect(rig.trades()).toHaveLength(1);
    expect(rig.bot.state.restUntil).toBe(rig.time + MINUTE_MS + 2 * MINUTE_MS);
    expect(rig.minute(LONG)).toEqual([]);
    expect(kinds(rig.minute(LONG))).toEqual(["order_placed"]);
  });

  test("may be ordered at the very close of the minute that stopped it out", () => {
    const rig = new BotRig({ stopLoss: { kind: "percent", percent: 1 } });
    rig.minute(LONG);
    const facts = rig.minute({ price: [50_000, 50_000, 49_000, 49_000], ...LONG });
    expect(kinds(facts)).toEqual([
      "filled",
      "position_opened",
      "filled",
      "position_closed",
      "order_placed",
    ]);
    expect(facts.map(({ ordinal }) => ordinal)).toEqual([0, 1, 2, 3, 4]);
  });

  test("with a stop by true ranges waits until they are known", () => {
    const rig = new BotRig({ stopLoss: { kind: "atr", period: 14, multiple: 2 } });
    expect(rig.minute(LONG)).toEqual([]);
    expect(kinds(rig.minute({ signals: { longEntry: true, atr: 120.5 } }))).toEqual([
      "order_placed",
    ]);
    rig.minute();
    expect(rig.bot.state.position?.atr).toBe(120.5);
  });

  test("waits through a hole and fills at the first candle after it", () => {
    const rig = new BotRig();
    rig.minute(LONG);
    expect(rig.minute({ price: null, signals: null })).toEqual([]);
    const facts = rig.minute({ price: [40_000, 40_000, 40_000, 40_000] });
    expect(facts[0]).toMatchObject({ fill: { price: d("40020"), time: rig.time } });
  });
});

test("a short is worth what is left of its collateral, never less than nothing", () => {
  const rig = new BotRig({ size: { kind: "base", quantity: d("0.02") } });
  rig.minute({ signals: { shortEntry: true } });
  rig.minute();
  // Cash 8,999.5005; locked 2 × 999.50, of which 0.02 BTC are owed.
  expect(rig.bot.equityAt(49_000)).toBeCloseTo(8_999.5005 + 1_999 - 980, 9);
  expect(rig.bot.equityAt(99_950)).toBeCloseTo(8_999.5005, 9);
  expect(rig.bot.equityAt(200_000)).toBe(8_999.5005);
});

describe("an entry is denied", () => {
  test.each([
    ["under the minimum quantity", { kind: "percent", percent: 0.1 }, "under_minimum_quantity"],
    ["under the minimum notional", { kind: "quote", amount: d("15") }, "under_minimum_notional"],
    ["without cash", { kind: "quote", amount: d("10001") }, "not_enough_cash"],
    ["without cash for the fee", { kind: "base", quantity: d("0.1999") }, "not_enough_cash"],
  ] as const)("%s", (_, size, reason) => {
    const instrument = { ...BTC, quantityMin: d("0.00025"), notionalMin: d("15") };
    const rig = new BotRig({ size }, { ...BTC_MARKET, instrument });
    rig.minute(LONG);
    expect(rig.minute(LONG)).toEqual([
      {
        kind: "order_denied",
        openTime: rig.time,
        ordinal: 0,
        direction: "long",
        price: d("50025"),
        reason,
      },
    ]);
    expect(rig.bot.state.cash).toBe(d("10000"));
    expect(rig.bot.state.order).toBeNull();
  });

  test("and rests for an hour, so that a rule that stays true is not denied at every close", () => {
    const rig = new BotRig({ size: { kind: "quote", amount: d("1") } });
    rig.minute(LONG);
    rig.minute(LONG);
    const denied = rig.time;
    while (rig.bot.state.order === null) rig.minute(LONG);
    expect(rig.time + MINUTE_MS).toBe(denied + DENIAL_PAUSE_MS);
  });
});

describe("a command", () => {
  test("create pays the capital in; nothing works before it and nothing creates twice", () => {
    const rig = new BotRig();
    expect(rig.facts).toMatchObject([
      { kind: "command_applied", command: "create", id: 1, ordinal: 0 },
      {
        kind: "run_began",
        run: 1,
        postings: [
          { account: "cash", amount: d("10000") },
          { account: "capital", amount: d("-10000") },
        ],
      },
      { kind: "command_applied", command: "start", id: 2, ordinal: 2 },
    ]);
    expect(rig.minute({ commands: [{ kind: "create", capital: d("1") }] })).toMatchObject([
      { kind: "command_refused", reason: "already_created" },
    ]);
    const fresh = new Bot(BTC_MARKET, newBotState(DEFAULT_RISK));
    const commands = [{ kind: "start", id: 7 }] as const;
    expect(fresh.step({ openTime: 0, commands, candle: null, signals: null })).toEqual([
      {
        kind: "command_refused",
        command: "start",
        id: 7,
        reason: "not_created",
        openTime: 0,
        ordinal: 0,
      },
    ]);
  });

  test("stop withdraws a pending entry before it fills, and no entry follows", () => {
    const rig = new BotRig();
    rig.minute(LONG);
    const facts = rig.minute({ commands: [{ kind: "stop", position: "keep" }], ...LONG });
    expect(kinds(facts)).toEqual(["command_applied", "order_withdrawn"]);
    expect(rig.minute(LONG)).toEqual([]);
    expect(kinds(rig.minute({ commands: [{ kind: "start" }], ...LONG }))).toEqual([
      "command_applied",
      "order_placed",
    ]);
  });

  test("stop closes the position at the open where asked, also of a bot that is off", () => {
    const rig = new BotRig();
    rig.minute(LONG);
    rig.minute();
    rig.minute({ commands: [{ kind: "stop", position: "keep" }] });
    expect(rig.bot.state.position).not.toBeNull();
    rig.minute({ commands: [{ kind: "stop", position: "close" }] });
    expect(rig.trades().map(({ reason }) => reason)).toEqual(["manual"]);
    const again = rig.minute({ commands: [{ kind: "stop", position: "close" }] });
    expect(again).toMatchObject([{ kind: "command_refused", reason: "already_off" }]);
  });

  test("stop leaves an exit that is pending already its own reason", () => {
    const rig = new BotRig();
    rig.minute(LONG);
    rig.minute({ signals: { longExit: true } });
    rig.minute({ commands: [{ kind: "stop", position: "close" }] });
    expect(rig.trades().map(({ reason }) => reason)).toEqual(["exit_signal"]);
  });

  test("close withdraws an entry, closes a position, and says when nothing is open", () => {
    const rig = new BotRig();
    const close = { commands: [{ kind: "close" }] } as const;
    expect(rig.minute(close)).toMatchObject([{ reason: "nothing_open" }]);
    rig.minute(LONG);
    expect(kinds(rig.minute(close))).toEqual(["command_applied", "order_withdrawn"]);
    rig.minute(LONG);
    rig.minute({ signals: { longExit: true } });
    expect(rig.minute({ ...close, price: null })).toMatchObject([{ reason: "already_closing" }]);
    rig.minute();
    expect(rig.trades().map(({ reason }) => reason)).toEqual(["exit_signal"]);
  });

  test("edit moves the levels of the open position and withdraws a pending entry", () => {
    const rig = new BotRig({ stopLoss: { kind: "percent", percent: 5 } });
    const edit = (percent: number, version: number) =>
      ({
        kind: "edit",
        version,
        settings: { ...DEFAULT_RISK, stopLoss: { kind: "percent", percent } },
      }) as const;
    rig.minute(LONG);
    const withdrawn = rig.minute({ commands: [edit(4, 2)], ...LONG });
    expect(kinds(withdrawn)).toEqual(["command_applied", "order_withdrawn", "order_placed"]);
    rig.minute();
    expect(rig.minute({ commands: [edit(3, 2)] })).toMatchObject([{ reason: "old_version" }]);
    // 50,025 × 0.99 = 49,524.75 holds in the very minute of the edit.
    const facts = rig.minute({
      commands: [edit(1, 3)],
      price: [50_000, 50_000, 49_524.75, 50_000],
    });
    expect(kinds(facts)).toEqual(["command_applied", "filled", "position_closed"]);
    expect(rig.bot.state.version).toBe(3);
  });

  test("edit to a stop that the entry did not measure leaves the position the stop it has", () => {
    const rig = new BotRig({ stopLoss: { kind: "percent", percent: 1 } });
    rig.minute(LONG);
    rig.minute();
    const stopLoss = { kind: "atr", period: 14, multiple: 2 } as const;
    rig.minute({
      commands: [{ kind: "edit", version: 2, settings: { ...DEFAULT_RISK, stopLoss } }],
    });
    rig.minute({ price: [50_000, 50_000, 49_524.75, 50_000] });
    expect(rig.trades().map(({ reason }) => reason)).toEqual(["stop_loss"]);
  });

  test("edit to settings out of bounds is a bug", () => {
    const settings = { ...DEFAULT_RISK, takeProfitPercent: 0 };
    expect(() => newBotState(settings)).toThrow("sound settings");
    const rig = new BotRig();
    const edit = { kind: "edit", version: 2, settings } as const;
    expect(() => rig.minute({ commands: [edit] })).toThrow("sound settings");
  });

  test("reset closes what is open and begins a new run with the same capital", () => {
    const rig = new BotRig();
    rig.minute(LONG);
    rig.minute();
    const facts = rig.minute({ commands: [{ kind: "reset" }] });
    expect(kinds(facts)).toEqual([
      "command_applied",
      "order_placed",
      "filled",
      "position_closed",
      "run_began",
    ]);
    expect(facts[3]).toMatchObject({ run: 1, trade: { reason: "manual" } });
    // Bought for 999.99824925; sold for 49,975 × 0.01997 = 998.00075 less 0.99800075.
    expect(facts[4]).toMatchObject({
      run: 2,
      postings: [
        { account: "cash", amount: d("2.9955") },
        { account: "capital", amount: d("-2.9955") },
      ],
    });
    expect(rig.bot.state).toMatchObject({ cash: d("10000"), run: 2, status: "on" });
  });

  test("reset through a hole waits for the position to close", () => {
    const rig = new BotRig();
    rig.minute(LONG);
    rig.minute();
    rig.minute({ commands: [{ kind: "reset" }], price: null });
    expect(rig.bot.state.run).toBe(1);
    rig.minute({ price: null });
    expect(kinds(rig.minute())).toEqual(["filled", "position_closed", "run_began"]);
  });

  test("delete closes what is open and ends for good", () => {
    const rig = new BotRig();
    rig.minute(LONG);
    rig.minute();
    rig.minute({ commands: [{ kind: "delete" }, { kind: "reset" }], price: null });
    expect(kinds(rig.minute(LONG))).toEqual(["filled", "position_closed", "deleted"]);
    expect(rig.minute(LONG)).toEqual([]);
    expect(rig.minute({ commands: [{ kind: "start" }] })).toMatchObject([{ reason: "deleted" }]);
  });
});

test.each([
  ["off", { status: "off" }, {}],
  ["cooldown", { restUntil: 61_000 }, {}],
  ["both_sides", {}, { longEntry: true, shortEntry: true }],
  [
    "atr_unknown",
    { settings: { ...DEFAULT_RISK, stopLoss: { kind: "atr", period: 14, multiple: 1 } } },
    {},
  ],
  [null, { restUntil: 60_000 }, { longEntry: true }],
] as const)("an entry block is named: %s", (block, state, signals) => {
  const on = { ...newBotState(DEFAULT_RISK), status: "on", ...state } as const;
  expect(entryBlock(on, 60_000, { ...SILENT, ...signals })).toBe(block);
});
