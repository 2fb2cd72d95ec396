/** The first list of indicators as other libraries compute it: one candle at a time, or whole columns at once. */
import { IndicatorsSync } from "@ixjb94/indicators";
import * as ts from "indicatorts";
import technical from "technicalindicators";
import * as signals from "trading-signals";
import type { Candle } from "../src/core/candle.ts";

/** The last value of each output, named as our rules name it; what a library lacks is absent. */
export type LastValues = Readonly<Record<string, number>>;

/** Columns of the candles, made before the clock starts. */
export interface Columns {
  readonly high: number[];
  readonly low: number[];
  readonly close: number[];
  readonly volume: number[];
}

export function columnsOf(candles: readonly Candle[]): Columns {
  return {
    high: candles.map(({ high }) => high),
    low: candles.map(({ low }) => low),
    close: candles.map(({ close }) => close),
    volume: candles.map(({ volume }) => volume),
  };
}

const EMA = [12, 26, 50, 100, 200];
const SMA = [7, 25, 50, 99, 200];
const RSI = [9, 14, 21];
const ATR = [14, 21];

const last = (column: readonly number[] | undefined): number => column?.at(-1) ?? Number.NaN;

/** trading-signals, candle by candle; `width`, `%B` and the ratio are made from its bands and mean. */
export function tradingSignals(candles: readonly Candle[]): LastValues {
  const emas = EMA.map((period) => new signals.EMA(period));
  const smas = SMA.map((period) => new signals.SMA(period));
  const rsis = RSI.map((period) => new signals.RSI(period));
  const atrs = ATR.map((period) => new signals.ATR(period));
  const { EMA: Ema } = signals;
  const macd = new signals.MACD(new Ema(12), new Ema(26), new Ema(9));
  const bands = new signals.BollingerBands(20, 2);
  const stochastic = new signals.StochasticOscillator({
    kPeriod: 14,
    kSlowingPeriod: 1,
    dPeriod: 3,
  });
  const adx = new signals.ADX(14);
  const cci = new signals.CCI(20);
  const obv = new signals.OBV(2);
  const vwap = new signals.VWAP();
  const volumeSma = new signals.SMA(20);
  const roc = new signals.ROC(1);
  let width = 0;
  let percentB = 0;
  let ratio = 0;
  for (const candle of candles) {
    const { close, volume } = candle;
    for (const one of emas) one.update(close, false);
    for (const one of smas) one.update(close, false);
    for (const one of rsis) one.update(close, false);
    for (const one of atrs) one.update(candle, false);
    macd.update(close, false);
    const band = bands.update(close, false);
    if (band !== null) {
      width = (100 * (band.upper - band.lower)) / band.middle;
      percentB = (close - band.lower) / (band.upper - band.lower);
    }
    stochastic.update(candle, false);
    adx.update(candle, false);
    cci.update(candle, false);
    obv.update(candle, false);
    vwap.update(candle, false);
    const mean = volumeSma.update(volume, false);
    if (mean !== null) ratio = volume / mean;
    roc.update(close, false);
  }
  const k = stochastic.getResultOrThrow();
  const m = macd.getResultOrThrow();
  const band = bands.getResultOrThrow();
  return {
    ...named(
      "ema",
      EMA,
      emas.map((one) => one.getResultOrThrow()),
    ),
    ...named(
      "sma",
      SMA,
      smas.map((one) => one.getResultOrThrow()),
    ),
    ...named(
      "rsi",
      RSI,
      rsis.map((one) => one.getResultOrThrow()),
    ),
    ...named(
      "atr",
      ATR,
      atrs.map((one) => one.getResultOrThrow()),
    ),
    "macd.line": m.macd,
    "macd.signal": m.signal,
    "macd.histogram": m.histogram,
    "bollinger.upper": band.upper,
    "bollinger.middle": band.middle,
    "bollinger.lower": band.lower,
    "bollinger.width": width,
    "bollinger.percent_b": percentB,
    "stochastic.k": k.stochK,
    "stochastic.d": k.stochD,
    "adx.value": adx.getResultOrThrow(),
    "adx.plus_di": 100 * Number(adx.pdi),
    "adx.minus_di": 100 * Number(adx.mdi),
    "cci.value": cci.getResultOrThrow(),
    "obv.value": obv.getResultOrThrow(),
    "vwap.value": vwap.getResultOrThrow(),
    "volume_sma.value": volumeSma.getResultOrThrow(),
    "volume_ratio.value": ratio,
    "change.value": 100 * roc.getResultOrThrow(),
  };
}

