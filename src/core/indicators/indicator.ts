/** The contract of every indicator: a function of closed candles with bounded memory. */
import type { Candle } from "../candle.ts";

/**
 * A running indicator. It is fed closed candles in order; it answers for a forming candle without
 * being changed by it. `push` and `peek` allocate nothing.
 */
export interface Indicator {
  /** Candles needed before the first value: the `warmup`-th push gives the first one. ≥ 1. */
  readonly warmup: number;
  /** The outputs after the last push, in the catalogue's order: all NaN while warming, all finite after. Read, never written, by others. */
  readonly values: Float64Array;
  /** Takes the next closed candle and updates `values`. */
  push(candle: Candle): void;
  /** Writes into `into` (of `values.length`) what `push` of this candle would give; changes nothing else. */
  peek(candle: Candle, into: Float64Array): void;
  /** The exact state as finite numbers, always of one length, safe in JSON: `restore` of it in a fresh instance continues bit for bit. */
  snapshot(): number[];
  /** Takes a state that `snapshot` of the same indicator with the same parameters gave; throws RangeError on another length. */
  restore(state: readonly number[]): void;
}

/** The longest period that any indicator accepts: bounds memory (8 kB a window) and history to load. */
export const PERIOD_MAX = 1000;
