/** The account page: who one is, how the page shall look, where one is signed in, one's data and the way out. */
import "./account.css";
import { EXPORT_ADDRESS } from "../../client/account-api.ts";
import { useMe } from "../../client/me.ts";
import { PlainPage } from "../../frame/plain-page.tsx";
import { useWording } from "../../i18n/wording.ts";
import { Card } from "../../ui/card.tsx";
import { AccountDeletion } from "./account-deletion.tsx";
import { LoginList } from "./login-list.tsx";
import { LookChoice } from "./look-choice.tsx";
import { Profile } from "./profile.tsx";

export function AccountPage() {
  const { t } = useWording();
  const me = useMe();
  const isLocal = me.mode === "local";
  return (
    <PlainPage title={t("account.title")} {...(isLocal ? { lead: t("account.leadLocal") } : {})}>
      <Profile me={me} />
      <LookChoice me={me} />
      <Card
        title={t("account.logins")}
        hint={t(isLocal ? "account.loginsLocal" : "account.loginsHint")}
      >
        {!isLocal && <LoginList />}
      </Card>
      <Card title={t("account.data")} hint={t("account.dataHint")}>
        <div className="row">
          <a className="button" href={EXPORT_ADDRESS} download>
            {t("account.download")}
          </a>
        </div>
      </Card>
      <Card
        title={t("account.deletion")}
        hint={t(isLocal ? "account.deletionLocal" : "account.deletionHint")}
      >
        {!isLocal && <AccountDeletion me={me} />}
      </Card>
    </PlainPage>
  );
}
