/** The words of a component: its translator, and number formats of the same language. */
import type { TFunction } from "i18next";
import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";
import { assert } from "../../core/assert.ts";
import type { Format } from "./format.ts";
import type { Language } from "./language.ts";

export interface Speech {
  readonly language: Language;
  readonly format: Format;
}

export const SpeechContext = createContext<Speech | null>(null);

export interface Wording extends Speech {
  readonly t: TFunction<"page">;
}

export function useWording(): Wording {
  const { t } = useTranslation("page");
  const speech = useContext(SpeechContext);
  assert(speech !== null, "components stand inside the language's context");
  return { t, ...speech };
}
