/** One seat for all six connections: only who holds it may have a second socket open. */

export class RenewalSlot {
  #isTaken = false;
  readonly #waiting: Array<() => void> = [];

  /** Calls `turn` when the seat is free, at once if it is; the holder must `release` it. */
  acquire(turn: () => void): void {
    this.#waiting.push(turn);
    this.#next();
  }

  withdraw(turn: () => void): void {
    const index = this.#waiting.indexOf(turn);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  release(): void {
    this.#isTaken = false;
    this.#next();
  }

  #next(): void {
    if (this.#isTaken) return;
    const turn = this.#waiting.shift();
    if (turn === undefined) return;
    this.#isTaken = true;
    turn();
  }
}
