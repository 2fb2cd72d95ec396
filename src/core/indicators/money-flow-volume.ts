/** Chaikin's money flow volume of a candle, which A/D adds up and the money flow averages. */
import type { Candle } from "../candle.ts";

/**
 * volume × ((close − low) − (high − close)) ÷ (high − low): all of it when the candle closes at its
 * high, less all of it at its low, none of it when high and low are equal. Source: TA-Lib `AD`.
 */
export function moneyFlowVolume({ high, low, close, volume }: Candle): number {
  const range = high - low;
  return range > 0 ? ((close - low - (high - close)) / range) * volume : 0;
}
