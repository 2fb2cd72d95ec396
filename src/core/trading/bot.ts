/**
 * The state machine of one strategy: a minute goes in, facts come out.
 *
 * The order within a minute: commands; the pending order at the open; stop, liquidation and target
 * on the 1m candle; the trail; then, at the close, maximum time, exit rule and entry rule, whose
 * orders fill at the next open.
 */
import { assert, unreachable } from "../assert.ts";
import type { Candle } from "../candle.ts";
import { type Fixed, fixedFromNumber } from "../fixed.ts";
import type { Instrument } from "../instrument.ts";
import { MINUTE_MS } from "../timeframe.ts";
import type { BotState } from "./bot-state.ts";
import { type Command, refusalOf } from "./command.ts";
import { type Exit, exitOn } from "./exit.ts";
import type { Fact, Happening } from "./fact.ts";
import { type Costs, fillAt, marketPrice } from "./fill.ts";
import { amountOf, capitalPostings, entryPostings, exitPostings } from "./ledger.ts";
import {
  type EntryOrder,
  type ExitOrder,
  entrySide,
  exitSide,
  type Order,
  type Withdrawal,
} from "./order.ts";
import { levelsOf, type Position, withStop } from "./position.ts";
import { riskFault, sizeEntry } from "./risk.ts";
import { entryOf, isExit, type Signals } from "./signal.ts";
import { tradeOf } from "./trade.ts";
import { type Watch, watchOf } from "./watch.ts";
import { equityAt, type Worth, worthOf } from "./worth.ts";

/** What is the same for every bot of an instrument. */
export interface BotMarket {
  readonly instrument: Instrument;
  readonly costs: Costs;
}

/** One closed minute as a bot sees it. */
export interface BotMinute {
  readonly openTime: number;
  /** Those that take effect at `openTime`, in order. */
  readonly commands: readonly Command[];
  /** The 1m candle; null in a hole. */
  readonly candle: Candle | null;
  /** What the rules say, where a candle of the strategy's timeframe closes with this minute. */
  readonly signals: Signals | null;
}

/**
 * After a denial the next entry waits at least this long: a rule that stays true would otherwise be
 * denied at every close, 1,440 times a day.
 */
export const DENIAL_PAUSE_MS = 60 * MINUTE_MS;

const NOTHING: readonly Fact[] = [];

/** State changes only together with facts: a minute without facts may be left out, or given twice. */
export class Bot {
  readonly #market: BotMarket;
  #state: BotState;
  /** Worked out from the state when next needed; null after a change. */
  #watch: Watch | null = null;
  #worth: Worth | null = null;
  #lastTime: number;
  #facts: Fact[] | null = null;

  constructor(market: BotMarket, state: BotState) {
    this.#market = market;
    this.#state = state;
    this.#lastTime = state.openTime;
  }

  /** The snapshot: another bot made from it continues as this one would. */
  get state(): BotState {
    return this.#state;
  }