/** @ixjb94/indicators, whole columns. */
export function ixjb(columns: Columns): LastValues {
  const { high, low, close, volume } = columns;
  const library = new IndicatorsSync();
  const macd = library.macd(close, 12, 26, 9);
  const [lower = [], middle = [], upper = []] = library.bbands(close, 20, 2);
  const bands = derivedBands({ lower, middle, upper }, close);
  const stochastic = library.stoch(high, low, close, 14, 1, 3);
  const di = library.di(high, low, close, 14);
  const volumeSma = library.sma(volume, 20);
  return {
    ...named(
      "ema",
      EMA,
      EMA.map((period) => last(library.ema(close, period))),
    ),
    ...named(
      "sma",
      SMA,
      SMA.map((period) => last(library.sma(close, period))),
    ),
    ...named(
      "rsi",
      RSI,
      RSI.map((period) => last(library.rsi(close, period))),
    ),
    ...named(
      "atr",
      ATR,
      ATR.map((period) => last(library.atr(high, low, close, period))),
    ),
    "macd.line": last(macd[0]),
    "macd.signal": last(macd[1]),
    "macd.histogram": last(macd[2]),
    "bollinger.upper": last(upper),
    "bollinger.middle": last(middle),
    "bollinger.lower": last(lower),
    "bollinger.width": last(bands.width),
    "bollinger.percent_b": last(bands.percentB),
    "stochastic.k": last(stochastic[0]),
    "stochastic.d": last(stochastic[1]),
    "adx.value": last(library.adx(high, low, 14)),
    "adx.plus_di": last(di[0]),
    "adx.minus_di": last(di[1]),
    "cci.value": last(library.cci(high, low, close, 20)),
    "obv.value": last(library.obv(close, volume)),
    "vwap.value": last(library.vwap(high, low, close, volume, 20)),
    "volume_sma.value": last(volumeSma),
    "volume_ratio.value": last(ratios(volume, volumeSma)),
    "change.value": 100 * last(library.roc(close, 1)),
  };
}

/** indicatorts, whole columns; it has no ADX. */
export function indicatorTs(columns: Columns): LastValues {
  const { high, low, close, volume } = columns;
  const macd = ts.macd(close, { fast: 12, slow: 26, signal: 9 });
  const band = ts.bb(close, { period: 20 });
  const bands = derivedBands(band, close);
  const stochastic = ts.stoch(high, low, close, { kPeriod: 14, dPeriod: 3 });
  const volumeSma = ts.sma(volume, { period: 20 });
  return {
    ...named(
      "ema",
      EMA,
      EMA.map((period) => last(ts.ema(close, { period }))),
    ),
    ...named(
      "sma",
      SMA,
      SMA.map((period) => last(ts.sma(close, { period }))),
    ),
    ...named(
      "rsi",
      RSI,
      RSI.map((period) => last(ts.rsi(close, { period }))),
    ),
    ...named(
      "atr",
      ATR,
      ATR.map((period) => last(ts.atr(high, low, close, { period }).atrLine)),
    ),
    "macd.line": last(macd.macdLine),
    "macd.signal": last(macd.signalLine),
    "macd.histogram": last(macd.macdLine) - last(macd.signalLine),
    "bollinger.upper": last(band.upper),
    "bollinger.middle": last(band.middle),
    "bollinger.lower": last(band.lower),
    "bollinger.width": last(bands.width),
    "bollinger.percent_b": last(bands.percentB),
    "stochastic.k": last(stochastic.k),
    "stochastic.d": last(stochastic.d),
    "cci.value": last(ts.cci(high, low, close, { period: 20 })),
    "obv.value": last(ts.obv(close, volume)),
    "vwap.value": last(ts.vwap(close, volume, { period: 20 })),
    "volume_sma.value": last(volumeSma),
    "volume_ratio.value": last(ratios(volume, volumeSma)),
    "change.value": 100 * last(ts.roc(close, { period: 1 })),
  };
}

