/** How many pushes ago the highest or lowest of the last `length` numbers came. */
import type { Stateful, StateReader } from "./indicator-state.ts";
import { RollingWindow } from "./rolling-window.ts";

/**
 * Of equal extremes the latest counts. The window is searched again only when its extreme has left
 * it: constant cost on most markets, `length` comparisons a push on one that moves steadily away
 * from its extreme.
 */
export class RollingExtremeAge implements Stateful {
  readonly length: number;
  readonly #sign: 1 | -1;
  readonly #window: RollingWindow;
  #count = 0;
  #extreme = 0;
  #age = 0;

  constructor(length: number, kind: "highest" | "lowest") {
    this.length = length;
    this.#sign = kind === "highest" ? 1 : -1;
    this.#window = new RollingWindow(length);
  }

  /** Adds a number; gives the extreme's age, 0 when it is this number, at most `length` − 1. */
  push(value: number): number {
    const age = this.peek(value);
    const signed = this.#sign * value;
    this.#window.push(signed);
    if (this.#count < this.length) this.#count += 1;
    this.#age = age;
    this.#extreme = this.#window.at(age);
    return age;
  }

  /** What `push` would give; changes nothing. */
  peek(value: number): number {
    const signed = this.#sign * value;
    if (this.#count === 0 || signed >= this.#extreme) return 0;
    if (this.#age + 1 < this.length) return this.#age + 1;
    let found = signed;
    let age = 0;
    for (let i = 1; i < this.length; i += 1) {
      const earlier = this.#window.at(i - 1);
      if (earlier > found) {
        found = earlier;
        age = i;
      }
    }
    return age;
  }

  write(state: number[]): void {
    state.push(this.#count, this.#extreme, this.#age);
    this.#window.write(state);
  }

  read(reader: StateReader): void {
    this.#count = reader.next();
    this.#extreme = reader.next();
    this.#age = reader.next();
    this.#window.read(reader);
  }
}
