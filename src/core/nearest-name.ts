/** The known name that somebody probably meant. */

/**
 * The name that takes the fewest edits from `text`: at most a third of its letters, and at least
 * one edit is forgiven. Null when none is near. The first of equals wins.
 */
export function nearestName(text: string, names: readonly string[]): string | null {
  if (text.length === 0 || text.length > NAME_MAX) return null;
  let best: string | null = null;
  let fewest = Math.max(1, Math.floor(text.length / 3)) + 1;
  for (const name of names) {
    const edits = editsBetween(text.toLowerCase(), name);
    if (edits < fewest) {
      best = name;
      fewest = edits;
    }
  }
  return best;
}

/** Longer texts are no misspelt names; it bounds the work. */
const NAME_MAX = 40;

/** Levenshtein's distance. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
