/** The indicators of a set, sorted by class, so that a candle reaches them all at little cost. */
import type { Candle } from "../candle.ts";
import { Adx } from "./adx.ts";
import { Atr } from "./atr.ts";
import { Bollinger } from "./bollinger.ts";
import { Cci } from "./cci.ts";
import { Change } from "./change.ts";
import { Ema } from "./ema.ts";
import type { Indicator } from "./indicator.ts";
import { Macd } from "./macd.ts";
import { Obv } from "./obv.ts";
import { Rsi } from "./rsi.ts";
import { Sma } from "./sma.ts";
import { Stochastic } from "./stochastic.ts";
import { VolumeRatio } from "./volume-ratio.ts";
import { VolumeSma } from "./volume-sma.ts";
import { Vwap } from "./vwap.ts";

/**
 * One call written in one loop over objects of some forty classes is looked up anew for each of
 * them, which costs as much as most indicators do. So the classes that people use most have a loop
 * of their own, whose call the compiler resolves and inlines, in a few functions, because there is a
 * bound to what it inlines into one; all others share the last loop. A class without a lane is not
 * wrong, only slower. No order between indicators matters: none reads another.
 */
export class IndicatorLanes {
  readonly #adx: Indicator[] = [];
  readonly #atr: Indicator[] = [];
  readonly #bollinger: Indicator[] = [];
  readonly #cci: Indicator[] = [];
  readonly #change: Indicator[] = [];
  readonly #ema: Indicator[] = [];
  readonly #macd: Indicator[] = [];
  readonly #obv: Indicator[] = [];
  readonly #rsi: Indicator[] = [];
  readonly #sma: Indicator[] = [];
  readonly #stochastic: Indicator[] = [];
  readonly #volumeRatio: Indicator[] = [];
  readonly #volumeSma: Indicator[] = [];
  readonly #vwap: Indicator[] = [];
  readonly #others: Indicator[] = [];

  readonly #laneOf: ReadonlyMap<unknown, Indicator[]> = new Map<unknown, Indicator[]>([
    [Adx, this.#adx],
    [Atr, this.#atr],
    [Bollinger, this.#bollinger],
    [Cci, this.#cci],
    [Change, this.#change],
    [Ema, this.#ema],
    [Macd, this.#macd],
    [Obv, this.#obv],
    [Rsi, this.#rsi],
    [Sma, this.#sma],
    [Stochastic, this.#stochastic],
    [VolumeRatio, this.#volumeRatio],
    [VolumeSma, this.#volumeSma],
    [Vwap, this.#vwap],
  ]);

  add(indicator: Indicator): void {
    this.#lane(indicator).push(indicator);
  }

  remove(indicator: Indicator): void {
    const lane = this.#lane(indicator);
    lane.splice(lane.indexOf(indicator), 1);
  }

  #lane(indicator: Indicator): Indicator[] {
    return this.#laneOf.get(indicator.constructor) ?? this.#others;
  }

  /** Pushes the candle into every indicator once. */
  push(candle: Candle): void {
    this.#pushAverages(candle);
    this.#pushMomentum(candle);
    this.#pushDirection(candle);
    this.#pushPlace(candle);
    this.#pushDeviation(candle);
    this.#pushVolume(candle);
    this.#pushOthers(candle);
  }

  #pushAverages(candle: Candle): void {
    for (const one of this.#ema) one.push(candle);
    for (const one of this.#sma) one.push(candle);
  }

  #pushMomentum(candle: Candle): void {
    for (const one of this.#rsi) one.push(candle);
    for (const one of this.#macd) one.push(candle);
  }

  #pushDirection(candle: Candle): void {
    for (const one of this.#adx) one.push(candle);
    for (const one of this.#atr) one.push(candle);
  }

  #pushPlace(candle: Candle): void {
    for (const one of this.#stochastic) one.push(candle);
    for (const one of this.#change) one.push(candle);
  }

  #pushDeviation(candle: Candle): void {
    for (const one of this.#bollinger) one.push(candle);
    for (const one of this.#cci) one.push(candle);
  }

  #pushVolume(candle: Candle): void {
    for (const one of this.#obv) one.push(candle);
    for (const one of this.#vwap) one.push(candle);
    for (const one of this.#volumeSma) one.push(candle);
    for (const one of this.#volumeRatio) one.push(candle);
  }

  #pushOthers(candle: Candle): void {
    for (const one of this.#others) one.push(candle);
  }
}
