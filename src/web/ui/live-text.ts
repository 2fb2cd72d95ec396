/** Writes to nodes that change with every tick, past React, and only when the text is another one. */

export function writeText(node: Element | null, text: string): void {
  if (node !== null && node.textContent !== text) node.textContent = text;
}

/** Sets `data-<name>` for the style sheet; null takes it away. */
export function writeMark(node: HTMLElement | null, name: string, value: string | null): void {
  if (node === null) return;
  if (value === null) delete node.dataset[name];
  else if (node.dataset[name] !== value) node.dataset[name] = value;
}
