/** How the parts of an indicator write themselves into one flat list of numbers and read it back. */

/** A part with a state of fixed length: `read` takes exactly as many numbers as `write` adds. */
export interface Stateful {
  /** Adds the state to `state`; NaN stands for "not yet". */
  write(state: number[]): void;
  /** Takes the state back, in the order of `write`. */
  read(reader: StateReader): void;
}

/** What stands for NaN in a state, since JSON has no NaN: no market comes near this number. */
const NOT_YET = Number.MAX_VALUE;

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
    return value === NOT_YET ? Number.NaN : value;
  }
}

/** The state of all parts and the last values, in order. */
export function writeState(parts: readonly Stateful[], values = new Float64Array(0)): number[] {
  const state = [...values];
  for (const part of parts) part.write(state);
  return state.map((value) => (Number.isNaN(value) ? NOT_YET : value));
}

/** Gives values and parts their state back; throws RangeError, with nothing changed, on another length. */
export function readState(
  parts: readonly Stateful[],
  state: readonly number[],
  values = new Float64Array(0),
): void {
  const { length } = writeState(parts, values);
  if (state.length !== length) {
    throw new RangeError(`a state of ${length} numbers was expected, not of ${state.length}`);
  }
  const reader = new StateReader(state);
  for (let i = 0; i < values.length; i += 1) values[i] = reader.next();
  for (const part of parts) part.read(reader);
}
