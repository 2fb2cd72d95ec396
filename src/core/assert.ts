/** Assertions for bugs: they stay on in production and never guard against bad input. */

/** Throws when a fact that the code relies on does not hold. `message` says which fact. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** Marks the end of a `switch` over a union: it type-checks only when every case is handled. */
export function unreachable(value: never): never {
  throw new Error(`assertion failed: unreachable case ${JSON.stringify(value)}`);
}
