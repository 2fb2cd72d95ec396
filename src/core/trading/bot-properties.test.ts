/** What holds for every bot in every market: money balances, repeats and restarts change nothing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { BTC, BTC_MARKET, d } from "../../../test/bot-rig.ts";
import { MARKET_START, seededRandom } from "../../../test/indicator-candles.ts";
import type { Fixed } from "../fixed.ts";
import { MINUTE_MS } from "../timeframe.ts";
import { Bot, type BotMarket, type BotMinute } from "./bot.ts";
import { newBotState } from "./bot-state.ts";
import type { Command } from "./command.ts";
import type { Fact } from "./fact.ts";
import { type Account, amountOf, type Posting } from "./ledger.ts";
import type { RiskSettings } from "./risk.ts";

/** A market in whole cents that jumps, gaps and halts, with rules and users that do anything. */
function story(seed: number, count: number): BotMinute[] {
  const random = seededRandom(seed);
  const chance = (part: number) => random() < part;
  const truth = (part: number) => (chance(0.05) ? null : chance(part));
  let cents = 5_000_000;
  let commands = 2;
  return Array.from({ length: count }, (_, i): BotMinute => {
    const openTime = MARKET_START + i * MINUTE_MS;
    const jump = chance(0.02) ? 0.4 + 2 * random() : 1;
    const open = Math.max(100, Math.round(cents * jump));
    const close = Math.max(100, Math.round(open * (1 + 0.02 * (random() - 0.5))));
    const high = Math.round(Math.max(open, close) * (1 + 0.01 * random()));
    const low = Math.max(50, Math.round(Math.min(open, close) * (1 - 0.01 * random())));
    cents = close;
    const isHole = chance(0.03);
    const price = { open: open / 100, high: high / 100, low: low / 100, close: close / 100 };
    return {
      openTime,
      commands:
        i === 0
          ? [
              { kind: "create", id: 1, capital: d("10000") },
              { kind: "start", id: 2 },
            ]
          : chance(0.04)
            ? [anyCommand(++commands, random)]
            : [],
      candle: isHole ? null : { openTime, ...price, volume: 1 },
      signals: chance(0.5)
        ? {
            longEntry: truth(0.3),
            longExit: truth(0.1),
            shortEntry: truth(0.3),
            shortExit: truth(0.1),
            atr: chance(0.1) ? Number.NaN : Math.round(cents * 0.01 * random()) / 100,
          }
        : null,
    };
  });
}

function anyCommand(id: number, random: () => number): Command {
  const kinds = ["start", "start", "start", "stop", "edit", "reset", "close"] as const;
  const kind = kinds[Math.floor(random() * kinds.length)] ?? "start";
  if (kind === "stop") return { kind, id, position: random() < 0.5 ? "keep" : "close" };
  if (kind === "edit") return { kind, id, version: id, settings: anySettings(random) };
  return { kind, id };
}

function anySettings(random: () => number): RiskSettings {
  const some = <T>(value: T): T | null => (random() < 0.5 ? value : null);
  const percent = () => Math.round(random() * 80 + 1) / 10;
  return {
    size:
      random() < 0.5
        ? { kind: "percent", percent: random() < 0.5 ? 100 : 10 * percent() }
        : { kind: "base", quantity: BigInt(Math.ceil(random() * 30_000)) * 1_000n },
    takeProfitPercent: some(percent()),
    stopLoss: some(
      random() < 0.5
        ? { kind: "percent", percent: percent() }
        : { kind: "atr", period: 14, multiple: percent() },
    ),
    trailingStop: some({ percent: percent(), activationPercent: some(percent()) }),
    maxTimeMs: some(Math.ceil(random() * 60) * MINUTE_MS),
    cooldownMs: some(Math.ceil(random() * 10) * MINUTE_MS),
  };
}

function freshBot(seed: number, market: BotMarket = BTC_MARKET): Bot {
  return new Bot(market, newBotState(anySettings(seededRandom(seed + 1))));
}

