/** The questions that the page asks over HTTP; every answer is parsed before anyone sees it. */
import type { z } from "zod";
import type { Candle } from "../../core/candle.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import {
  candlesAnswer,
  type IndicatorValuesAnswer,
  indicatorsAnswer,
  indicatorValuesAnswer,
} from "../../protocol/market.ts";
import { type Problem, problemSchema } from "../../protocol/problem.ts";

/** A question that got no good answer: status 0 when there was no answer at all. */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem, cause?: unknown) {
    super(problem.message, { cause });
    this.status = status;
    this.problem = problem;
  }
}

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
  const answer = await ask("/api/indicators", indicatorsAnswer, signal);
  return answer.indicators.map((indicator) => indicator.id);
}

/** Closed candles, ascending, at most 1,000 from the start of the span. */
export async function fetchCandles(
  place: Place,
  span: Required<Span>,
  signal: AbortSignal,
): Promise<Candle[]> {
  const query = queryOf(place, span);
  const answer = await ask(`/api/candles?${query}`, candlesAnswer, signal);
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
  return ask(`/api/indicators/values?${query}`, indicatorValuesAnswer, signal);
}

/** What the server has against this address: null when nothing, or when it does not answer. */
export async function problemOf(
  address: string,
  abort: AbortController,
): Promise<{ status: number; problem: Problem } | null> {
  try {
    const response = await fetch(address, { signal: abort.signal });
    if (response.ok) {
      abort.abort();
      return null;
    }
    return { status: response.status, problem: await problemIn(response) };
  } catch {
    return null;
  }
}

function queryOf({ symbol, timeframe }: Place, { from, to }: Span): URLSearchParams {
  const query = new URLSearchParams({ symbol, timeframe, from: String(from) });
  if (to !== undefined) query.set("to", String(to));
  return query;
}

async function ask<T>(address: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(address, { signal, headers: { accept: "application/json" } });
    if (response.ok) body = await response.json();
  } catch (cause) {
    const message = "The server did not answer.";
    throw new ApiFault(0, { code: "unreachable", message }, cause);
  }
  if (!response.ok) throw new ApiFault(response.status, await problemIn(response));
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const message = "The server's answer has another shape than this page expects.";
  throw new ApiFault(response.status, { code: "unexpected_answer", message }, parsed.error);
}

async function problemIn(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const parsed = problemSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  return { code: "http_status", message: `${response.status} ${response.statusText}`.trim() };
}
