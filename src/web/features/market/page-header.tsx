/** The head of the page: what this is, whether it lives, and how it shall look. */
import { useTranslation } from "react-i18next";
import { usePreferences } from "../../client/page-context.ts";
import { useWording } from "../../i18n/wording.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { ConnectionStatus } from "./connection-status.tsx";

interface PageHeaderProps {
  readonly onHelp: () => void;
}

export function PageHeader({ onHelp }: PageHeaderProps) {
  const { t } = useWording();
  const [{ theme, palette }, preferences] = usePreferences();
  const isDark = theme === "dark";
  const isGreenRed = palette === "green-red";
  return (
    <header className="header">
      <a className="logo" href="/">
        <img src="/favicon.svg" alt="" width="24" height="24" />
        <span>{t("app.name")}</span>
      </a>
      <span className="spring" />
      <ConnectionStatus />
      <LanguageSwitch />
      <IconButton
        icon="palette"
        label={t(isGreenRed ? "settings.toBlueOrange" : "settings.toGreenRed")}
        onClick={() => preferences.set({ palette: isGreenRed ? "blue-orange" : "green-red" })}
      />
      <IconButton
        icon={isDark ? "sun" : "moon"}
        label={t(isDark ? "settings.toLight" : "settings.toDark")}
        shortcut="T"
        onClick={() => preferences.set({ theme: isDark ? "light" : "dark" })}
      />
      <IconButton icon="keyboard" label={t("settings.help")} shortcut="?" onClick={onHelp} />
    </header>
  );
}

function LanguageSwitch() {
  const { t, language } = useWording();
  const { i18n } = useTranslation();
  const [, preferences] = usePreferences();
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
          onClick={() => {
            preferences.set({ language: one });
            void i18n.changeLanguage(one);
          }}
        >
          {one.toUpperCase()}
        </button>
      ))}
    </fieldset>
  );
}
