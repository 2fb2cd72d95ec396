/** The built-in strategies: their names, their order, their rules, and their risk settings by timeframe. */
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

/** When to enter and leave, each in the rule language; `never` where a side is not traded. */
export interface StrategyRules {
  readonly longEntry: string;
  readonly longExit: string;
  readonly shortEntry: string;
  readonly shortExit: string;
}

export interface BuiltInStrategy {
  readonly id: string;
  readonly name: string;
  /** Whether a new person gets it. */
  readonly isDefault: boolean;
  /**
   * The same on every timeframe: what they measure in is the market's own (averages, ranges,
   * ratios). An entry is true at the close that completes it, not as long as its trend lasts, so
   * that a position that was stopped is not opened again at the next candle; an exit is never true
   * together with its entry.
   */
  readonly rules: StrategyRules;
  settings(timeframe: Timeframe): RiskSettings;
}

/** In the order in which they are shown. */
export const BUILT_IN_STRATEGIES: readonly BuiltInStrategy[] = [
  // A burst: momentum becomes strong with the fast averages and more than usual volume behind it.
  builtIn("quickstrike-scalp", "QuickStrike Scalp", {
    isDefault: true,
    ...{ takeProfit: 3, stopLoss: 1.5, maxMinutes: 15, cooldownMinutes: 1 },
    rules: {
      longEntry:
        "rsi(9) crosses above 65 and ema(12) > ema(26) and close > ema(12) and volume > volume_sma(20)",
      longExit: "rsi(9) < 50 or close < ema(12)",
      shortEntry:
        "rsi(9) crosses below 35 and ema(12) < ema(26) and close < ema(12) and volume > volume_sma(20)",
      shortExit: "rsi(9) > 50 or close > ema(12)",
    },
  }),
  // A trend with strength, entered when the last of its three signs appears.
  builtIn("trend-follower", "Trend Follower", {
    isDefault: true,
    ...{ takeProfit: 2, stopLoss: 2, maxMinutes: 60, cooldownMinutes: 5 },
    rules: {
      longEntry:
        "ema(50) > ema(200) and close > ema(50) and adx(14).value > 20 and (close crosses above ema(50) or adx(14).value crosses above 20 or ema(50) crosses above ema(200))",
      longExit: "close < ema(50)",
      shortEntry:
        "ema(50) < ema(200) and close < ema(50) and adx(14).value > 20 and (close crosses below ema(50) or adx(14).value crosses above 20 or ema(50) crosses below ema(200))",
      shortExit: "close > ema(50)",
    },
  }),
  // The third close in a row on the right side; two on the wrong one break the trend.
  builtIn("conservative-trend", "Conservative Trend", {
    isDefault: true,
    ...{ takeProfit: 2, stopLoss: 2.5, maxMinutes: 120, cooldownMinutes: 5 },
    rules: {
      longEntry:
        "ema(50) > ema(200) and close > ema(50) for 3 candles and (not close > ema(50) for 4 candles or ema(50) crosses above ema(200))",
      longExit: "close < ema(50) for 2 candles or ema(50) < ema(200)",
      shortEntry:
        "ema(50) < ema(200) and close < ema(50) for 3 candles and (not close < ema(50) for 4 candles or ema(50) crosses below ema(200))",
      shortExit: "close > ema(50) for 2 candles or ema(50) > ema(200)",
    },
  }),
  // A fast fall within a rising market, bought when it turns rather than while it falls.
  builtIn("rsi-ema", "RSI + EMA", {
    isDefault: false,
    ...{ takeProfit: 2.5, stopLoss: 1.5, maxMinutes: 60, cooldownMinutes: 5 },
    rules: {
      longEntry: "ema(50) > ema(200) and rsi(14) crosses above 30",
      longExit: "ema(50) < ema(200) or rsi(14) > 70",
      shortEntry: "ema(50) < ema(200) and rsi(14) crosses below 70",
      shortExit: "ema(50) > ema(200) or rsi(14) < 30",
    },
  }),
  // The fast averages cross on the right side of the slow one.
  builtIn("momentum-crossover", "Momentum Crossover", {
    isDefault: false,
    ...{ takeProfit: 2.5, stopLoss: 1.5, maxMinutes: 60, cooldownMinutes: 5 },
    rules: {
      longEntry: "ema(12) crosses above ema(26) and close > ema(200)",
      longExit: "ema(12) < ema(26)",
      shortEntry: "ema(12) crosses below ema(26) and close < ema(200)",
      shortExit: "ema(12) > ema(26)",
    },
  }),
  // MACD turns late: the volume that drove it may be up to two candles old, if it has not dried up.
  builtIn("volume-breakout", "Volume Breakout", {
    isDefault: false,
    ...{ takeProfit: 2.5, stopLoss: 1.5, maxMinutes: 45, cooldownMinutes: 3 },
    rules: {
      longEntry:
        "macd(12, 26, 9).histogram crosses above 0 and close > vwap and volume >= 0.5 * volume_sma(20) and max(volume_ratio(20), max(volume_ratio(20)[1], volume_ratio(20)[2])) > 2",
      longExit: "macd(12, 26, 9).histogram < 0 or volume < 0.5 * volume_sma(20)",
      shortEntry:
        "macd(12, 26, 9).histogram crosses below 0 and close < vwap and volume >= 0.5 * volume_sma(20) and max(volume_ratio(20), max(volume_ratio(20)[1], volume_ratio(20)[2])) > 2",
      shortExit: "macd(12, 26, 9).histogram > 0 or volume < 0.5 * volume_sma(20)",
    },
  }),
  // Bands at least 1 % apart leave something after costs of 0.3 %. Long only.
  builtIn("bollinger-bounce", "Bollinger Bounce", {
    isDefault: false,
    ...{ takeProfit: 1.8, stopLoss: 2, maxMinutes: null, cooldownMinutes: null },
    rules: {
      longEntry:
        "bollinger(20, 2).width > 1 and low[1] <= bollinger(20, 2).lower[1] and close > close[1] and bollinger(20, 2).percent_b < 0.25 and rsi(14) < 45",
      longExit:
        "bollinger(20, 2).percent_b > 0.95 or (close > bollinger(20, 2).middle and rsi(14) > 60)",
      shortEntry: "never",
      shortExit: "never",
    },
  }),
];

/** As the strategy was first tuned, on charts of five minutes. */
interface Tuning {
  readonly isDefault: boolean;
  readonly takeProfit: number;
  readonly stopLoss: number;
  readonly maxMinutes: number | null;
  readonly cooldownMinutes: number | null;
  readonly rules: StrategyRules;
}

/** The share of the equity that a position takes when nothing else is said. */
const SIZE_PERCENT = 10;

/**
 * A candle of 4h strays twice as far as one of 1h, one of 1d about five times: a stop that suits an
 * hour is noise there, and no rule would ever come to end a trade.
 */
const WIDENED: Readonly<Record<Timeframe, number>> = {
  "1m": 1,
  "5m": 1,
  "15m": 1,
  "1h": 1,
  "4h": 2,
  "1d": 4,
};

const MINUTE_MS = 60_000;
const TUNED_ON_MS = 5 * MINUTE_MS;

function builtIn(id: string, name: string, tuning: Tuning): BuiltInStrategy {
  return {
    id,
    name,
    isDefault: tuning.isDefault,
    rules: tuning.rules,
    settings: (timeframe) => ({
      takeProfitPercent: tuning.takeProfit * WIDENED[timeframe],
      stopLossPercent: tuning.stopLoss * WIDENED[timeframe],
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
