/** The title of the tab, for pages whose title stands still. */
import { useEffect } from "react";
import { useWording } from "../i18n/wording.ts";

export function usePageTitle(title: string): void {
  const { t } = useWording();
  const text = `${title} · ${t("app.name")}`;
  useEffect(() => {
    document.title = text;
  }, [text]);
}
