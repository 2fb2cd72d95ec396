/** Whose the open streams are, so that they can be counted and ended by login. */
import type { Login } from "../auth/auth.ts";
import type { EventStream } from "./stream-connection.ts";

export interface OwnerBounds {
  readonly loginMax: number;
  readonly userMax: number;
}

export class StreamOwners {
  readonly #byStream = new Map<EventStream, Login>();
  readonly #bySession = new Map<number, Set<EventStream>>();
  readonly #byUser = new Map<number, number>();

  add(stream: EventStream, login: Login): void {
    this.#byStream.set(stream, login);
    this.#byUser.set(login.userId, (this.#byUser.get(login.userId) ?? 0) + 1);
    if (login.session === null) return;
    const streams = this.#bySession.get(login.session.id) ?? new Set();
    this.#bySession.set(login.session.id, streams.add(stream));
  }

  remove(stream: EventStream): void {
    const login = this.#byStream.get(stream);
    if (login === undefined) return;
    this.#byStream.delete(stream);
    const left = (this.#byUser.get(login.userId) ?? 0) - 1;
    if (left > 0) this.#byUser.set(login.userId, left);
    else this.#byUser.delete(login.userId);
    if (login.session === null) return;
    const streams = this.#bySession.get(login.session.id);
    streams?.delete(stream);
    if (streams?.size === 0) this.#bySession.delete(login.session.id);
  }

  /** Whether one more would be too many; the local user may have all there are. */
  isAtBound({ userId, session }: Login, { loginMax, userMax }: OwnerBounds): boolean {
    if (session === null) return false;
    const ofLogin = this.#bySession.get(session.id)?.size ?? 0;
    return ofLogin >= loginMax || (this.#byUser.get(userId) ?? 0) >= userMax;
  }

  /** The logins that have streams, one or more times each. */
  logins(): Iterable<Login> {
    return this.#byStream.values();
  }

  ofSessions(sessionIds: ReadonlySet<number>): EventStream[] {
    return [...sessionIds].flatMap((id) => [...(this.#bySession.get(id) ?? [])]);
  }
}
