/** The head of the page: what this is, whether it lives, how it shall look, and for whom. */
import { usePreferences } from "../../client/page-context.ts";
import { AccountMenu } from "../../frame/account-menu.tsx";
import { LanguageSwitch, ThemeSwitch } from "../../frame/look-switches.tsx";
import { PageLogo } from "../../frame/page-logo.tsx";
import { useWording } from "../../i18n/wording.ts";
import { IconButton } from "../../ui/icon-button.tsx";
import { ConnectionStatus } from "./connection-status.tsx";

interface PageHeaderProps {
  readonly onHelp: () => void;
}

export function PageHeader({ onHelp }: PageHeaderProps) {
  const { t } = useWording();
  const [{ palette }, preferences] = usePreferences();
  const isGreenRed = palette === "green-red";
  return (
    <header className="header">
      <PageLogo />
      <span className="spring" />
      <ConnectionStatus />
      <LanguageSwitch />
      <IconButton
        icon="palette"
        label={t(isGreenRed ? "settings.toBlueOrange" : "settings.toGreenRed")}
        onClick={() => preferences.set({ palette: isGreenRed ? "blue-orange" : "green-red" })}
      />
      <ThemeSwitch shortcut="T" />
      <span className="for-keyboards">
        <IconButton icon="keyboard" label={t("settings.help")} shortcut="?" onClick={onHelp} />
      </span>
      <AccountMenu />
    </header>
  );
}
