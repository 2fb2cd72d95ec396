/** The built-in strategies: their names, their order and their risk settings by timeframe. */
import { type Timeframe, timeframeMs } from "../timeframe.ts";

/** Risk settings; percentages are positive numbers of percent, null is "off". */
export interface RiskSettings {
  readonly takeProfitPercent: number | null;
  readonly stopLossPercent: number | null;
  /** Longest time that a position is held. */
  readonly maxTimeMs: number | null;
  /** Shortest time between an exit and the next entry. */
  readonly cooldownMs: number | null;
  /** Percent of the equity that one position takes. */
  readonly sizePercent: number;
}

export interface BuiltInStrategy {
  readonly id: string;
  readonly name: string;
  /** Whether a new person gets it. */
  readonly isDefault: boolean;
  settings(timeframe: Timeframe): RiskSettings;
}

/** In the order in which they are shown. */
export const BUILT_IN_STRATEGIES: readonly BuiltInStrategy[] = [
  builtIn("quickstrike-scalp", "QuickStrike Scalp", {
    isDefault: true,
    ...{ takeProfit: 3, stopLoss: 1.5, maxMinutes: 15, cooldownMinutes: 1 },
  }),
  builtIn("trend-follower", "Trend Follower", {
    isDefault: true,
    ...{ takeProfit: 2, stopLoss: 2, maxMinutes: 60, cooldownMinutes: 5 },
  }),
  builtIn("conservative-trend", "Conservative Trend", {
    isDefault: true,
    ...{ takeProfit: 2, stopLoss: 2.5, maxMinutes: 120, cooldownMinutes: 5 },
  }),
  builtIn("rsi-ema", "RSI + EMA", {
    isDefault: false,
    ...{ takeProfit: 2.5, stopLoss: 1.5, maxMinutes: 60, cooldownMinutes: 5 },
  }),
  builtIn("momentum-crossover", "Momentum Crossover", {
    isDefault: false,
    ...{ takeProfit: 2.5, stopLoss: 1.5, maxMinutes: 60, cooldownMinutes: 5 },
  }),
  builtIn("volume-breakout", "Volume Breakout", {
    isDefault: false,
    ...{ takeProfit: 2.5, stopLoss: 1.5, maxMinutes: 45, cooldownMinutes: 3 },
  }),
  builtIn("bollinger-bounce", "Bollinger Bounce", {
    isDefault: false,
    ...{ takeProfit: 1.8, stopLoss: 2, maxMinutes: null, cooldownMinutes: null },
  }),
];

/** As the strategy was first tuned, on charts of five minutes. */
interface Tuning {
  readonly isDefault: boolean;
  readonly takeProfit: number;
  readonly stopLoss: number;
  readonly maxMinutes: number | null;
  readonly cooldownMinutes: number | null;
}

/** The share of the equity that a position takes when nothing else is said. */
const SIZE_PERCENT = 10;

const MINUTE_MS = 60_000;
const TUNED_ON_MS = 5 * MINUTE_MS;

function builtIn(id: string, name: string, tuning: Tuning): BuiltInStrategy {
  return {
    id,
    name,
    isDefault: tuning.isDefault,
    settings: (timeframe) => ({
      takeProfitPercent: tuning.takeProfit,
      stopLossPercent: tuning.stopLoss,
      maxTimeMs: stretched(tuning.maxMinutes, timeframe),
      cooldownMs: stretched(tuning.cooldownMinutes, timeframe),
      sizePercent: SIZE_PERCENT,
    }),
  };
}

/** The same number of candles on longer charts, the same time on shorter ones; at least one candle. */
function stretched(minutes: number | null, timeframe: Timeframe): number | null {
  if (minutes === null) return null;
  const candleMs = timeframeMs(timeframe);
  const sameTime = minutes * MINUTE_MS;
  return Math.max(candleMs, Math.round(sameTime * Math.max(1, candleMs / TUNED_ON_MS)));
}
