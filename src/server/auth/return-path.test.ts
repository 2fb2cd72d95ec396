/** Return paths: whatever is taken leads to this server, whoever resolves it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { returnPath } from "./return-path.ts";

test.each(["/", "/strategies", "/strategies?a=b%20c&d=//e#top", "/apis", "/a/../b"])(
  "%s is taken",
  (path) => {
    expect(returnPath(path)).toBe(new URL(path, "http://x").href.slice("http://x".length));
  },
);

test("nothing that is taken leaves the origin, or the page for the API", () => {
  const pieces = fc.constantFrom("/", "\\", ".", "..", "@", ":", "//", "%2f", "%5c", "\t", "\r\n");
  const words = fc.constantFrom(
    "evil.example",
    "https:",
    "api",
    "API",
    "me",
    "a",
    "?",
    "#",
    " ",
    "é",
  );
  const texts = fc.array(fc.oneof(pieces, words), { maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, (text) => {
      const path = returnPath(text);
      if (path === null) return;
      const url = new URL(path, "https://trade.example.org/somewhere/deep");
      expect(url.origin).toBe("https://trade.example.org");
      expect(url.pathname).not.toMatch(/^\/api(\/|$)/i);
      expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
    }),
    { numRuns: 20_000 },
  );
});
