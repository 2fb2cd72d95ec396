/** How long to wait before the next attempt to connect: exponential backoff with full jitter. */

/** The first wait lies under half a second: most drops are a server that restarts or a phone that wakes. */
export const RECONNECT_DELAY_MS_BASE = 500;

/** Nobody watches a chart for longer than this without wanting to know whether it lives again. */
export const RECONNECT_DELAY_MS_MAX = 15_000;

/**
 * The wait before attempt `attempt` (0 is the first after a loss). `random` lies in [0, 1): the whole
 * span is used, so that a thousand pages do not come back in the same instant.
 */
export function reconnectDelayMs(attempt: number, random: number): number {
  const span = Math.min(RECONNECT_DELAY_MS_MAX, RECONNECT_DELAY_MS_BASE * 2 ** attempt);
  return Math.round(span * random);
}
