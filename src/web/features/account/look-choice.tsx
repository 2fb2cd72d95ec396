/** Language and theme as the account keeps them: chosen, or left to each browser. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { LANGUAGES, type MeAnswer, type MeChange, THEMES } from "../../../protocol/account.ts";
import { changeMe, meQuery } from "../../client/account-api.ts";
import { usePreferences } from "../../client/page-context.ts";
import { useProblemText } from "../../i18n/problem-text.ts";
import { useWording } from "../../i18n/wording.ts";
import { Card } from "../../ui/card.tsx";

export function LookChoice({ me }: { readonly me: MeAnswer }) {
  const { t } = useWording();
  const problemText = useProblemText();
  const queries = useQueryClient();
  const [, preferences] = usePreferences();
  const saving = useMutation({
    mutationFn: changeMe,
    onSuccess: (answer) => queries.setQueryData(meQuery.queryKey, answer),
  });
  const languageNames = { en: t("settings.english"), fr: t("settings.french") };
  const change = (look: Pick<MeChange, "language" | "theme">) => saving.mutate(look);
  return (
    <Card
      title={t("account.look")}
      hint={t(me.mode === "local" ? "account.lookHintLocal" : "account.lookHint")}
    >
      <div className="row row-fields">
        <Choice
          name={t("settings.language")}
          value={me.language ?? ""}
          onChange={(value) => {
            const language = LANGUAGES.find((one) => one === value) ?? null;
            preferences.set({ language });
            change({ language });
          }}
        >
          <option value="">{t("account.asBrowser")}</option>
          {LANGUAGES.map((language) => (
            <option key={language} value={language} lang={language}>
              {languageNames[language]}
            </option>
          ))}
        </Choice>
        <Choice
          name={t("account.theme")}
          value={me.theme ?? ""}
          onChange={(value) => {
            const theme = THEMES.find((one) => one === value) ?? null;
            if (theme !== null) preferences.set({ theme });
            change({ theme });
          }}
        >
          <option value="">{t("account.asBrowser")}</option>
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {t(`account.${theme}`)}
            </option>
          ))}
        </Choice>
      </div>
      {saving.isError && (
        <p className="field-error" role="alert">
          {problemText(saving.error)}
        </p>
      )}
    </Card>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}

function Choice({ name, value, onChange, children }: ChoiceProps) {
  const id = useId();
  return (
    <div className="field field-choice">
      <label className="field-name" htmlFor={id}>
        {name}
      </label>
      <select
        className="field-input"
        id={id}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {children}
      </select>
    </div>
  );
}
