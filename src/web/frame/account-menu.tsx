/** Who uses the page, where else one can go, and the way out. */
import { Popover } from "@mantine/core";
import { Link, useLocation } from "@tanstack/react-router";
import { useState } from "react";
import type { MeAnswer } from "../../protocol/account.ts";
import { signOut } from "../client/account-api.ts";
import { useMe } from "../client/me.ts";
import { useSignInDoor } from "../client/page-context.ts";
import { useWording, type Wording } from "../i18n/wording.ts";
import { Icon } from "../ui/icon.tsx";

export function AccountMenu() {
  const { t } = useWording();
  const me = useMe();
  const name = nameOf(me, t);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Popover
      opened={isOpen}
      onChange={setIsOpen}
      position="bottom-end"
      shadow="md"
      width={250}
      trapFocus
      returnFocus
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <button
          type="button"
          className="person"
          aria-label={t("person.menu", { name })}
          onClick={() => setIsOpen(!isOpen)}
        >
          <Icon name="person" />
          <span className="person-name">{name}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className="popover person-menu">
        <MenuBody me={me} onClose={() => setIsOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function MenuBody({ me, onClose }: { readonly me: MeAnswer; readonly onClose: () => void }) {
  const { t } = useWording();
  const { pathname } = useLocation();
  return (
    <>
      <p className="person-who">
        <strong>{nameOf(me, t)}</strong>
        <span>{me.mode === "local" ? t("person.local") : me.email}</span>
      </p>
      <ul className="person-places">
        {PLACES.map(({ to, key }) => (
          <li key={to}>
            <Link
              to={to}
              className="person-act"
              aria-current={pathname === to ? "page" : undefined}
              onClick={onClose}
            >
              {t(`person.${key}`)}
            </Link>
          </li>
        ))}
      </ul>
      {me.mode === "protected" && <SignOut />}
    </>
  );
}

const PLACES = [
  { to: "/", key: "market" },
  { to: "/strategies", key: "strategies" },
  { to: "/account", key: "account" },
] as const;

function SignOut() {
  const { t } = useWording();
  const door = useSignInDoor();
  const [state, setState] = useState<"idle" | "leaving" | "failed">("idle");
  return (
    <>
      <button
        type="button"
        className="person-act person-leave"
        disabled={state === "leaving"}
        onClick={() => {
          setState("leaving");
          door.leaveAfter("signed_out", signOut).catch(() => setState("failed"));
        }}
      >
        {t("person.signOut")}
      </button>
      {state === "failed" && (
        <p className="field-error" role="alert">
          {t("person.signOutFailed")}
        </p>
      )}
    </>
  );
}

/** What the server calls the local user until somebody gives that user another name. */
const LOCAL_NAME = "Local user";

function nameOf(me: MeAnswer, t: Wording["t"]): string {
  return me.mode === "local" && me.displayName === LOCAL_NAME
    ? t("person.localName")
    : me.displayName;
}
