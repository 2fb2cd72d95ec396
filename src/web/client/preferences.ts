/** What a person has chosen about the page itself: language, theme, colours, what was last looked at. */
import { z } from "zod";
import { timeframeSchema } from "../../protocol/market.ts";
import { readStored, type StoredPlace, writeStored } from "./stored-value.ts";

const preferencesSchema = z.object({
  /** null follows the browser. */
  language: z.enum(["en", "fr"]).nullable(),
  theme: z.enum(["dark", "light"]),
  palette: z.enum(["green-red", "blue-orange"]),
  symbol: z.string().max(30).nullable(),
  timeframe: timeframeSchema,
});

export type PreferenceValues = Readonly<z.infer<typeof preferencesSchema>>;

/** `theme.js` reads the same place before the first paint. */
export const PREFERENCES_PLACE: StoredPlace<PreferenceValues> = {
  key: "outcry.preferences",
  version: 1,
  schema: preferencesSchema,
  fallback: {
    language: null,
    theme: "dark",
    palette: "green-red",
    symbol: null,
    timeframe: "1m",
  },
};

export class Preferences {
  readonly #listeners = new Set<() => void>();
  #values = readStored(PREFERENCES_PLACE);

  readonly get = (): PreferenceValues => this.#values;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  set(change: Partial<PreferenceValues>): void {
    this.#values = { ...this.#values, ...change };
    writeStored(PREFERENCES_PLACE, this.#values);
    for (const listener of [...this.#listeners]) listener();
  }
}
