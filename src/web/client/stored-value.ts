/** Values that outlive the page in localStorage: versioned, and parsed like anything from outside. */
import { z } from "zod";

/** A place in localStorage. Another version, another shape or no storage at all: the fallback. */
export interface StoredPlace<T> {
  readonly key: string;
  /** Raised when older values would be misread. */
  readonly version: number;
  readonly schema: z.ZodType<T>;
  readonly fallback: T;
}

const envelope = z.object({ version: z.number(), value: z.unknown() });

export function readStored<T>(place: StoredPlace<T>): T {
  const text = readText(place.key);
  if (text === null) return place.fallback;
  const outer = envelope.safeParse(parseJson(text));
  if (!outer.success || outer.data.version !== place.version) return place.fallback;
  const inner = place.schema.safeParse(outer.data.value);
  return inner.success ? inner.data : place.fallback;
}

export function writeStored<T>(place: StoredPlace<T>, value: T): void {
  try {
    localStorage.setItem(place.key, JSON.stringify({ version: place.version, value }));
  } catch {
    // Storage is full or forbidden (private windows): the choice then lasts as long as the page.
  }
}

function readText(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
