/** The switches for how the page looks and speaks, in the head of every page. */
import { useLookChange } from "../client/me.ts";
import { usePreferences } from "../client/page-context.ts";
import { useWording } from "../i18n/wording.ts";
import { IconButton } from "../ui/icon-button.tsx";

export function LanguageSwitch() {
  const { t, language } = useWording();
  const changeLook = useLookChange();
  const names = { en: t("settings.english"), fr: t("settings.french") };
  return (
    <fieldset className="segments">
      <legend className="unseen">{t("settings.language")}</legend>
      {(["en", "fr"] as const).map((one) => (
        <button
          key={one}
          type="button"
          className="segment"
          lang={one}
          aria-pressed={one === language}
          aria-label={names[one]}
          title={names[one]}
          onClick={() => changeLook({ language: one })}
        >
          {one.toUpperCase()}
        </button>
      ))}
    </fieldset>
  );
}

export function ThemeSwitch({ shortcut }: { readonly shortcut?: string }) {
  const { t } = useWording();
  const [{ theme }] = usePreferences();
  const changeLook = useLookChange();
  const isDark = theme === "dark";
  return (
    <IconButton
      icon={isDark ? "sun" : "moon"}
      label={t(isDark ? "settings.toLight" : "settings.toDark")}
      {...(shortcut === undefined ? {} : { shortcut })}
      onClick={() => changeLook({ theme: isDark ? "light" : "dark" })}
    />
  );
}
