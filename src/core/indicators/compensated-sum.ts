/** A sum of everything ever pushed whose rounding errors are kept and added back. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/**
 * Each addition's error is exact (Knuth's two-sum) and summed apart, so that the error of the
 * result does not grow with the number of pushes. Source: Neumaier 1974.
 */
export class CompensatedSum implements Stateful {
  #sum = 0;
  #lost = 0;

  /** Adds a number; gives the new sum. */
  push(value: number): number {
    const sum = this.#sum + value;
    this.#lost += errorOf(this.#sum, value, sum);
    this.#sum = sum;
    return sum + this.#lost;
  }

  /** What `push` would give; changes nothing. */
  peek(value: number): number {
    const sum = this.#sum + value;
    return sum + (this.#lost + errorOf(this.#sum, value, sum));
  }

  write(state: number[]): void {
    state.push(this.#sum, this.#lost);
  }

  read(reader: StateReader): void {
    this.#sum = reader.next();
    this.#lost = reader.next();
  }
}

/** What rounding took from a + b when it gave `sum`. */
function errorOf(a: number, b: number, sum: number): number {
  const roundedB = sum - a;
  return a - (sum - roundedB) + (b - roundedB);
}
