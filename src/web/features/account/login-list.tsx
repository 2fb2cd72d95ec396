/** The browsers in which one is signed in, and their ends. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { LoginAnswer } from "../../../protocol/account.ts";
import { endAllLogins, endLogin, loginsQuery, signOut } from "../../client/account-api.ts";
import { useSignInDoor } from "../../client/page-context.ts";
import { useProblemText } from "../../i18n/problem-text.ts";
import { useWording } from "../../i18n/wording.ts";
import { Notice } from "../../ui/notice.tsx";

export function LoginList() {
  const { t } = useWording();
  const problemText = useProblemText();
  const queries = useQueryClient();
  const door = useSignInDoor();
  const { data, isError, refetch } = useQuery(loginsQuery);
  const ending = useMutation({
    mutationFn: (login: LoginAnswer) =>
      login.isCurrent ? door.leaveAfter("signed_out", signOut) : endLogin(login.id),
    onSettled: () => queries.invalidateQueries({ queryKey: loginsQuery.queryKey }),
  });
  const endingAll = useMutation({
    mutationFn: () => door.leaveAfter("signed_out", endAllLogins),
  });
  const isBusy = ending.isPending || endingAll.isPending;
  const fault = endingAll.error ?? ending.error;
  if (isError && data === undefined) {
    const retry = { label: t("account.retry"), onClick: () => void refetch() };
    return (
      <Notice tone="danger" action={retry}>
        {t("account.loginsFailed")}
      </Notice>
    );
  }
  return (
    <>
      <ul className="logins">
        {data?.map((login) => (
          <LoginRow
            key={login.id}
            login={login}
            isBusy={isBusy}
            onEnd={() => ending.mutate(login)}
          />
        ))}
      </ul>
      {fault !== null && (
        <p className="field-error" role="alert">
          {problemText(fault)}
        </p>
      )}
      <div className="row">
        <button
          type="button"
          className="button button-danger"
          disabled={isBusy}
          onClick={() => endingAll.mutate()}
        >
          {t("account.endAll")}
        </button>
      </div>
    </>
  );
}

interface LoginRowProps {
  readonly login: LoginAnswer;
  readonly isBusy: boolean;
  readonly onEnd: () => void;
}

function LoginRow({ login, isBusy, onEnd }: LoginRowProps) {
  const { t, format } = useWording();
  const ago = format.ago(Date.now() - login.lastUsedAt);
  const { device } = login;
  return (
    <li className="login">
      <div className="login-words">
        <strong>{device}</strong>
        {login.isCurrent && <span className="badge">{t("account.thisBrowser")}</span>}
        <p>
          {t("account.lastUsed", { ago })} ·{" "}
          {t("account.signedInAt", { time: format.minute(login.createdAt) })}
        </p>
      </div>
      <button
        type="button"
        className="button"
        disabled={isBusy}
        aria-label={login.isCurrent ? t("account.endHere") : t("account.endNamed", { device, ago })}
        onClick={onEnd}
      >
        {t(login.isCurrent ? "account.endHere" : "account.end")}
      </button>
    </li>
  );
}
