/** The indicators of one (symbol, timeframe), each computed once for everyone who needs it. */
import { assert } from "../assert.ts";
import type { Candle } from "../candle.ts";
import type { Indicator } from "./indicator.ts";
import { type IndicatorSpec, printIndicator } from "./indicator-text.ts";

/** What a holder of an indicator may do with it: the set alone pushes. */
export type SharedIndicator = Pick<Indicator, "warmup" | "values" | "peek">;

/** From where a new indicator starts: the closed candles so far, or an exact state after the last of them. */
export type IndicatorStart =
  | { readonly kind: "history"; readonly candles: Iterable<Candle> }
  | { readonly kind: "state"; readonly state: readonly number[] };

/** Every indicator's exact state after the candle that opened at `openTime`; plain data, safe in JSON. */
export interface IndicatorSetState {
  readonly openTime: number | null;
  readonly states: Readonly<Record<string, readonly number[]>>;
}

/**
 * Different indicators in one set: 4,096 cost some 50 µs a candle and, with the longest windows,
 * 70 MB. All 42 strategies of a thousand users need a few hundred.
 */
export const SET_SIZE_MAX = 4_096;

interface Entry {
  readonly name: string;
  readonly indicator: Indicator;
  holders: number;
}

export class IndicatorSet {
  readonly #entries = new Map<string, Entry>();
  /** What `push` walks. Bound once: that spares the search for the method, each time, among some forty classes. */
  #pushes: Array<(candle: Candle) => void> = [];
  #openTime: number | null;

  /** `openTime` is that of the last closed candle before the first `push`; null when there is none. */
  constructor(openTime: number | null) {
    this.#openTime = openTime;
  }

  /** How many different indicators are held. */
  get size(): number {
    return this.#entries.size;
  }

  /** The open time of the last candle pushed, or null. */
  get openTime(): number | null {
    return this.#openTime;
  }

  /**
   * The one indicator of this definition and these parameters, counted for one more holder, who
   * gives it back with `release`. `start` is asked only when nobody holds it yet. Null when the set
   * is full. Throws RangeError when a given state does not fit.
   */
  acquire(spec: IndicatorSpec, start: () => IndicatorStart): SharedIndicator | null {
    const name = printIndicator(spec);
    const known = this.#entries.get(name);
    if (known !== undefined) {
      known.holders += 1;
      return known.indicator;
    }
    if (this.#entries.size === SET_SIZE_MAX) return null;
    const indicator = spec.definition.create(spec.parameters);
    begin(indicator, start());
    this.#entries.set(name, { name, indicator, holders: 1 });
    this.#bindPushes();
    return indicator;
  }

  /** Gives an indicator back; it is dropped after its last holder. */
  release(spec: IndicatorSpec): void {
    const name = printIndicator(spec);
    const entry = this.#entries.get(name);
    assert(entry !== undefined, `${name} is held`);
    entry.holders -= 1;
    if (entry.holders > 0) return;
    this.#entries.delete(name);
    this.#bindPushes();
  }

  /** The indicator as its holders see it, uncounted; null when nobody holds it. */
  find(spec: IndicatorSpec): SharedIndicator | null {
    return this.#entries.get(printIndicator(spec))?.indicator ?? null;
  }

  /** Takes the next closed candle, once for all. */
  push(candle: Candle): void {
    // A fixed message: to build one from the numbers would cost more than the indicators do.
    assert(candle.openTime > (this.#openTime ?? -1), "closed candles come in order");
    for (const push of this.#pushes) push(candle);
    this.#openTime = candle.openTime;
  }

  /** The states by which another set continues bit for bit: give each to `acquire` as its start. */
  snapshot(): IndicatorSetState {
    const states: Record<string, readonly number[]> = {};
    for (const { name, indicator } of this.#entries.values()) states[name] = indicator.snapshot();
    return { openTime: this.#openTime, states };
  }

  #bindPushes(): void {
    this.#pushes = [...this.#entries.values()].map(({ indicator }) =>
      indicator.push.bind(indicator),
    );
  }
}

function begin(indicator: Indicator, start: IndicatorStart): void {
  if (start.kind === "state") {
    indicator.restore(start.state);
    return;
  }
  for (const candle of start.candles) indicator.push(candle);
}
