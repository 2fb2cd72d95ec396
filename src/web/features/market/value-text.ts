/** How a value of an indicator is written, by what it measures. */
import type { IndicatorUnit } from "../../../core/indicators/definition.ts";
import type { Format } from "../../i18n/format.ts";

/** `decimals` are those of the instrument's price. */
export function valueText(
  value: number,
  unit: IndicatorUnit,
  { format, decimals }: { readonly format: Format; readonly decimals: number },
): string {
  switch (unit) {
    case "price":
      return format.fixed(value, decimals);
    case "volume":
      return format.volume(value);
    case "percent":
    case "number":
      return format.fixed(value, 2);
  }
}
