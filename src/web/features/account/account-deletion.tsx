/** The end of the account: asked for, confirmed by typing, and done at once. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { MeAnswer } from "../../../protocol/account.ts";
import { deleteMe } from "../../client/account-api.ts";
import { whoNow } from "../../client/identity.ts";
import { useSignInDoor } from "../../client/page-context.ts";
import { useProblemText } from "../../i18n/problem-text.ts";
import { useWording } from "../../i18n/wording.ts";
import { Sheet, takeFocus } from "../../ui/sheet.tsx";

export function AccountDeletion({ me }: { readonly me: MeAnswer }) {
  const { t } = useWording();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="row">
      <button type="button" className="button button-danger" onClick={() => setIsOpen(true)}>
        {t("account.delete")}…
      </button>
      <Sheet
        title={t("account.deleteTitle")}
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        width={440}
      >
        <Confirmation me={me} onCancel={() => setIsOpen(false)} />
      </Sheet>
    </div>
  );
}

interface ConfirmationProps {
  readonly me: MeAnswer;
  readonly onCancel: () => void;
}

function Confirmation({ me, onCancel }: ConfirmationProps) {
  const { t } = useWording();
  const problemText = useProblemText();
  const queries = useQueryClient();
  const door = useSignInDoor();
  const id = useId();
  const [typed, setTyped] = useState("");
  const phrase = t("account.deletePhrase");
  const isMeant = typed.trim().toLowerCase() === phrase;
  const deletion = useMutation({
    mutationFn: async () => {
      // Another tab may have signed somebody else in since this page was opened.
      const now = await whoNow(queries);
      if (now.id !== me.id) throw new Error(t("account.deleteOther"));
      await door.leaveAfter("deleted", deleteMe);
    },
  });
  return (
    <form
      className="confirmation"
      onSubmit={(event) => {
        event.preventDefault();
        if (isMeant && !deletion.isPending) deletion.mutate();
      }}
    >
      <p>{t("account.deleteText")}</p>
      <div className="field">
        <label className="field-name" htmlFor={id}>
          {t("account.deleteType", { phrase })}
        </label>
        <input
          className="field-input"
          id={id}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          ref={takeFocus}
          data-autofocus
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      {deletion.isError && (
        <p className="field-error" role="alert">
          {problemText(deletion.error)}
        </p>
      )}
      <div className="row row-end">
        <button type="button" className="button" onClick={onCancel}>
          {t("account.cancel")}
        </button>
        <button
          type="submit"
          className="button button-danger"
          disabled={!isMeant || deletion.isPending}
        >
          {t("account.delete")}
        </button>
      </div>
    </form>
  );
}
