/** The same bot over history: a backtest is the live decisions made from recorded minutes. */
import type { Fixed } from "../fixed.ts";
import { numberFromFixed } from "../fixed.ts";
import { boundaryOf, isHole, type MarketMinute } from "../market-minute.ts";
import { EquityCurve, type EquityState } from "../performance/equity.ts";
import { type HoldPeriod, type Statistics, statisticsOf } from "../performance/statistics.ts";
import { Bot, type BotMarket, type BotMinute } from "../trading/bot.ts";
import { type BotState, newBotState } from "../trading/bot-state.ts";
import type { Command } from "../trading/command.ts";
import type { Fact } from "../trading/fact.ts";
import type { RiskSettings } from "../trading/risk.ts";
import type { Signals } from "../trading/signal.ts";
import type { Trade } from "../trading/trade.ts";

export interface BacktestPlan {
  readonly market: BotMarket;
  readonly settings: RiskSettings;
  readonly capital: Fixed;
}

/** What the rules say: asked once a minute, in order, holes included; it takes the minute's candles first. */
export interface SignalSource {
  /**
   * The signals where a candle of the strategy's timeframe closes with the minute, else null. They
   * are read at once: the next call may write them anew.
   */
  next(minute: MarketMinute): Signals | null;
}

export interface BacktestResult {
  readonly trades: readonly Trade[];
  readonly statistics: Statistics;
  readonly equity: EquityState;
  /** With the position that is still open at the end: it is marked, not closed. */
  readonly state: BotState;
}

/** Runs a whole history at once. */
export function backtest(
  plan: BacktestPlan,
  minutes: Iterable<MarketMinute>,
  signals: SignalSource,
): BacktestResult {
  const run = new Backtest(plan, signals);
  for (const minute of minutes) run.step(minute);
  return run.result();
}

/** A history minute by minute, for who shows progress or stops half-way. */
export class Backtest {
  readonly #plan: BacktestPlan;
  readonly #signals: SignalSource;
  readonly #bot: Bot;
  readonly #trades: Trade[] = [];
  /** Written anew each minute: a million of them would keep the garbage collector busier than the bot. */
  readonly #minute: { -readonly [Key in keyof BotMinute]: BotMinute[Key] };
  #curve: EquityCurve | null = null;
  #firstOpen = 0;
  #lastClose = 0;
  #lastBoundary = 0;
  #candles = 0;

  constructor(plan: BacktestPlan, signals: SignalSource) {
    this.#plan = plan;
    this.#signals = signals;
    this.#bot = new Bot(plan.market, newBotState(plan.settings));
    this.#minute = { openTime: 0, commands: NO_COMMANDS, candle: null, signals: null };
  }

  /** Takes the next minute; the first one begins the run. */
  step(minute: MarketMinute): readonly Fact[] {
    const { openTime } = minute;
    const candle = isHole(minute) ? null : (minute.candles[0] ?? null);
    this.#minute.openTime = openTime;
    this.#minute.commands = this.#curve === null ? this.#begin(openTime) : NO_COMMANDS;
    this.#minute.candle = candle;
    this.#minute.signals = this.#signals.next(minute);
    const facts = this.#bot.step(this.#minute);
    for (const fact of facts) if (fact.kind === "position_closed") this.#trades.push(fact.trade);
    this.#lastBoundary = boundaryOf(minute);
    if (candle === null) return facts;
    if (this.#candles === 0) this.#firstOpen = candle.open;
    this.#candles += 1;
    this.#lastClose = candle.close;
    // A flat wallet's equity stands still: only a position, or what happened to one, makes a mark.
    if (facts.length > 0 || this.#bot.state.position !== null) this.#mark();
    return facts;
  }

  result(): BacktestResult {
    const { market, capital } = this.#plan;
    if (this.#curve !== null) this.#mark();
    const equity = (this.#curve ?? EquityCurve.begin(0, numberFromFixed(capital))).state;
    const hold: HoldPeriod | null =
      this.#candles === 0
        ? null
        : { firstOpen: this.#firstOpen, lastClose: this.#lastClose, candles: this.#candles };
    const statistics = statisticsOf(this.#trades, equity, { hold, costs: market.costs });
    return { trades: this.#trades, statistics, equity, state: this.#bot.state };
  }

  #begin(openTime: number): readonly Command[] {
    const { capital } = this.#plan;
    this.#curve = EquityCurve.begin(openTime, numberFromFixed(capital));
    return [
      { kind: "create", id: 1, capital },
      { kind: "start", id: 2 },
    ];
  }

  #mark(): void {
    this.#curve?.push(this.#lastBoundary, this.#bot.equityAt(this.#lastClose));
  }
}

const NO_COMMANDS: readonly Command[] = [];
