/** Who uses the page: known before anything is shown, and noticed when it is somebody else. */
import type { QueryClient } from "@tanstack/react-query";
import type { MeAnswer } from "../../protocol/account.ts";
import { meQuery } from "./account-api.ts";
import type { PreferenceValues } from "./preferences.ts";
import { isSignInRequired } from "./server-api.ts";

export type Identity =
  | { readonly kind: "known"; readonly me: MeAnswer }
  | { readonly kind: "stranger" };

export interface IdentityParts {
  readonly queries: QueryClient;
  /** Takes over what the account says of the page; resolves when the page looks and speaks so. */
  readonly adopt: (look: Partial<PreferenceValues>) => Promise<void>;
}

/** At once where it is known; what the account says of language and theme holds from then on. */
export function identify(parts: IdentityParts): Identity | Promise<Identity> {
  const me = knownMe(parts.queries);
  if (me !== null) return { kind: "known", me };
  // Whoever signs in gets a new document.
  const isStranger = isSignInRequired(parts.queries.getQueryState(meQuery.queryKey)?.error);
  return isStranger ? { kind: "stranger" } : firstIdentity(parts);
}

async function firstIdentity({ queries, adopt }: IdentityParts): Promise<Identity> {
  try {
    const me = await queries.fetchQuery(meQuery);
    await adopt({
      ...(me.language === null ? {} : { language: me.language }),
      ...(me.theme === null ? {} : { theme: me.theme }),
    });
    return { kind: "known", me };
  } catch (fault) {
    if (isSignInRequired(fault)) return { kind: "stranger" };
    throw fault;
  }
}

/** Null before it is known, and on pages that do not ask. */
export function knownMe(queries: QueryClient): MeAnswer | null {
  return queries.getQueryData<MeAnswer>(meQuery.queryKey) ?? null;
}

/** Asks the server again, past what the page shows: that stays the former person's until it is left. */
export function whoNow(queries: QueryClient): Promise<MeAnswer> {
  return queries.fetchQuery({ ...meQuery, queryKey: ["me now"], staleTime: 0, gcTime: 0 });
}

/**
 * Another tab may have signed out, or somebody else in: asked whenever the page is looked at again,
 * also when the browser brings it back from its memory. `onOther` is told of somebody else.
 */
export function watchIdentity(queries: QueryClient, onOther: () => void): void {
  const look = () => {
    const former = knownMe(queries);
    if (former === null) return;
    whoNow(queries).then(
      (me) => {
        if (me.id !== former.id) onOther();
      },
      // An end of the login is noticed where all refusals are; no answer changes nothing.
      () => undefined,
    );
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) look();
  });
}
