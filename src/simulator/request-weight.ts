/** The exchange's account of REST requests: weight a minute, refusal beyond it, then a ban. */
import type { Clock } from "../server/clock.ts";

/** REQUEST_WEIGHT of the exchange: 6,000 a clock minute. */
export const WEIGHT_MAX = 6_000;
const WINDOW_MS = 60_000;

/** Requests that may still come while refused; whoever sends more is banned. */
const DEFIANCE_MAX = 20;

/** Bans grow from two minutes to three days for those who come back. */
const BAN_MS_MIN = 120_000;
const BAN_MS_MAX = 3 * 86_400_000;

export type Charge =
  | { readonly kind: "accepted"; readonly used: number }
  | { readonly kind: "limited"; readonly used: number; readonly retryAfterS: number }
  | { readonly kind: "banned"; readonly until: number; readonly retryAfterS: number };

/** One client's account (limits are per address, and on loopback there is only one). */
export class RequestWeight {
  readonly #clock: Clock;
  #window = 0;
  #used = 0;
  #defiance = 0;
  #bans = 0;
  #bannedUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Weight used in the current minute. */
  get used(): number {
    return this.#used;
  }

  charge(weight: number): Charge {
    const now = this.#clock.now();
    const window = Math.floor(now / WINDOW_MS);
    if (window !== this.#window) [this.#window, this.#used, this.#defiance] = [window, 0, 0];
    if (now < this.#bannedUntil) return this.#banned(now);
    this.#used += weight;
    if (this.#used <= WEIGHT_MAX) return { kind: "accepted", used: this.#used };
    this.#defiance += 1;
    if (this.#defiance > DEFIANCE_MAX) {
      this.#bannedUntil = now + Math.min(BAN_MS_MAX, BAN_MS_MIN * 2 ** this.#bans);
      this.#bans += 1;
      return this.#banned(now);
    }
    const retryAfterS = Math.ceil(((window + 1) * WINDOW_MS - now) / 1000);
    return { kind: "limited", used: this.#used, retryAfterS };
  }

  #banned(now: number): Charge {
    const until = this.#bannedUntil;
    return { kind: "banned", until, retryAfterS: Math.ceil((until - now) / 1000) };
  }
}
