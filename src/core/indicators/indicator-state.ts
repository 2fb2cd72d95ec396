/** How the parts of an indicator write themselves into one flat list of numbers and read it back. */

/** A part with a state of fixed length: `read` takes exactly as many numbers as `write` adds. */
export interface Stateful {
  /** Adds the state to `state`: finite numbers only, so that JSON keeps them exactly. */
  write(state: number[]): void;
  /** Takes the state back, in the order of `write`. */
  read(reader: StateReader): void;
}

/** Reads a state from its beginning to its end. */
export class StateReader {
  readonly #state: readonly number[];
  #next = 0;

  constructor(state: readonly number[]) {
    this.#state = state;
  }

  next(): number {
    const value = this.#state[this.#next];
    if (value === undefined) throw new RangeError("the state is shorter than its indicator's");
    this.#next += 1;
    return value;
  }
}

/** The state of all parts, in order. */
export function writeState(parts: readonly Stateful[]): number[] {
  const state: number[] = [];
  for (const part of parts) part.write(state);
  return state;
}

/** Gives every part its state back; throws RangeError, with nothing changed, on another length. */
export function readState(parts: readonly Stateful[], state: readonly number[]): void {
  const length = writeState(parts).length;
  if (state.length !== length) {
    throw new RangeError(`a state of ${length} numbers was expected, not of ${state.length}`);
  }
  const reader = new StateReader(state);
  for (const part of parts) part.read(reader);
}
