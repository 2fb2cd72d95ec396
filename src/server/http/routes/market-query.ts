/** The symbol and timeframe of a request, with their defaults, checked against the open market. */
import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { Instrument } from "../../../core/instrument.ts";
import { TIMEFRAMES } from "../../../core/timeframe.ts";
import { timeframeSchema } from "../../../protocol/market.ts";
import type { MarketGate, OpenMarket } from "../market-gate.ts";
import { sendRefusal, unknownValue } from "../problem.ts";

/** Absent means the first: an unquoted `&` in a shell loses all but the first parameter. */
export const marketQuery = {
  symbol: z.string().optional(),
  timeframe: timeframeSchema.default(TIMEFRAMES[0]),
};

/** Whole UTC milliseconds up to the year 9999, as text. */
export const timeQuery = z
  .string()
  .regex(/^\d{1,15}$/, "expected whole milliseconds since 1970")
  .transform(Number)
  .optional();

/** Long enough for a market to open (an unreachable Binance takes 3 s), short of a request's bound. */
const OPENING_WAIT_MS = 10_000;

/** The open market; where it does not open in time the request is answered, and null returned. */
export async function openMarketOr503(
  gate: MarketGate,
  reply: FastifyReply,
): Promise<OpenMarket | null> {
  const market = await gate.whenOpen(OPENING_WAIT_MS);
  if (market !== null) return market;
  const message = `the market is not open yet: ${gate.notReady() ?? "try again"}`;
  reply.header("retry-after", "2");
  sendRefusal(reply, { status: 503, problem: { code: "market_not_open", message } });
  return null;
}

/** The instrument asked for, the first one where none was; else the request is refused, and null returned. */
export function instrumentOr400(
  market: OpenMarket,
  symbol: string | undefined,
  reply: FastifyReply,
): Instrument | null {
  const { instruments } = market.data;
  const found =
    symbol === undefined ? instruments[0] : instruments.find((one) => one.symbol === symbol);
  if (found !== undefined) return found;
  const allowed = instruments.map((one) => one.symbol);
  sendRefusal(reply, unknownValue("symbol", symbol ?? "", allowed));
  return null;
}
