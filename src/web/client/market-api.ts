/** The questions that the page asks over HTTP; every answer is parsed before anyone sees it. */
import type { Candle } from "../../core/candle.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import {
  candlesAnswer,
  type IndicatorValuesAnswer,
  indicatorsAnswer,
  indicatorValuesAnswer,
} from "../../protocol/market.ts";
import { ask } from "./server-api.ts";

/** Open times, both included. */
export interface Span {
  readonly from: number;
  readonly to?: number;
}

interface Place {
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** The ids of the indicators that the server works out. */
export async function fetchIndicatorIds(signal: AbortSignal): Promise<readonly string[]> {
  const answer = await ask("/api/indicators", indicatorsAnswer, { signal });
  return answer.indicators.map((indicator) => indicator.id);
}

/** Closed candles, ascending, at most 1,000 from the start of the span. */
export async function fetchCandles(
  place: Place,
  span: Required<Span>,
  signal: AbortSignal,
): Promise<Candle[]> {
  const query = queryOf(place, span);
  const answer = await ask(`/api/candles?${query}`, candlesAnswer, { signal });
  return answer.candles.map(({ openTime, open, high, low, close, volume }) => ({
    openTime,
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
    volume: Number(volume),
  }));
}

/** The history of one indicator, such as `ema(50)`, and its state after the last closed candle. */
export function fetchIndicatorValues(
  question: Place & { readonly indicator: string },
  span: Span,
  signal: AbortSignal,
): Promise<IndicatorValuesAnswer> {
  const query = queryOf(question, span);
  query.set("indicator", question.indicator);
  return ask(`/api/indicators/values?${query}`, indicatorValuesAnswer, { signal });
}

function queryOf({ symbol, timeframe }: Place, { from, to }: Span): URLSearchParams {
  const query = new URLSearchParams({ symbol, timeframe, from: String(from) });
  if (to !== undefined) query.set("to", String(to));
  return query;
}
