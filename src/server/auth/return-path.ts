/** Where a sign-in comes back to: a path of this server's page, and nothing else. */

/** Longer than any address of the page. */
const LENGTH_MAX = 512;

/** Control characters, spaces and backslashes, which browsers drop or turn into slashes. */
const SUSPECT = /[^\x21-\x7e]|\\/;

/** The path in its normal form, or null where it could lead away or is none of the page's. */
export function returnPath(text: string): string | null {
  if (text.length > LENGTH_MAX || SUSPECT.test(text)) return null;
  if (!text.startsWith("/") || text.startsWith("//")) return null;
  const url = URL.parse(text, BASE);
  if (url === null || url.origin !== BASE) return null;
  // Dots can leave a second slash at the front: "/.//evil.example".
  if (url.pathname.startsWith("//") || /^\/api(\/|$)/i.test(url.pathname)) return null;
  return url.pathname + url.search + url.hash;
}

const BASE = "https://outcry.invalid";
