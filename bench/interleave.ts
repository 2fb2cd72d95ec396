/** Measures contestants in turns, so that what else the machine does hits all of them alike. */

/** One way of doing the work: `prepare` is not timed, what it returns is. */
export interface Contestant {
  readonly name: string;
  prepare(): () => void;
}

/** What was measured, in nanoseconds of processor time a unit of work. */
export interface Measured {
  readonly name: string;
  readonly median: number;
  readonly least: number;
  /** The median of its rounds' times, each divided by that of the first contestant in the same round. */
  readonly ratio: number;
}

/**
 * Runs each contestant once a round, in an order that rotates; two rounds warm up and do not count.
 * Processor time of the whole process is taken, so that waiting for a busy machine is not counted and
 * collecting garbage is.
 */
export function interleave(
  contestants: readonly Contestant[],
  plan: { readonly rounds: number; readonly units: number },
): Measured[] {
  const times = contestants.map((): number[] => []);
  for (let round = -WARM_UP_ROUNDS; round < plan.rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const index = (turn + round + WARM_UP_ROUNDS) % contestants.length;
      const run = contestants[index]?.prepare();
      const begin = process.cpuUsage();
      run?.();
      const { user, system } = process.cpuUsage(begin);
      if (round >= 0) times[index]?.push(((user + system) * 1_000) / plan.units);
    }
  }
  return contestants.map(({ name }, i) => {
    const own = times[i] ?? [];
    const ratios = own.map((time, round) => time / (times[0]?.[round] ?? 1));
    return { name, median: median(own), least: Math.min(...own), ratio: median(ratios) };
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

const WARM_UP_ROUNDS = 2;
