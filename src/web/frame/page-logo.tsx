/** The mark of the page, which leads to the market. */
import { Link } from "@tanstack/react-router";
import { useWording } from "../i18n/wording.ts";

export function PageLogo() {
  const { t } = useWording();
  return (
    <Link className="logo" to="/" aria-label={t("app.name")}>
      <img src="/favicon.svg" alt="" width="24" height="24" />
      <span>{t("app.name")}</span>
    </Link>
  );
}
