/** The frame of every page but the market's: head, one column, nothing else. */
import type { ReactNode } from "react";
import { useWording } from "../i18n/wording.ts";
import { AccountMenu } from "./account-menu.tsx";
import { LanguageSwitch, ThemeSwitch } from "./look-switches.tsx";
import { PageLogo } from "./page-logo.tsx";
import { usePageTitle } from "./page-title.ts";

interface PlainPageProps {
  readonly title: string;
  /** Under the title: what the page is for. */
  readonly lead?: string;
  readonly children: ReactNode;
}

export function PlainPage({ title, lead, children }: PlainPageProps) {
  const { t } = useWording();
  usePageTitle(title);
  return (
    <div className="plain">
      <a className="skip" href="#content">
        {t("person.skip")}
      </a>
      <header className="header">
        <PageLogo />
        <span className="spring" />
        <LanguageSwitch />
        <ThemeSwitch />
        <AccountMenu />
      </header>
      <main className="plain-main" id="content" tabIndex={-1}>
        <h1>{title}</h1>
        {lead !== undefined && <p className="plain-lead">{lead}</p>}
        {children}
      </main>
    </div>
  );
}
