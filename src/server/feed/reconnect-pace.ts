/** Decides when the six connections may try again: one scout at a time while the exchange is away. */
import type { Clock, Timer } from "../clock.ts";
import type { Random } from "./random.ts";

/** The first wait after a failure is at most twice this. */
const BACKOFF_BASE_MS = 250;

/** Waits are drawn from 0 to this at most: a returning exchange is noticed within 5 s. */
const BACKOFF_MAX_MS = 5_000;

/** After a healthy connection broke, the next one follows within this. */
const PROMPT_MS = 300;

/** Attempts that scouts leave in the budget, so that the other five can follow at once. */
const SCOUT_RESERVE = 8;

export interface ReconnectPaceParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Takes an attempt and returns 0, or returns the milliseconds until there is one to take. */
  readonly takeAttempt: (reserve: number) => number;
}

/**
 * Full jitter, bounded: a wait is a random part of a span that doubles with each failure. While
 * attempts fail only one connection tries at a time; when it opens, the others follow at once.
 */
export class ReconnectPace {
  readonly #parts: ReconnectPaceParts;
  readonly #waiting: Array<() => void> = [];
  #failures = 0;
  #timer: Timer | null = null;

  constructor(parts: ReconnectPaceParts) {
    this.#parts = parts;
  }

  /** Calls `connect` once, when its turn has come. */
  request(connect: () => void): void {
    this.#waiting.push(connect);
    this.#plan();
  }

  withdraw(connect: () => void): void {
    const index = this.#waiting.indexOf(connect);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  /** An attempt failed, or a connection broke before it had proved itself. */
  failed(): void {
    this.#failures += 1;
    this.#plan();
  }

  /** A connection opened: the exchange is there, nobody needs to wait for a scout. */
  opened(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#turn("follower");
  }

  /** A connection has lived long enough: failures before it are forgotten. */
  proved(): void {
    this.#failures = 0;
  }

  #plan(): void {
    if (this.#timer !== null || this.#waiting.length === 0) return;
    const span = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** Math.min(this.#failures, 10));
    const role = this.#failures === 0 ? "follower" : "scout";
    const waitMs = this.#parts.random() * (role === "scout" ? span : PROMPT_MS);
    this.#later(waitMs, role);
  }

  /** A scout goes alone; followers go all together. */
  #turn(role: Role): void {
    // Only those who wait now: whoever fails and comes again has a wait of its own.
    for (let left = this.#waiting.length; left > 0; left -= 1) {
      const waitMs = this.#parts.takeAttempt(role === "scout" ? SCOUT_RESERVE : 0);
      if (waitMs > 0) {
        this.#later(waitMs, role);
        return;
      }
      this.#waiting.shift()?.();
      if (role === "scout") return;
    }
  }

  #later(waitMs: number, role: Role): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.clock.after(waitMs, () => {
      this.#timer = null;
      this.#turn(role);
    });
  }
}

type Role = "scout" | "follower";
