/** Times as the chart library counts them: whole seconds, UTC. */
import type { Time, UTCTimestamp } from "lightweight-charts";
import { assert } from "../../../core/assert.ts";

/** Open times lie on whole minutes, so nothing is lost. */
export function chartTime(openTime: number): UTCTimestamp {
  const seconds = openTime / 1_000;
  assert(isTimestamp(seconds), "an open time is a whole second");
  return seconds;
}

/** Back to milliseconds; null for the library's other forms of time, which this page does not use. */
export function openTimeOf(time: Time | undefined): number | null {
  return typeof time === "number" ? time * 1_000 : null;
}

function isTimestamp(seconds: number): seconds is UTCTimestamp {
  return Number.isInteger(seconds);
}
