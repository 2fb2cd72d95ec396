/** Randomness as an argument, so that a test can repeat what happened. */

/** A number in [0, 1). */
export type Random = () => number;
