/** Random numbers that are pure functions of a key: the same key always rolls the same sequence. */

/** Mixes two 32-bit numbers into one that looks unrelated to both (finaliser of MurmurHash3). */
export function mixed(key: number, value: number): number {
  let hash = Math.imul(key, 0x9e3779b1) ^ Math.imul(value + 0x7f4a7c15, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A 32-bit key for a text, so that symbols and names can seed dice. */
export function keyOf(text: string): number {
  let key = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) key = mixed(key, text.charCodeAt(i));
  return key;
}

/** A sequence of random numbers that starts at a key (mulberry32). */
export class Dice {
  #state: number;

  constructor(key: number) {
    this.#state = key >>> 0;
  }

  /** Uniform in (0, 1); never 0, so that its logarithm exists. */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (((word ^ (word >>> 14)) >>> 0) + 0.5) / 4_294_967_296;
  }

  /** Normal with mean 0 and variance 1 (Box and Muller). */
  gauss(): number {
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A whole number in [`from`, `to`]. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.uniform() * (to - from + 1));
  }

  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const found = list[this.whole(0, list.length - 1)];
    if (found === undefined)
      throw new Error("assertion failed: dice pick from a list with members");
    return found;
  }
}
