/** The last `length` numbers, in a ring. */
import type { Stateful, StateReader } from "./indicator-state.ts";

/** Before `length` numbers were pushed, the missing ones are NaN. */
export class RollingWindow implements Stateful {
  readonly length: number;
  readonly #ring: Float64Array;
  #cursor = 0;

  constructor(length: number) {
    this.length = length;
    this.#ring = new Float64Array(length).fill(Number.NaN);
  }

  /** The number that the next push drops: the one pushed `length` pushes before it. */
  get oldest(): number {
    return this.#ring[this.#cursor] ?? 0;
  }

  /** Adds a number and gives the one that leaves, which was pushed `length` pushes ago. */
  push(value: number): number {
    const cursor = this.#cursor;
    const leaving = this.#ring[cursor] ?? 0;
    this.#ring[cursor] = value;
    this.#cursor = cursor + 1 === this.length ? 0 : cursor + 1;
    return leaving;
  }

  /** The number pushed `age` pushes before the last one: 0 is the last, `length` − 1 the oldest. */
  at(age: number): number {
    const index = this.#cursor - 1 - age;
    return this.#ring[index < 0 ? index + this.length : index] ?? 0;
  }

  /** The sum of |number − `centre`| over the window: `length` steps, as four sums that do not wait for each other. */
  absoluteDeviation(centre: number): number {
    const ring = this.#ring;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = 3;
    for (; i < ring.length; i += 4) {
      a += Math.abs((ring[i - 3] ?? 0) - centre);
      b += Math.abs((ring[i - 2] ?? 0) - centre);
      c += Math.abs((ring[i - 1] ?? 0) - centre);
      d += Math.abs((ring[i] ?? 0) - centre);
    }
    for (i -= 3; i < ring.length; i += 1) a += Math.abs((ring[i] ?? 0) - centre);
    return a + b + (c + d);
  }

  /** `absoluteDeviation` as it would be after a push of `value`, to the last bit; changes nothing. */
  peekAbsoluteDeviation(value: number, centre: number): number {
    const { oldest } = this;
    this.#ring[this.#cursor] = value;
    const sum = this.absoluteDeviation(centre);
    this.#ring[this.#cursor] = oldest;
    return sum;
  }

  write(state: number[]): void {
    state.push(this.#cursor);
    for (const value of this.#ring) state.push(value);
  }

  read(reader: StateReader): void {
    this.#cursor = reader.next();
    for (let i = 0; i < this.length; i += 1) this.#ring[i] = reader.next();
  }
}
