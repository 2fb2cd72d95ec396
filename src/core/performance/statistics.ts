/** What a strategy has achieved, each figure with its definition, its sample, or why there is none. */
import { type Fixed, numberFromFixed } from "../fixed.ts";
import type { Costs } from "../trading/fill.ts";
import type { Trade } from "../trading/trade.ts";
import { DAY_MS, type Drawdown, dailyReturns, type EquityState } from "./equity.ts";

/** A figure over `sample` trades, days or candles. `endless` is a division by no loss at all: ∞. */
export type Figure =
  | { readonly kind: "value"; readonly value: number; readonly sample: number }
  | { readonly kind: "endless"; readonly sample: number }
  | { readonly kind: "none"; readonly reason: NoFigure; readonly sample: number };

/** Why a figure would be made up. */
export type NoFigure = "no_trades" | "under_30_days" | "no_variation" | "no_candles";

export interface Statistics {
  readonly trades: number;
  /** Σ net profit of the closed trades. */
  readonly netProfit: Fixed;
  /** Trades with net profit > 0 ÷ all closed trades. */
  readonly winRate: Figure;
  /** Σ net wins ÷ |Σ net losses|. */
  readonly profitFactor: Figure;
  /** Mean net profit a trade, in the quote asset. */
  readonly expectancy: Figure;
  /** Equity at the end ÷ at the start − 1, open position included. */
  readonly totalReturn: Figure;
  /** Max (peak − equity) ÷ peak, marked to market at 1m closes; null when equity never fell. */
  readonly maxDrawdown: Drawdown | null;
  /** Mean ÷ standard deviation (n − 1) of daily returns × √365. */
  readonly sharpe: Figure;
  /** Mean ÷ √(Σ min(r, 0)² ÷ n) of daily returns × √365. */
  readonly sortino: Figure;
  /** Yearly growth ÷ max drawdown. */
  readonly calmar: Figure;
  /** What buying at the first open and selling at the last close had brought, costs included. */
  readonly buyAndHold: Figure;
}

/** The period's first open and last close, and how many 1m candles it has. */
export interface HoldPeriod {
  readonly firstOpen: number;
  readonly lastClose: number;
  readonly candles: number;
}

/** Fewer daily returns than this say nothing about a year. */
export const RATIO_DAYS_MIN = 30;

const DAYS_A_YEAR = 365;

/** The statistics of one run. `hold` is null where no candle was seen. */
export function statisticsOf(
  trades: readonly Pick<Trade, "netProfit">[],
  equity: EquityState,
  period: { readonly hold: HoldPeriod | null; readonly costs: Costs },
): Statistics {
  const profits = trades.map(({ netProfit }) => netProfit);
  const returns = dailyReturns(equity);
  return {
    trades: trades.length,
    netProfit: sum(profits),
    winRate: ofTrades(profits, (all) => all.filter((profit) => profit > 0n).length / all.length),
    profitFactor: profitFactor(profits),
    expectancy: ofTrades(profits, (all) => numberFromFixed(sum(all)) / all.length),
    totalReturn: value(equity.lastEquity / equity.startEquity - 1, trades.length),
    maxDrawdown: equity.drawdown,
    sharpe: ofDays(returns, (days) => yearly(mean(days), deviation(days), days.length)),
    sortino: ofDays(returns, (days) => yearly(mean(days), downside(days), days.length)),
    calmar: ofDays(returns, (days) =>
      ratio(yearlyGrowth(equity), equity.drawdown?.fraction ?? 0, days.length),
    ),
    buyAndHold: buyAndHold(period.hold, period.costs),
  };
}

function profitFactor(profits: readonly Fixed[]): Figure {
  const losses = sum(profits.filter((profit) => profit < 0n));
  const wins = sum(profits.filter((profit) => profit > 0n));
  if (profits.length === 0) return { kind: "none", reason: "no_trades", sample: 0 };
  if (losses === 0n && wins > 0n) return { kind: "endless", sample: profits.length };
  if (losses === 0n) return { kind: "none", reason: "no_variation", sample: profits.length };
  return value(numberFromFixed(wins) / -numberFromFixed(losses), profits.length);
}

function buyAndHold(hold: HoldPeriod | null, { feeRate, slippageRate }: Costs): Figure {
  if (hold === null) return { kind: "none", reason: "no_candles", sample: 0 };
  const fee = numberFromFixed(feeRate);
  const slippage = numberFromFixed(slippageRate);
  const paid = hold.firstOpen * (1 + slippage) * (1 + fee);
  return value((hold.lastClose * (1 - slippage) * (1 - fee)) / paid - 1, hold.candles);
}

function ofTrades(
  profits: readonly Fixed[],
  calculate: (profits: readonly Fixed[]) => number,
): Figure {
  if (profits.length === 0) return { kind: "none", reason: "no_trades", sample: 0 };
  return value(calculate(profits), profits.length);
}

function ofDays(
  returns: readonly number[],
  calculate: (returns: readonly number[]) => Figure,
): Figure {
  if (returns.length < RATIO_DAYS_MIN) {
    return { kind: "none", reason: "under_30_days", sample: returns.length };
  }
  return calculate(returns);
}

function yearly(gain: number, risk: number, sample: number): Figure {
  return ratio(gain * Math.sqrt(DAYS_A_YEAR), risk, sample);
}

/** A gain without any risk is endless; nothing over nothing says nothing. */
function ratio(gain: number, risk: number, sample: number): Figure {
  if (risk > 0) return value(gain / risk, sample);
  return gain > 0 ? { kind: "endless", sample } : { kind: "none", reason: "no_variation", sample };
}

function yearlyGrowth({ startTime, startEquity, lastTime, lastEquity }: EquityState): number {
  const years = (lastTime - startTime) / (DAYS_A_YEAR * DAY_MS);
  return (lastEquity / startEquity) ** (1 / years) - 1;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((total, each) => total + (each - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

function downside(values: readonly number[]): number {
  return Math.sqrt(mean(values.map((each) => Math.min(each, 0) ** 2)));
}

function sum(amounts: readonly Fixed[]): Fixed {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

function value(number: number, sample: number): Figure {
  return { kind: "value", value: number, sample };
}