function run(bot: Bot, minutes: readonly BotMinute[]): Fact[] {
  return minutes.flatMap((minute) => bot.step(minute));
}

const EVERYTHING = [
  "already_closing",
  "already_off",
  "already_on",
  "closed",
  "command_applied",
  "edited",
  "exit_signal",
  "filled",
  "liquidation",
  "manual",
  "max_time",
  "not_enough_cash",
  "nothing_open",
  "order_placed",
  "position_opened",
  "reset",
  "run_began",
  "stop_loss",
  "stop_moved",
  "stopped",
  "take_profit",
  "trailing_stop",
  "under_minimum_notional",
  "under_minimum_quantity",
];

const MINUTES = 150;
const seeds = fc.integer({ min: 0, max: 1e9 });
const check = (property: (seed: number) => void) =>
  fc.assert(fc.property(seeds, property), { numRuns: 60 });

const postingsOf = (fact: Fact): readonly Posting[] => ("postings" in fact ? fact.postings : []);

test("postings balance, cash is never negative, and positions are the sum of their fills", () => {
  check((seed) => {
    const bot = freshBot(seed);
    const balance = new Map<Account, Fixed>();
    let held = 0n;
    for (const minute of story(seed, MINUTES)) {
      for (const fact of bot.step(minute)) {
        const postings = postingsOf(fact);
        for (const asset of ["quote", "base"] as const) {
          const lines = postings.filter((posting) => posting.asset === asset);
          expect(lines.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
        }
        for (const account of ["cash", "collateral", "position", "house"] as const) {
          const after = (balance.get(account) ?? 0n) + amountOf(account, postings);
          balance.set(account, after);
          if (account === "cash" || account === "collateral") expect(after >= 0n).toBe(true);
          if (account === "house") expect(after <= 0n).toBe(true);
        }
        if (fact.kind === "filled") {
          held += fact.fill.side === "buy" ? fact.fill.quantity : -fact.fill.quantity;
        }
      }
      const { cash, position } = bot.state;
      const sign = position?.direction === "short" ? -1n : 1n;
      expect(balance.get("cash") ?? 0n).toBe(cash);
      expect(balance.get("position") ?? 0n).toBe(sign * (position?.quantity ?? 0n));
      expect(held).toBe(sign * (position?.quantity ?? 0n));
      const locked = position?.direction === "short" ? 2n * position.entryNotional : 0n;
      expect(balance.get("collateral") ?? 0n).toBe(locked);
    }
  });
});

test("the stories reach every way out, every denial and every withdrawal", () => {
  const reached = new Set<string>();
  for (let seed = 0; seed < 100; seed += 1) {
    for (const fact of run(freshBot(seed), story(seed, MINUTES))) {
      if (fact.kind === "position_closed") reached.add(fact.trade.reason);
      else if ("reason" in fact) reached.add(fact.reason);
      else reached.add(fact.kind);
    }
  }
  expect([...reached].sort()).toEqual(EVERYTHING);
});

test("the profits of a run's trades are what its cash has changed by", () => {
  check((seed) => {
    const bot = freshBot(seed);
    const profits = new Map<number, Fixed>();
    for (const fact of run(bot, story(seed, MINUTES))) {
      if (fact.kind !== "position_closed") continue;
      profits.set(fact.run, (profits.get(fact.run) ?? 0n) + fact.trade.netProfit);
    }
    const { cash, capital, run: current, position } = bot.state;
    const open = position === null ? 0n : position.entryNotional + position.entryFee;
    expect(cash + open - capital).toBe(profits.get(current) ?? 0n);
  });
});

test("a minute given twice has no effect, and neither has a quiet one left out", () => {
  check((seed) => {
    const minutes = story(seed, MINUTES);
    const once = freshBot(seed);
    const twice = freshBot(seed);
    const sparse = freshBot(seed);
    for (const minute of minutes) {
      const before = once.state;
      const facts = once.step(minute);
      if (facts.length === 0) expect(once.state).toBe(before);
      else expect(sparse.step(minute)).toEqual(facts);
      expect(twice.step(minute)).toEqual(facts);
      expect(twice.step(minute)).toEqual([]);
      expect(new Bot(BTC_MARKET, once.state).step(minute)).toEqual([]);
    }
    expect(twice.state).toEqual(once.state);
    expect(sparse.state).toEqual(once.state);
  });
});

test("a bot restored from any minute's snapshot continues as the uninterrupted one", () => {
  check((seed) => {
    const minutes = story(seed, MINUTES);
    const whole = freshBot(seed);
    let restored = freshBot(seed);
    for (const minute of minutes) {
      restored = new Bot(BTC_MARKET, structuredClone(restored.state));
      expect(restored.step(minute)).toEqual(whole.step(minute));
    }
    expect(restored.state).toEqual(whole.state);
  });
});

test("what happened does not depend on what comes later", () => {
  check((seed) => {
    const cut = seed % MINUTES;
    const minutes = story(seed, MINUTES);
    const other = [...minutes.slice(0, cut), ...story(seed + 7, MINUTES).slice(cut)];
    const past = (facts: readonly Fact[]) =>
      facts.filter(({ openTime }) => openTime < MARKET_START + cut * MINUTE_MS);
    expect(past(run(freshBot(seed), other))).toEqual(past(run(freshBot(seed), minutes)));
  });
});

test("facts are numbered from 0 in each minute, and minutes ascend", () => {
  check((seed) => {
    let previous: Fact | null = null;
    for (const fact of run(freshBot(seed), story(seed, MINUTES))) {
      const isSame: boolean = previous?.openTime === fact.openTime;
      expect(fact.ordinal).toBe(isSame ? (previous?.ordinal ?? 0) + 1 : 0);
      if (!isSame) expect(fact.openTime).toBeGreaterThan(previous?.openTime ?? -1);
      previous = fact;
    }
  });
});

test("in another unit of money the same trades are made, at profits in that unit", () => {
  const quantity = d("0.02");
  check((seed) => {
    const settings: RiskSettings = {
      ...anySettings(seededRandom(seed)),
      size: { kind: "base", quantity },
    };
    const scaledInstrument = { ...BTC, tickSize: 10n * BTC.tickSize, notionalMin: d("50") };
    const minutes = story(seed, MINUTES).map((minute) => ({
      ...minute,
      commands: minute.commands.filter(({ kind }) => kind !== "edit"),
    }));
    const scaled = minutes.map((minute) => scaleMinute(minute));
    const plain = trades(new Bot(BTC_MARKET, newBotState(settings)), minutes);
    const market = { ...BTC_MARKET, instrument: scaledInstrument };
    const tenfold = trades(new Bot(market, newBotState(settings)), scaled);
    expect(tenfold.map(({ reason, exitTime }) => [reason, exitTime])).toEqual(
      plain.map(({ reason, exitTime }) => [reason, exitTime]),
    );
    tenfold.forEach((trade, i) => {
      const one = plain[i];
      expect(trade.exitPrice).toBe(10n * (one?.exitPrice ?? 0n));
      // Both fees are rounded up at the eighth decimal of their own unit.
      const apart = trade.netProfit - 10n * (one?.netProfit ?? 0n);
      expect(apart >= 0n && apart <= 20n).toBe(true);
    });
  });
});

function trades(bot: Bot, minutes: readonly BotMinute[]) {
  return run(bot, minutes).flatMap((fact) => (fact.kind === "position_closed" ? [fact.trade] : []));
}

function scaleMinute(minute: BotMinute): BotMinute {
  const { candle, signals } = minute;
  const tenfold = (price: number) => Math.round(price * 1000) / 100;
  return {
    ...minute,
    commands: minute.commands.map((command) =>
      command.kind === "create" ? { ...command, capital: 10n * command.capital } : command,
    ),
    candle: candle && {
      ...candle,
      open: tenfold(candle.open),
      high: tenfold(candle.high),
      low: tenfold(candle.low),
      close: tenfold(candle.close),
    },
    signals: signals && { ...signals, atr: signals.atr * 10 },
  };
}
