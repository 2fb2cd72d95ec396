/** Conditions and candle patterns that traders call by name, each written in the rule language. */

export interface NamedCondition {
  /** As rules write it; never renamed, since stored rules name it. */
  readonly name: string;
  /** What it stands for. */
  readonly text: string;
  readonly meaning: string;
}

const PRICE: readonly NamedCondition[] = [
  {
    name: "bullish_trend",
    text: "ema(50) > ema(200)",
    meaning: "The faster average is above the slower one.",
  },
  {
    name: "bearish_trend",
    text: "ema(50) < ema(200)",
    meaning: "The faster average is below the slower one.",
  },
  { name: "uptrend", text: "close > ema(50)", meaning: "The close is above its average." },
  { name: "downtrend", text: "close < ema(50)", meaning: "The close is below its average." },
  {
    name: "confirmed_uptrend",
    text: "close > ema(50) for 3 candles",
    meaning: "The last three closes were above their average.",
  },
  {
    name: "confirmed_downtrend",
    text: "close < ema(50) for 3 candles",
    meaning: "The last three closes were below their average.",
  },
  {
    name: "ema_cross_up",
    text: "ema(12) crosses above ema(26)",
    meaning: "The fast average has just risen above the slow one.",
  },
  {
    name: "ema_cross_down",
    text: "ema(12) crosses below ema(26)",
    meaning: "The fast average has just fallen below the slow one.",
  },
  {
    name: "price_crosses_above_ema50",
    text: "close crosses above ema(50)",
    meaning: "The close has just risen above its average.",
  },
  {
    name: "price_crosses_below_ema50",
    text: "close crosses below ema(50)",
    meaning: "The close has just fallen below its average.",
  },
];

const MOMENTUM: readonly NamedCondition[] = [
  { name: "oversold", text: "rsi(14) < 30", meaning: "The fall was fast." },
  { name: "overbought", text: "rsi(14) > 70", meaning: "The rise was fast." },
  {
    name: "macd_bullish",
    text: "macd(12, 26, 9).line > macd(12, 26, 9).signal",
    meaning: "The MACD line is above its signal.",
  },
  {
    name: "macd_bearish",
    text: "macd(12, 26, 9).line < macd(12, 26, 9).signal",
    meaning: "The MACD line is below its signal.",
  },
  {
    name: "macd_cross_up",
    text: "macd(12, 26, 9).line crosses above macd(12, 26, 9).signal",
    meaning: "The MACD line has just risen above its signal.",
  },
  {
    name: "macd_cross_down",
    text: "macd(12, 26, 9).line crosses below macd(12, 26, 9).signal",
    meaning: "The MACD line has just fallen below its signal.",
  },
];

const VOLUME: readonly NamedCondition[] = [
  {
    name: "high_volume",
    text: "volume > 1.5 * volume_sma(20)",
    meaning: "Half as much again was traded as on average.",
  },
  {
    name: "low_volume",
    text: "volume < 0.5 * volume_sma(20)",
    meaning: "Less than half the average was traded.",
  },
  { name: "above_vwap", text: "close > vwap", meaning: "The close is above the day's mean price." },
  { name: "below_vwap", text: "close < vwap", meaning: "The close is below the day's mean price." },
  {
    name: "near_vwap",
    text: "close within 0.5 % of vwap",
    meaning: "The close is about the day's mean price.",
  },
];

const BANDS: readonly NamedCondition[] = [
  {
    name: "near_upper_band",
    text: "close within 0.5 % of bollinger(20, 2).upper",
    meaning: "The close is about the upper Bollinger band.",
  },
  {
    name: "near_lower_band",
    text: "close within 0.5 % of bollinger(20, 2).lower",
    meaning: "The close is about the lower Bollinger band.",
  },
  {
    name: "beyond_upper_band",
    text: "close > bollinger(20, 2).upper",
    meaning: "The close is above the upper Bollinger band.",
  },
  {
    name: "beyond_lower_band",
    text: "close < bollinger(20, 2).lower",
    meaning: "The close is below the lower Bollinger band.",
  },
];

const PATTERNS: readonly NamedCondition[] = [
  { name: "bullish_candle", text: "close > open", meaning: "The candle rose." },
  { name: "bearish_candle", text: "close < open", meaning: "The candle fell." },
  {
    name: "bullish_engulfing",
    text: "close[1] < open[1] and close > open and open <= close[1] and close >= open[1] and close - open > open[1] - close[1]",
    meaning: "A rising body covers the falling one before it.",
  },
  {
    name: "bearish_engulfing",
    text: "close[1] > open[1] and close < open and open >= close[1] and close <= open[1] and open - close > close[1] - open[1]",
    meaning: "A falling body covers the rising one before it.",
  },
  {
    name: "doji",
    text: "high > low and abs(close - open) < 0.1 * (high - low)",
    meaning: "Open and close are nearly equal: under a tenth of the range.",
  },
  {
    name: "hammer",
    text: "high > low and abs(close - open) <= 0.35 * (high - low) and min(open, close) - low >= 2 * abs(close - open) and high - max(open, close) <= 0.1 * (high - low)",
    meaning: "A small body at the top over a long lower shadow.",
  },
  {
    name: "shooting_star",
    text: "high > low and abs(close - open) <= 0.35 * (high - low) and high - max(open, close) >= 2 * abs(close - open) and min(open, close) - low <= 0.1 * (high - low)",
    meaning: "A small body at the bottom under a long upper shadow.",
  },
];

export const NAMED_CONDITIONS: readonly NamedCondition[] = [
  ...PRICE,
  ...MOMENTUM,
  ...VOLUME,
  ...BANDS,
  ...PATTERNS,
];

const BY_NAME = new Map(NAMED_CONDITIONS.map((condition) => [condition.name, condition]));

/** The condition of that name, or null. */
export function namedCondition(name: string): NamedCondition | null {
  return BY_NAME.get(name) ?? null;
}
