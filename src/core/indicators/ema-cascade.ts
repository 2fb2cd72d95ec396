/** Exponential means of exponential means: the stages of DEMA, TEMA and TRIX. */
import type { Stateful, StateReader } from "./indicator-state.ts";
import { SmoothedMean } from "./smoothed-mean.ts";

/**
 * Stage 1 is the EMA of the numbers, stage 2 the EMA of stage 1, and so on; each is seeded by the
 * mean of the first `period` results of the stage before, as TA-Lib does. The last stage has its
 * first result at number `depth` × (period − 1) + 1.
 */
export class EmaCascade implements Stateful {
  readonly #stages: readonly SmoothedMean[];
  /** What the last `push` or `peek` gave for each stage; a scratch pad, no state. */
  readonly levels: Float64Array;

  constructor(period: number, depth: number) {
    this.#stages = Array.from({ length: depth }, () => SmoothedMean.exponential(period));
    this.levels = new Float64Array(depth);
  }

  /** Numbers needed until the last stage of such a cascade has its first result. */
  static warmup(period: number, depth: number): number {
    return depth * (period - 1) + 1;
  }

  /** Takes a number and sets `levels`; a stage means something once the one before was ready. */
  push(value: number): void {
    let level = value;
    for (let i = 0; i < this.#stages.length; i += 1) {
      const stage = this.#stages[i];
      if (stage === undefined) return;
      level = stage.push(level);
      this.levels[i] = level;
      if (!stage.isReady) return;
    }
  }

  /** Sets `levels` to what `push` would; changes nothing else. */
  peek(value: number): void {
    let level = value;
    for (let i = 0; i < this.#stages.length; i += 1) {
      level = this.#stages[i]?.peek(level) ?? level;
      this.levels[i] = level;
    }
  }

  /** The last stage's result after the last push. */
  get last(): number {
    return this.#stages[this.#stages.length - 1]?.mean ?? 0;
  }

  write(state: number[]): void {
    for (const stage of this.#stages) stage.write(state);
  }

  read(reader: StateReader): void {
    for (const stage of this.#stages) stage.read(reader);
  }
}