  /** Cash plus the position at this price, in the quote asset. */
  equityAt(price: number): number {
    this.#worth ??= worthOf(this.#state.cash, this.#state.position);
    return equityAt(this.#worth, price);
  }

  /** Takes the next minute and says what happened. One that is not later than the last has no effect. */
  step(minute: BotMinute): readonly Fact[] {
    const { openTime, candle, commands } = minute;
    if (openTime <= this.#lastTime) return NOTHING;
    this.#lastTime = openTime;
    for (const command of commands) this.#obey(command);
    if (candle !== null) {
      if (this.#state.order !== null) this.#fill(this.#state.order, candle);
      this.#settle(candle);
    }
    this.#decide(openTime + MINUTE_MS, minute.signals);
    if (this.#facts === null) return NOTHING;
    const facts = this.#facts;
    this.#facts = null;
    this.#state = { ...this.#state, openTime };
    return facts;
  }

  #obey(command: Command): void {
    const { kind, id } = command;
    const reason = refusalOf(command, this.#state);
    if (reason !== null) {
      this.#tell({ kind: "command_refused", command: kind, id, reason });
      return;
    }
    this.#tell({ kind: "command_applied", command: kind, id });
    switch (command.kind) {
      case "create":
        this.#change({ status: "off", capital: command.capital });
        this.#beginRun();
        break;
      case "start":
        this.#change({ status: "on" });
        break;
      case "stop":
        this.#change({ status: "off" });
        this.#withdrawEntry("stopped");
        if (command.position === "close") this.#leaveAtOpen();
        break;
      case "edit":
        this.#edit(command);
        break;
      case "close":
        this.#withdrawEntry("closed");
        this.#leaveAtOpen();
        break;
      case "reset":
        this.#withdrawEntry("reset");
        this.#change({ whenFlat: this.#state.whenFlat === "delete" ? "delete" : "reset" });
        this.#leaveAtOpen();
        this.#finishWhenFlat();
        break;
      case "delete":
        this.#withdrawEntry("deleted");
        this.#change({ whenFlat: "delete" });
        this.#leaveAtOpen();
        this.#finishWhenFlat();
        break;
      default:
        unreachable(command);
    }
  }

  #edit({ settings, version }: Extract<Command, { kind: "edit" }>): void {
    assert(riskFault(settings) === null, "an edit has sound settings");
    this.#withdrawEntry("edited");
    const { position } = this.#state;
    const edited = position === null ? null : withStop(position, settings.stopLoss);
    this.#change({ settings, version, position: edited });
  }

  #withdrawEntry(reason: Withdrawal): void {
    const { order } = this.#state;
    if (order?.kind !== "entry") return;
    this.#change({ order: null });
    this.#tell({ kind: "order_withdrawn", direction: order.direction, reason });
  }

  /** Orders a manual exit for this minute's open, unless the position is leaving already. */
  #leaveAtOpen(): void {
    if (this.#state.position === null || this.#state.order !== null) return;
    this.#place({ kind: "exit", reason: "manual", placedTime: this.#lastTime });
  }

  #finishWhenFlat(): void {
    const { whenFlat, position } = this.#state;
    if (position !== null || whenFlat === "stay") return;
    this.#change({ whenFlat: "stay" });
    if (whenFlat === "reset") {
      this.#beginRun();
    } else {
      this.#change({ status: "deleted" });
      this.#tell({ kind: "deleted" });
    }
  }

  #beginRun(): void {
    const { capital, cash } = this.#state;
    const run = this.#state.run + 1;
    const postings = capitalPostings(capital - cash);
    this.#change({ cash: capital, run, restUntil: 0 });
    this.#tell({ kind: "run_began", run, capital, postings });
  }

