/** What the market routes answer: instruments, candles, the indicator catalogue and its values. */
import { z } from "zod";
import { formatFixed } from "../core/fixed.ts";
import type { Instrument } from "../core/instrument.ts";
import { TIMEFRAMES } from "../core/timeframe.ts";

/** A decimal as text, so that no reader loses a digit. */
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const openTime = z.int().nonnegative();

export const timeframeSchema = z.enum(TIMEFRAMES);

export const instrumentSchema = z.object({
  symbol: z.string(),
  baseAsset: z.string(),
  quoteAsset: z.string(),
  tickSize: decimal,
  stepSize: decimal,
  quantityMin: decimal,
  notionalMin: decimal,
});
export const instrumentsAnswer = z.object({ instruments: z.array(instrumentSchema) });
export type InstrumentAnswer = z.infer<typeof instrumentSchema>;

/** The instrument as the wire carries it. */
export function instrumentAnswer(instrument: Instrument): InstrumentAnswer {
  return {
    symbol: instrument.symbol,
    baseAsset: instrument.baseAsset,
    quoteAsset: instrument.quoteAsset,
    tickSize: formatFixed(instrument.tickSize),
    stepSize: formatFixed(instrument.stepSize),
    quantityMin: formatFixed(instrument.quantityMin),
    notionalMin: formatFixed(instrument.notionalMin),
  };
}

export const CANDLES_LIMIT_MAX = 1_000;

export const closedCandleSchema = z.object({
  openTime,
  open: decimal,
  high: decimal,
  low: decimal,
  close: decimal,
  volume: decimal,
  source: z.enum(["stream", "rest"]),
});
export const candlesAnswer = z.object({
  symbol: z.string(),
  timeframe: timeframeSchema,
  candles: z.array(closedCandleSchema).max(CANDLES_LIMIT_MAX),
});
export type CandlesAnswer = z.infer<typeof candlesAnswer>;

export const indicatorParameterSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["integer", "decimal"]),
  default: z.number(),
  min: z.number(),
  max: z.number(),
});
export const indicatorOutputSchema = z.object({
  id: z.string(),
  name: z.string(),
  unit: z.enum(["price", "volume", "percent", "number"]),
  /** Bounds where the mathematics has them. */
  min: z.number().nullable(),
  max: z.number().nullable(),
  /** Over the candles, over the volume bars, or in a pane of its own. */
  placement: z.enum(["price", "volume", "pane"]),
  style: z.enum(["line", "histogram", "dots"]),
});
export const indicatorDefinitionSchema = z.object({
  /** As rules write it: `ema`, `bollinger`. */
  id: z.string(),
  name: z.string(),
  category: z.enum(["trend", "momentum", "volatility", "volume", "price"]),
  parameters: z.array(indicatorParameterSchema),
  outputs: z.array(indicatorOutputSchema),
  formula: z.string(),
  meaning: z.string(),
  source: z.string(),
  /** Candles until the first value, with the default parameters. */
  warmup: z.int().positive(),
});
export const indicatorsAnswer = z.object({ indicators: z.array(indicatorDefinitionSchema) });
export type IndicatorDefinitionAnswer = z.infer<typeof indicatorDefinitionSchema>;

export const indicatorValuesAnswer = z.object({
  symbol: z.string(),
  timeframe: timeframeSchema,
  /** The canonical text, such as `ema(50)`. */
  indicator: z.string(),
  outputs: z.array(z.string()),
  /** Open time, then one number an output; null while warming up. */
  values: z.array(z.tuple([openTime], z.number().nullable())),
  /**
   * The indicator's exact state after the last closed candle, so that a reader who has the same
   * code goes on from here; null when `to` ends earlier than that.
   */
  state: z.object({ openTime, snapshot: z.array(z.number().nullable()) }).nullable(),
});
export type IndicatorValuesAnswer = z.infer<typeof indicatorValuesAnswer>;
