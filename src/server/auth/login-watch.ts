/** Watches the logins of open streams: one that has ended by itself, or by hand, ends its streams too. */
import type { Clock, Timer } from "../clock.ts";
import type { Login } from "./login.ts";
import type { Logins } from "./logins.ts";

/** Within the five seconds that are promised. */
const LOOK_EVERY_MS = 4_000;

/** A login that this server did not end is asked for this often: 1,000 people are 17 questions a second. */
const VERIFY_EVERY_MS = 60_000;

export interface LoginWatchParts {
  readonly logins: Logins;
  readonly clock: Clock;
  /** Those that have streams open now. */
  readonly open: () => Iterable<Login>;
  readonly onFault: (cause: unknown) => void;
}

export class LoginWatch {
  readonly #parts: LoginWatchParts;
  /** When each login was last found to stand, by the id of its session. */
  #verifiedAt = new Map<number, number>();
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(parts: LoginWatchParts) {
    this.#parts = parts;
    this.#lookLater();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #lookLater(): void {
    if (this.#isStopped) return;
    this.#timer = this.#parts.clock.after(LOOK_EVERY_MS, () => {
      this.#look()
        .catch(this.#parts.onFault)
        .finally(() => this.#lookLater());
    });
  }

  async #look(): Promise<void> {
    const { logins, clock, open } = this.#parts;
    const verifiedAt = new Map<number, number>();
    const seen = new Map<number, Login>();
    for (const login of open()) if (login.session !== null) seen.set(login.session.id, login);
    for (const [id, login] of seen) {
      const now = clock.now();
      const last = this.#verifiedAt.get(id) ?? now;
      const isOver = (login.session?.expiresAt ?? 0) <= now;
      if (!isOver && now - last < VERIFY_EVERY_MS) verifiedAt.set(id, last);
      else if (await logins.verify(login)) verifiedAt.set(id, now);
    }
    this.#verifiedAt = verifiedAt;
  }
}
