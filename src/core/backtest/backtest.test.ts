/** Tests that a backtest is the bot's own decisions over history, with an honest equity curve. */
import { expect, test } from "vitest";
import { BTC_MARKET, d } from "../../../test/bot-rig.ts";
import { walk } from "../../../test/indicator-candles.ts";
import { numberFromFixed } from "../fixed.ts";
import { Ema } from "../indicators/ema.ts";
import type { MarketMinute } from "../market-minute.ts";
import { EquityCurve } from "../performance/equity.ts";
import { Bot } from "../trading/bot.ts";
import { newBotState } from "../trading/bot-state.ts";
import type { Fact } from "../trading/fact.ts";
import { DEFAULT_RISK, type RiskSettings } from "../trading/risk.ts";
import type { Signals } from "../trading/signal.ts";
import { Backtest, backtest, type SignalSource } from "./backtest.ts";

const SETTINGS: RiskSettings = {
  ...DEFAULT_RISK,
  size: { kind: "percent", percent: 50 },
  stopLoss: { kind: "percent", percent: 1 },
  trailingStop: { percent: 0.8, activationPercent: 0.5 },
};
const NEAR_STOP = { kind: "percent", percent: 0.1 } as const;
const PLAN = { market: BTC_MARKET, settings: SETTINGS, capital: d("10000") };

function history(count: number): MarketMinute[] {
  return walk({ count, seed: 3 }).map((candle, i) => ({
    kind: "closed",
    symbol: "BTCUSDT",
    openTime: candle.openTime,
    candles: i % 97 === 5 ? [] : [{ ...candle, timeframe: "1m", source: "rest", latenessMs: 0 }],
  }));
}

class EmaCross implements SignalSource {
  readonly #fast = new Ema(5);
  readonly #slow = new Ema(12);

  next(minute: MarketMinute): Signals | null {
    const [candle] = minute.candles;
    if (candle === undefined) return null;
    this.#fast.push(candle);
    this.#slow.push(candle);
    const apart = (this.#fast.values[0] ?? Number.NaN) - (this.#slow.values[0] ?? Number.NaN);
    return {
      longEntry: apart > 0,
      longExit: apart < 0,
      shortEntry: apart < 0,
      shortExit: apart > 0,
      atr: Number.NaN,
    };
  }
}

test.each([
  ["mostly in the market", SETTINGS],
  ["mostly flat", { ...SETTINGS, cooldownMs: 20 * 60_000 }],
  ["stopped out in the minute of the entry", { ...SETTINGS, stopLoss: NEAR_STOP }],
])("gives the trades, the state and the equity of a bot driven by hand: %s", (_, settings) => {
  const minutes = history(2_000);
  const bot = new Bot(BTC_MARKET, newBotState(settings));
  const signals = new EmaCross();
  const curve = EquityCurve.begin(minutes[0]?.openTime ?? 0, 10_000);
  const facts: Fact[] = [];
  let close = 0;
  minutes.forEach((minute, i) => {
    const { openTime } = minute;
    const candle = minute.candles[0] ?? null;
    const commands =
      i === 0
        ? ([
            { kind: "create", id: 1, capital: PLAN.capital },
            { kind: "start", id: 2 },
          ] as const)
        : [];
    facts.push(...bot.step({ openTime, commands, candle, signals: signals.next(minute) }));
    close = candle?.close ?? close;
    curve.push(openTime + 60_000, bot.equityAt(close));
  });
  const result = backtest({ ...PLAN, settings }, minutes, new EmaCross());
  const trades = facts.flatMap((fact) => (fact.kind === "position_closed" ? [fact.trade] : []));
  expect(trades.length).toBeGreaterThan(30);
  expect(result.trades).toEqual(trades);
  expect(result.state).toEqual(bot.state);
  expect(result.equity).toEqual(curve.state);
  expect(result.statistics.trades).toBe(trades.length);
});

test("at the end an open position is marked, not closed", () => {
  const always: SignalSource = {
    next: () => ({
      longEntry: true,
      longExit: false,
      shortEntry: false,
      shortExit: false,
      atr: Number.NaN,
    }),
  };
  const result = backtest({ ...PLAN, settings: DEFAULT_RISK }, history(10), always);
  expect(result.trades).toEqual([]);
  expect(result.state.position).not.toBeNull();
  expect(result.equity.lastEquity).not.toBe(numberFromFixed(result.state.cash));
  expect(result.statistics.winRate).toMatchObject({ kind: "none", reason: "no_trades" });
});

test("has a result before its first minute and in the middle", () => {
  const run = new Backtest(PLAN, new EmaCross());
  expect(run.result()).toMatchObject({
    trades: [],
    equity: { lastEquity: 10_000 },
    statistics: { buyAndHold: { kind: "none", reason: "no_candles" } },
  });
  const minutes = history(500);
  for (const minute of minutes.slice(0, 250)) run.step(minute);
  expect(run.result().trades.length).toBeGreaterThan(0);
  for (const minute of minutes.slice(250)) run.step(minute);
  expect(run.result()).toEqual(backtest(PLAN, minutes, new EmaCross()));
});