  #place(order: Order): void {
    this.#change({ order });
    this.#tell({ kind: "order_placed", order });
  }

  #fill(order: Order, candle: Candle): void {
    this.#change({ order: null });
    const open = fixedFromNumber(candle.open);
    if (order.kind === "entry") {
      this.#enter(order, open);
      return;
    }
    const { position } = this.#state;
    assert(position !== null, "an exit order belongs to a position");
    const price = marketPrice(open, exitSide(position.direction), this.#pricing());
    this.#leave(position, { reason: order.reason, price, time: candle.openTime });
  }

  #enter({ direction, atr }: EntryOrder, open: Fixed): void {
    const { settings, cash } = this.#state;
    const side = entrySide(direction);
    const price = marketPrice(open, side, this.#pricing());
    const sized = sizeEntry(settings.size, { cash, price }, this.#market);
    if (sized.kind === "denied") {
      const pauseMs = Math.max(settings.cooldownMs ?? 0, DENIAL_PAUSE_MS);
      this.#change({ restUntil: this.#lastTime + pauseMs });
      this.#tell({ kind: "order_denied", direction, price, reason: sized.reason });
      return;
    }
    const { quantity } = sized;
    const fill = fillAt({ side, price, quantity, time: this.#lastTime }, this.#market.costs);
    const postings = entryPostings(direction, fill);
    const position: Position = {
      direction,
      quantity,
      entryPrice: price,
      entryNotional: fill.notional,
      entryFee: fill.fee,
      entryTime: fill.time,
      best: price,
      stopLoss: settings.stopLoss,
      atr,
    };
    this.#change({ cash: cash + amountOf("cash", postings), position });
    this.#tell({ kind: "filled", fill, postings });
    this.#tell({ kind: "position_opened", position });
  }

  #leave(position: Position, { reason, price, time }: Exit): void {
    const { settings, cash, run } = this.#state;
    const { direction, quantity } = position;
    const side = exitSide(direction);
    const fill = fillAt({ side, price, quantity, time }, this.#market.costs);
    const postings = exitPostings(position, fill);
    const trade = tradeOf(position, { fill, reason, postings });
    const after = cash + amountOf("cash", postings);
    assert(after >= 0n, "cash is never negative");
    this.#change({ cash: after, position: null, restUntil: time + (settings.cooldownMs ?? 0) });
    this.#tell({ kind: "filled", fill, postings });
    this.#tell({ kind: "position_closed", trade, run });
    this.#finishWhenFlat();
  }

  #settle(candle: Candle): void {
    const { position, settings } = this.#state;
    if (position === null) return;
    this.#watch ??= watchOf(position, settings, this.#market.instrument.tickSize);
    if (candle.low > this.#watch.below && candle.high < this.#watch.above) return;
    const { direction } = position;
    const levels = levelsOf(position, settings, this.#market.instrument.tickSize);
    const exit = exitOn(candle, { direction, levels }, this.#pricing());
    if (exit === null) this.#raiseTrail(position, candle);
    else this.#leave(position, exit);
  }

  #raiseTrail(position: Position, candle: Candle): void {
    const { settings } = this.#state;
    const { direction } = position;
    const { tickSize } = this.#market.instrument;
    const best = fixedFromNumber(direction === "long" ? candle.high : candle.low);
    if (direction === "long" ? best <= position.best : best >= position.best) return;
    const raised = { ...position, best };
    const { stop } = levelsOf(raised, settings, tickSize);
    if (stop === null || stop === levelsOf(position, settings, tickSize).stop) return;
    this.#change({ position: raised });
    this.#tell({ kind: "stop_moved", best, stop });
  }

  #decide(boundary: number, signals: Signals | null): void {
    const { position, order } = this.#state;
    if (order !== null) return;
    if (position !== null) {
      const reason = this.#exitReason(position, boundary, signals);
      if (reason !== null) this.#place({ kind: "exit", reason, placedTime: boundary });
      return;
    }
    if (signals === null || entryBlock(this.#state, boundary, signals) !== null) return;
    const direction = entryOf(signals);
    if (direction === null) return;
    const atr = this.#state.settings.stopLoss?.kind === "atr" ? signals.atr : null;
    this.#place({ kind: "entry", direction, placedTime: boundary, atr });
  }

  #exitReason(
    position: Position,
    boundary: number,
    signals: Signals | null,
  ): Exclude<ExitOrder["reason"], "manual"> | null {
    const { maxTimeMs } = this.#state.settings;
    if (maxTimeMs !== null && boundary - position.entryTime >= maxTimeMs) return "max_time";
    return signals !== null && isExit(signals, position.direction) ? "exit_signal" : null;
  }

  #pricing(): { readonly tickSize: Fixed; readonly costs: Costs } {
    return { tickSize: this.#market.instrument.tickSize, costs: this.#market.costs };
  }

  #change(change: Partial<BotState>): void {
    this.#state = { ...this.#state, ...change };
    this.#watch = null;
    this.#worth = null;
  }

  #tell(happening: Happening): void {
    this.#facts ??= [];
    const fact = { ...happening, openTime: this.#lastTime, ordinal: this.#facts.length };
    this.#facts.push(fact);
  }
}

/** What keeps a bot from ordering an entry at a close. */
export type EntryBlock = "off" | "position" | "order" | "cooldown" | "both_sides" | "atr_unknown";

/** The first reason why no entry may be ordered at this boundary, whatever the rules say; null when it may. */
export function entryBlock(state: BotState, boundary: number, signals: Signals): EntryBlock | null {
  if (state.status !== "on") return "off";
  if (state.position !== null) return "position";
  if (state.order !== null) return "order";
  if (boundary < state.restUntil) return "cooldown";
  if (signals.longEntry === true && signals.shortEntry === true) return "both_sides";
  const isMeasured = state.settings.stopLoss?.kind === "atr";
  return isMeasured && Number.isNaN(signals.atr) ? "atr_unknown" : null;
}
