/** Something that opens after the server listens: requests that need it wait here, for a bounded time. */

/** Requests that wait at once: a page and its tabs need a few; the rest is told to come again. */
const WAITING_MAX = 1_000;

export class OpeningGate<Opened> {
  #open: Opened | null = null;
  #isClosed = false;
  readonly #waiting = new Set<() => void>();

  /** What has opened, or null while it opens. */
  current(): Opened | null {
    return this.#open;
  }

  open(opened: Opened): void {
    this.#open = opened;
    this.#wakeAll();
  }

  /** Lets nobody wait any longer: nothing will open any more. */
  close(): void {
    this.#isClosed = true;
    this.#wakeAll();
  }

  /** What has opened as soon as it has; null when it has not within `waitMs`. */
  async whenOpen(waitMs: number): Promise<Opened | null> {
    if (this.#open !== null || this.#isClosed) return this.#open;
    if (this.#waiting.size >= WAITING_MAX) return null;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      this.#waiting.add(wake);
    });
    return this.#open;
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
