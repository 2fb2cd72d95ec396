/** Runs what has to be drawn once an animation frame, however many ticks came in between. */

export class FrameLoop {
  readonly #listeners = new Set<() => void>();
  #request: number | null = null;

  /** Asks for a frame; asking again before it comes changes nothing. */
  request(): void {
    this.#request ??= requestAnimationFrame(this.#run);
  }

  /** Calls `listener` in every requested frame, in the order of subscription; returns the way out. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.request();
    return () => {
      this.#listeners.delete(listener);
    };
  }

  close(): void {
    if (this.#request !== null) cancelAnimationFrame(this.#request);
    this.#request = null;
    this.#listeners.clear();
  }

  readonly #run = () => {
    this.#request = null;
    for (const listener of [...this.#listeners]) listener();
  };
}
