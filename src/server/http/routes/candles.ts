/** `GET /api/candles`: closed candles of one symbol and timeframe, decimals as text. */
import { z } from "zod";
import type { ClosedCandle } from "../../../core/candle.ts";
import { fixedFromNumber, formatFixed } from "../../../core/fixed.ts";
import { type Instrument, priceDecimals, quantityDecimals } from "../../../core/instrument.ts";
import { openTimeAt, type Timeframe, timeframeMs } from "../../../core/timeframe.ts";
import { CANDLES_LIMIT_MAX, candlesAnswer } from "../../../protocol/market.ts";
import { type CandleRange, ExchangeUnavailable } from "../../feed/feed.ts";
import type { OpenMarket } from "../market-gate.ts";
import type { App, HttpParts } from "../parts.ts";
import { invalidValue, type Refusal, sendRefusal } from "../problem.ts";
import { answers } from "./answers.ts";
import { instrumentOr400, marketQuery, openMarketOr503, timeQuery } from "./market-query.ts";

const query = z.strictObject({
  ...marketQuery,
  from: timeQuery,
  to: timeQuery,
  limit: z
    .string()
    .regex(/^(1000|[1-9]\d{0,2})$/, `expected a whole number from 1 to ${CANDLES_LIMIT_MAX}`)
    .transform(Number)
    .default(CANDLES_LIMIT_MAX),
});

export function candlesRoute(app: App, { gate }: Pick<HttpParts, "gate">): void {
  app.get(
    "/api/candles",
    {
      config: { access: "session", rows: "shared", cache: "revalidate" },
      schema: {
        summary: "Closed candles of one symbol and timeframe, ascending",
        querystring: query,
        response: answers(candlesAnswer),
      },
    },
    async (request, reply) => {
      const { symbol, timeframe, from, to, limit } = request.query;
      if (from !== undefined && to !== undefined && from > to) {
        return sendRefusal(reply, invalidValue("from", "lies after to"));
      }
      const market = await openMarketOr503(gate, reply);
      if (market === null) return reply;
      const instrument = instrumentOr400(market, symbol, reply);
      if (instrument === null) return reply;
      const range = rangeOf(market, instrument.symbol, { timeframe, from, to, limit });
      const candles =
        range === null ? [] : await read(market, { symbol: instrument.symbol, timeframe }, range);
      if (candles === null) {
        return sendRefusal(reply.header("retry-after", RETRY_AFTER_S), OLDER_UNAVAILABLE);
      }
      return {
        symbol: instrument.symbol,
        timeframe,
        candles: candles.map((candle) => candleAnswer(candle, instrument)),
      };
    },
  );
}

/** Null where older candles are needed and the exchange does not give them now. */
async function read(
  market: OpenMarket,
  { symbol, timeframe }: { readonly symbol: string; readonly timeframe: Timeframe },
  range: CandleRange,
): Promise<readonly ClosedCandle[] | null> {
  try {
    return await market.data.candles(symbol, timeframe, range);
  } catch (cause) {
    if (cause instanceof ExchangeUnavailable) return null;
    throw cause;
  }
}

/** The exchange counts requests by the minute. */
const RETRY_AFTER_S = 60;

const OLDER_UNAVAILABLE: Refusal = {
  status: 503,
  problem: {
    code: "history_unavailable",
    message: "the exchange does not give older candles at the moment; try again later",
  },
};

interface Asked {
  readonly timeframe: Timeframe;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly limit: number;
}

/** What is asked of the feed: never past the last closed candle; null where nothing can be there. */
function rangeOf(market: OpenMarket, symbol: string, asked: Asked): CandleRange | null {
  const last = market.data.series(symbol, asked.timeframe).last()?.openTime;
  if (last === undefined) return null;
  const to = openTimeAt(asked.timeframe, Math.min(asked.to ?? last, last));
  const newest = Math.max(0, to - (asked.limit - 1) * timeframeMs(asked.timeframe));
  const from = asked.from ?? newest;
  return from > to ? null : { from, to, limit: asked.limit };
}

function candleAnswer(candle: ClosedCandle, instrument: Instrument) {
  const price = (value: number) => formatFixed(fixedFromNumber(value), priceDecimals(instrument));
  return {
    openTime: candle.openTime,
    open: price(candle.open),
    high: price(candle.high),
    low: price(candle.low),
    close: price(candle.close),
    volume: formatFixed(fixedFromNumber(candle.volume), quantityDecimals(instrument)),
    source: candle.source,
  };
}
