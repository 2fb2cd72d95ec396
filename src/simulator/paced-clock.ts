/** A market's own time: starts at a chosen instant, runs at a chosen speed, and may stop for good. */
import type { Clock, Timer } from "../server/clock.ts";

export interface Pace {
  /** What the market's clock shows when it is made. */
  readonly startTime: number;
  /** Minutes of market a minute; > 0. */
  readonly speed: number;
  /** The instant at which market time stops; null when it never does. */
  readonly endTime: number | null;
}

/** Market time on top of a base clock. Past the end, `now` stands still and timers never run. */
export function pacedClock(base: Clock, pace: Pace): Clock {
  const began = base.now();
  const now = () => {
    const time = pace.startTime + Math.floor((base.now() - began) * pace.speed);
    return pace.endTime === null ? time : Math.min(time, pace.endTime);
  };
  return {
    now,
    after(delayMs, action) {
      const due = now() + delayMs;
      if (pace.endTime !== null && due > pace.endTime) return NEVER;
      return base.after(Math.ceil(delayMs / pace.speed), action);
    },
  };
}

const NEVER: Timer = { cancel: () => {} };
