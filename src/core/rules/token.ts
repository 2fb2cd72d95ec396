/** Splits a rule's text into words, numbers and signs, each with its place. */
import { RULE_TEXT_MAX } from "./rule.ts";

export interface Token {
  readonly kind: "word" | "number" | "sign" | "unknown" | "end";
  readonly text: string;
  /** Index of its first character. */
  readonly at: number;
}

// A timeframe is the one word that begins with a digit, so it is only read behind its sign.
const TOKEN =
  /\s*(?:(@\s*[0-9a-zA-Z]*)|([A-Za-z_][A-Za-z0-9_]*)|(\d+(?:\.\d+)?)|(<=|>=|==|!=|[<>+\-*/()[\],.%])|(\S))/y;

/** The tokens of a text, closed by one of kind `end`. Never throws; the parser refuses what is unknown. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.length;
  TOKEN.lastIndex = 0;
  while (tokens.length <= RULE_TEXT_MAX) {
    const match = TOKEN.exec(text);
    if (match === null) break;
    const [whole, timeframe, word, number, sign, unknown = ""] = match;
    const found = timeframe ?? word ?? number ?? sign ?? unknown;
    const at = match.index + whole.length - found.length;
    if (timeframe !== undefined)
      tokens.push({ kind: "sign", text: timeframe.replace(/\s/g, ""), at });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, at });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, at });
    else tokens.push({ kind: sign === undefined ? "unknown" : "sign", text: found, at });
  }
  tokens.push({ kind: "end", text: "", at: end });
  return tokens;
}
