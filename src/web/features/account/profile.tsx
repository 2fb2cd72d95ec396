/** Who one is: the name that one chooses, and what the account says of itself. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { DISPLAY_NAME_LENGTH_MAX, type MeAnswer, meChange } from "../../../protocol/account.ts";
import { changeMe, meQuery } from "../../client/account-api.ts";
import { useProblemText } from "../../i18n/problem-text.ts";
import { useWording, type Wording } from "../../i18n/wording.ts";
import { Card } from "../../ui/card.tsx";

export function Profile({ me }: { readonly me: MeAnswer }) {
  const { t, format } = useWording();
  return (
    <Card title={t("account.profile")}>
      <NameForm me={me} />
      <dl className="facts-list">
        {me.email !== null && <Fact name={t("account.email")} value={me.email} />}
        <Fact name={t("account.since")} value={format.day(me.createdAt)} />
        {me.lastSignInAt !== null && (
          <Fact
            name={t("account.lastSignIn")}
            value={`${format.minute(me.lastSignInAt)} ${t("chart.utc")}`}
          />
        )}
      </dl>
      {me.isOperator && me.mode === "protected" && (
        <p className="account-note">{t("account.operator")}</p>
      )}
    </Card>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function NameForm({ me }: { readonly me: MeAnswer }) {
  const { t } = useWording();
  const problemText = useProblemText();
  const queries = useQueryClient();
  const id = useId();
  const [name, setName] = useState(me.displayName);
  const saving = useMutation({
    mutationFn: changeMe,
    onSuccess: (answer) => {
      queries.setQueryData(meQuery.queryKey, answer);
      setName(answer.displayName);
    },
  });
  const fault = nameFault(name, t) ?? (saving.isError ? problemText(saving.error) : null);
  const isSame = name.trim() === me.displayName;
  return (
    <form
      className="field"
      onSubmit={(event) => {
        event.preventDefault();
        if (nameFault(name, t) === null && !isSame) saving.mutate({ displayName: name.trim() });
      }}
    >
      <label className="field-name" htmlFor={id}>
        {t("account.displayName")}
      </label>
      <div className="row row-tight">
        <input
          className="field-input"
          id={id}
          value={name}
          autoComplete="name"
          aria-invalid={fault !== null}
          aria-describedby={`${id}-said`}
          onChange={(event) => {
            saving.reset();
            setName(event.currentTarget.value);
          }}
        />
        <button
          type="submit"
          className="button button-primary"
          disabled={isSame || fault !== null || saving.isPending}
        >
          {t("account.save")}
        </button>
      </div>
      <p className="field-said" id={`${id}-said`} role="status" data-fault={fault !== null}>
        {fault ?? (saving.isSuccess && isSame ? t("account.saved") : "")}
      </p>
    </form>
  );
}

/** What is wrong with a name, in words; the rule itself is the server's. */
function nameFault(name: string, t: Wording["t"]): string | null {
  const displayName = name.trim();
  if (displayName === "") return t("account.nameEmpty");
  if ([...displayName].length > DISPLAY_NAME_LENGTH_MAX) {
    return t("account.nameLong", { max: DISPLAY_NAME_LENGTH_MAX });
  }
  return meChange.safeParse({ displayName }).success ? null : t("account.nameHidden");
}
