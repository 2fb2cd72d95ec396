/** Keeps the process inside the exchange's limits: one weight budget, one budget of connection attempts. */
import type { Clock } from "../clock.ts";

/** `repair` is what trading waits for; `history` is for eyes and may not use the last of the budget. */
export type Purpose = "repair" | "history";

/**
 * Binance allows 6,000 a minute and address. Half of it is plenty (a gap of 25 h in five symbols
 * costs some 100) and leaves room for other programs behind the same address.
 */
export const WEIGHT_MAX: Readonly<Record<Purpose, number>> = { repair: 3_000, history: 1_500 };

/** The exchange's windows begin at its full minutes. */
const WINDOW_MS = 60_000;

/** Our clock and the exchange's differ a little: a new window is used this long after its start. */
const WINDOW_MARGIN_MS = 250;

/** Counts the weight of requests in clock-aligned minutes and obeys pauses that the exchange asks for. */
export class WeightBudget {
  readonly #clock: Clock;
  #window = 0;
  #used = 0;
  #blockedUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes `weight` and returns 0, or takes nothing and returns the milliseconds to wait. */
  take(weight: number, purpose: Purpose): number {
    const now = this.#clock.now();
    this.#turn(now);
    if (now < this.#blockedUntil) return this.#blockedUntil - now;
    if (this.#used + weight > WEIGHT_MAX[purpose]) {
      return (this.#window + 1) * WINDOW_MS + WINDOW_MARGIN_MS - now;
    }
    this.#used += weight;
    return 0;
  }

  /** The window a request belongs to; `observe` wants it back. */
  get window(): number {
    this.#turn(this.#clock.now());
    return this.#window;
  }

  /** Takes the exchange's own count from the answer to a request that was sent in `window`. */
  observe(usedWeight: number, window: number): void {
    this.#turn(this.#clock.now());
    if (window === this.#window && usedWeight > this.#used) this.#used = usedWeight;
  }

  /** Nothing is asked for this long; a longer pause already running stays. */
  pause(ms: number): void {
    this.#blockedUntil = Math.max(
      this.#blockedUntil,
      this.#clock.now() + Math.min(ms, PAUSE_MAX_MS),
    );
  }

  /** Weight used in the present window. */
  get used(): number {
    this.#turn(this.#clock.now());
    return this.#used;
  }

  #turn(now: number): void {
    const window = Math.floor((now - WINDOW_MARGIN_MS) / WINDOW_MS);
    // A wall clock that was set back must not leave a window or a pause far in the future.
    if (this.#blockedUntil > now + PAUSE_MAX_MS) this.#blockedUntil = now + PAUSE_MAX_MS;
    if (window === this.#window) return;
    this.#window = window;
    this.#used = 0;
  }
}

/** Bans last from 2 minutes to 3 days. */
const PAUSE_MAX_MS = 3 * 86_400_000;

/** Attempts that may follow each other at once: six connections, renewed four times over. */
export const ATTEMPTS_BURST = 30;

/** After the burst one attempt in this time: 30 + 75 = 105 in five minutes, of 300 allowed. */
export const ATTEMPT_REFILL_MS = 4_000;

/** A bucket of connection attempts for the whole process. */
export class AttemptBudget {
  readonly #clock: Clock;
  #tokens = ATTEMPTS_BURST;
  #countedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedAt = clock.now();
  }

  /**
   * Takes one attempt and returns 0 when `reserve` more are left; else takes none and returns the
   * milliseconds to wait.
   */
  take(reserve: number): number {
    const now = this.#clock.now();
    const elapsed = Math.max(0, now - this.#countedAt);
    this.#countedAt = now;
    this.#tokens = Math.min(ATTEMPTS_BURST, this.#tokens + elapsed / ATTEMPT_REFILL_MS);
    const lacking = 1 + reserve - this.#tokens;
    if (lacking > 0) return Math.ceil(lacking * ATTEMPT_REFILL_MS);
    this.#tokens -= 1;
    return 0;
  }
}
