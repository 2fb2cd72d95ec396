/** The sign-in page: what Outcry is, what went wrong the last time, and one way in. */
import "./sign-in.css";
import { RETURN_PATH_PARAMETER } from "../../../protocol/account.ts";
import { signInAddress } from "../../client/account-api.ts";
import { LanguageSwitch, ThemeSwitch } from "../../frame/look-switches.tsx";
import { usePageTitle } from "../../frame/page-title.ts";
import { useWording } from "../../i18n/wording.ts";
import { Notice } from "../../ui/notice.tsx";
import { GoogleMark } from "./google-mark.tsx";
import type { SignInSearch } from "./sign-in-search.ts";

export function SignInPage({ search }: { readonly search: SignInSearch }) {
  const { t } = useWording();
  const returnPath = search[RETURN_PATH_PARAMETER];
  usePageTitle(t("signIn.title"));
  return (
    <div className="sign-in">
      <header className="sign-in-head">
        <LanguageSwitch />
        <ThemeSwitch />
      </header>
      <main className="sign-in-card">
        <div className="sign-in-brand">
          <img src="/favicon.svg" alt="" width="48" height="48" />
          <h1>{t("app.name")}</h1>
          <p>{t("signIn.lead")}</p>
        </div>
        <Reason search={search} />
        <a className="sign-in-button" href={signInAddress(returnPath ?? "/")}>
          <GoogleMark />
          {t("signIn.button")}
        </a>
        {returnPath !== undefined && <p className="sign-in-hint">{t("signIn.back")}</p>}
        <ul className="sign-in-facts">
          <li>{t("signIn.paper")}</li>
          <li>{t("signIn.kept")}</li>
        </ul>
      </main>
      <footer className="sign-in-foot">
        {t("app.paper")} · {t("app.disclaimer")}
      </footer>
    </div>
  );
}

/** Why one is here; nothing for somebody who comes for the first time. */
function Reason({ search: { error, notice } }: { readonly search: SignInSearch }) {
  const { t } = useWording();
  if (error !== undefined) {
    return (
      <Notice tone={error === "cancelled" ? "info" : "danger"}>
        <strong className="sign-in-attempt">{t("signIn.attempt")}</strong>
        {t(`signIn.error.${error}`)}
      </Notice>
    );
  }
  if (notice === undefined) return null;
  return <Notice tone="info">{t(`signIn.notice.${notice}`)}</Notice>;
}