/** technicalindicators, candle by candle. */
export function technicalIndicators(candles: readonly Candle[]): LastValues {
  const none = { values: [] as number[] };
  const emas = EMA.map((period) => new technical.EMA({ period, ...none }));
  const smas = SMA.map((period) => new technical.SMA({ period, ...none }));
  const rsis = RSI.map((period) => new technical.RSI({ period, ...none }));
  const columns = { high: [] as number[], low: [] as number[], close: [] as number[] };
  const atrs = ATR.map((period) => new technical.ATR({ period, ...columns }));
  const macd = new technical.MACD({
    ...none,
    fastPeriod: 12,
    slowPeriod: 26,
    signalPeriod: 9,
    SimpleMAOscillator: false,
    SimpleMASignal: false,
  });
  const bands = new technical.BollingerBands({ period: 20, stdDev: 2, ...none });
  const stochastic = new technical.Stochastic({ period: 14, signalPeriod: 3, ...columns });
  const adx = new technical.ADX({ period: 14, ...columns });
  const cci = new technical.CCI({ period: 20, ...columns });
  const obv = new technical.OBV({ close: [], volume: [] });
  const vwap = new technical.VWAP({ ...columns, volume: [] });
  const volumeSma = new technical.SMA({ period: 20, ...none });
  const roc = new technical.ROC({ period: 1, ...none });
  const values: Record<string, number> = {};
  for (const candle of candles) {
    const { close, volume } = candle;
    emas.forEach((one, i) => {
      keep(values, `ema(${EMA[i]}).value`, one.nextValue(close));
    });
    smas.forEach((one, i) => {
      keep(values, `sma(${SMA[i]}).value`, one.nextValue(close));
    });
    rsis.forEach((one, i) => {
      keep(values, `rsi(${RSI[i]}).value`, one.nextValue(close));
    });
    atrs.forEach((one, i) => {
      keep(values, `atr(${ATR[i]}).value`, one.nextValue(candle));
    });
    const m = macd.nextValue(close);
    keep(values, "macd.line", m?.MACD);
    keep(values, "macd.signal", m?.signal);
    keep(values, "macd.histogram", m?.histogram);
    const band = bands.nextValue(close);
    if (band !== undefined) {
      keep(values, "bollinger.upper", band.upper);
      keep(values, "bollinger.middle", band.middle);
      keep(values, "bollinger.lower", band.lower);
      keep(values, "bollinger.width", (100 * (band.upper - band.lower)) / band.middle);
      keep(values, "bollinger.percent_b", band.pb);
    }
    // The library declares other inputs than it reads.
    const k = stochastic.nextValue(candle as never);
    keep(values, "stochastic.k", k?.k);
    keep(values, "stochastic.d", k?.d);
    const direction = adx.nextValue(candle as never);
    keep(values, "adx.value", direction?.adx);
    keep(values, "adx.plus_di", direction?.pdi);
    keep(values, "adx.minus_di", direction?.mdi);
    keep(values, "cci.value", cci.nextValue(candle));
    keep(values, "obv.value", obv.nextValue(candle as never));
    keep(values, "vwap.value", vwap.nextValue(candle));
    const mean = volumeSma.nextValue(volume);
    keep(values, "volume_sma.value", mean);
    if (mean !== undefined) keep(values, "volume_ratio.value", volume / mean);
    keep(values, "change.value", roc.nextValue(close));
  }
  return values;
}

function named(id: string, periods: readonly number[], values: readonly number[]): LastValues {
  return Object.fromEntries(
    periods.map((period, i) => [`${id}(${period}).value`, values[i] ?? Number.NaN]),
  );
}

function keep(values: Record<string, number>, name: string, value: number | undefined): void {
  if (value !== undefined) values[name] = value;
}

function ratios(volume: readonly number[], means: readonly number[]): number[] {
  const shift = volume.length - means.length;
  return means.map((mean, i) => (volume[i + shift] ?? 0) / mean);
}

function derivedBands(
  bands: { lower: readonly number[]; middle: readonly number[]; upper: readonly number[] },
  close: readonly number[],
): { width: number[]; percentB: number[] } {
  const shift = close.length - bands.upper.length;
  const width: number[] = [];
  const percentB: number[] = [];
  bands.upper.forEach((upper, i) => {
    const lower = bands.lower[i] ?? 0;
    width.push((100 * (upper - lower)) / (bands.middle[i] ?? 1));
    percentB.push(((close[i + shift] ?? 0) - lower) / (upper - lower));
  });
  return { width, percentB };
}
