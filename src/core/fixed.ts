/** Money as whole numbers of 1e-8 (`bigint`): exact parsing, printing and rounding, no floats. */

/** A decimal amount scaled by 1e8: 1.5 is `150_000_000n`. */
export type Fixed = bigint;

export const FIXED_DIGITS = 8;
export const FIXED_ONE: Fixed = 100_000_000n;

const DECIMAL = /^(-?)(\d{1,20})(?:\.(\d{1,18}))?$/;

/**
 * Reads a plain decimal such as "0.00100000" (sign, digits, one point; no exponent).
 * Returns null when the text is not one, or has digits other than zero past the eighth decimal.
 */
export function parseFixed(text: string): Fixed | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign = "", whole = "", fraction = ""] = match;
  if (/[1-9]/.test(fraction.slice(FIXED_DIGITS))) return null;
  const scaled = BigInt(whole + fraction.slice(0, FIXED_DIGITS).padEnd(FIXED_DIGITS, "0"));
  return sign === "-" ? -scaled : scaled;
}

/** Prints with at least `decimals` (0 to 8) decimals and no more than the value needs. */
export function formatFixed(value: Fixed, decimals = 0): string {
  const digits = (value < 0n ? -value : value).toString().padStart(FIXED_DIGITS + 1, "0");
  const whole = digits.slice(0, -FIXED_DIGITS);
  const fraction = digits.slice(-FIXED_DIGITS).replace(/0+$/, "").padEnd(decimals, "0");
  return `${value < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

const SCALE = 1e8;
/** Whole numbers up to 2^53 are exact doubles. */
const EXACT = 2n ** 53n;
/** Up to 2^50 a decimal times 1e8 is off by less than an eighth: rounding finds the right whole number. */
const NEAR = 2 ** 50;

/** The nearest fixed value of a finite number; exact to 1e-8 for magnitudes under 67 million. */
export function fixedFromNumber(value: number): Fixed {
  const scaled = Math.round(value * SCALE);
  if (Math.abs(scaled) < NEAR) return BigInt(scaled);
  if (!Number.isFinite(value) || Math.abs(value) >= 1e20) {
    throw new RangeError(`not a representable amount: ${value}`);
  }
  const parsed = parseFixed(value.toFixed(FIXED_DIGITS));
  if (parsed === null) throw new RangeError(`not a representable amount: ${value}`);
  return parsed;
}

/** The double nearest to the fixed value. */
export function numberFromFixed(value: Fixed): number {
  // Both are exact up to 2^53, and one division rounds to the nearest double.
  if (value < EXACT && value > -EXACT) return Number(value) / SCALE;
  return Number(formatFixed(value));
}

/** The greatest multiple of `step` (> 0) that is not above `value`. */
export function floorToStep(value: Fixed, step: Fixed): Fixed {
  const remainder = value % step;
  return remainder === 0n ? value : value - remainder - (value < 0n ? step : 0n);
}

/** The smallest multiple of `step` (> 0) that is not below `value`. */
export function ceilToStep(value: Fixed, step: Fixed): Fixed {
  return -floorToStep(-value, step);
}

/** The product of two amounts that are not negative, rounded down to 1e-8. */
export function multiplyDown(a: Fixed, b: Fixed): Fixed {
  return (a * b) / FIXED_ONE;
}

/** The product of two amounts that are not negative, rounded up to 1e-8. */
export function multiplyUp(a: Fixed, b: Fixed): Fixed {
  return (a * b + FIXED_ONE - 1n) / FIXED_ONE;
}
