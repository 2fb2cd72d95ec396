/** The page's languages and the one translator that speaks them, each fetched when it is wanted. */
import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import type { en } from "./en.ts";

export const LANGUAGES = ["en", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "page";
    resources: { page: typeof en };
  }
}

/** The language that a browser's preferences ask for: the first one that the page speaks. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (found !== undefined) return found;
  }
  return "en";
}

/** It knows no sentence yet: `learn` a language, then change to it. */
export function createTranslator(): i18n {
  const translator = i18next.createInstance();
  translator.use(initReactI18next).init({
    fallbackLng: false,
    defaultNS: "page",
    resources: {},
    initAsync: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  return translator;
}

/** Fetches the sentences of a language, once: nobody waits for those of another. */
export async function learn(translator: i18n, language: Language): Promise<void> {
  if (translator.hasResourceBundle(language, "page")) return;
  translator.addResourceBundle(language, "page", await SENTENCES[language]());
}

const SENTENCES: Readonly<Record<Language, () => Promise<object>>> = {
  en: async () => (await import("./en.ts")).en,
  fr: async () => (await import("./fr.ts")).fr,
};
