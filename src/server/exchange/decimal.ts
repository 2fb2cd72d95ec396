/** Reads the decimals that the exchange writes as text: digits, perhaps a point and digits, no more. */

/** 15 digits before the point are above every bound of a candle; 18 after it are twice what exists. */
const DECIMAL = /^\d{1,15}(?:\.\d{1,18})?$/;

/** The number, or null for anything else: signs, exponents, blanks, `NaN`, numbers that are no text. */
export function parseDecimal(value: unknown): number | null {
  return typeof value === "string" && DECIMAL.test(value) ? Number(value) : null;
}
