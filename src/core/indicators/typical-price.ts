/** The typical price of a candle, which several indicators take instead of the close. */
import type { Candle } from "../candle.ts";

/** (high + low + close) ÷ 3, in price. Source: TA-Lib `TYPPRICE`, TradingView `hlc3`. */
export function typicalPrice(candle: Candle): number {
  return (candle.high + candle.low + candle.close) / 3;
}
