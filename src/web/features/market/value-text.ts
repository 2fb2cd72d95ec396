/** How a value of an indicator is written, by what it measures. */
import type { IndicatorUnit } from "../../../core/indicators/definition.ts";
import type { Format } from "../../i18n/format.ts";

/** Under so many ticks a price difference needs more digits than a price. */
const SMALL_TICKS = 100;
const SMALL_DECIMALS = 2;

/** `decimals` are those of the instrument's price. */
export function valueText(
  value: number,
  unit: IndicatorUnit,
  { format, decimals }: { readonly format: Format; readonly decimals: number },
): string {
  switch (unit) {
    case "price": {
      const isSmall = value !== 0 && Math.abs(value) < SMALL_TICKS / 10 ** decimals;
      return format.fixed(value, isSmall ? decimals + SMALL_DECIMALS : decimals);
    }
    case "volume":
      return format.volume(value);
    case "percent":
    case "number":
      return format.fixed(value, 2);
  }
}

/** The smallest step that a scale of such values can show. */
export function valueStep(unit: IndicatorUnit, decimals: number): number {
  return unit === "price" ? 10 ** -(decimals + SMALL_DECIMALS) : 0.01;
}
