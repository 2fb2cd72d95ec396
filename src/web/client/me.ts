/** One's own account for components: who one is, and choices that follow one to other browsers. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { assert } from "../../core/assert.ts";
import type { MeAnswer } from "../../protocol/account.ts";
import { changeMe, meQuery } from "./account-api.ts";
import { knownMe } from "./identity.ts";
import { usePreferences } from "./page-context.ts";
import type { PreferenceValues } from "./preferences.ts";

/** Who uses the page; for pages that stand behind the sign-in. */
export function useMe(): MeAnswer {
  const { data } = useQuery(meQuery);
  assert(data !== undefined, "the route has asked who it is before the page is shown");
  return data;
}

type Look = Partial<Pick<PreferenceValues, "language" | "theme">>;

/** Changes language or theme here at once, and in the account, so that other browsers follow. */
export function useLookChange(): (look: Look) => void {
  const queries = useQueryClient();
  const [, preferences] = usePreferences();
  return (look) => {
    preferences.set(look);
    if (knownMe(queries) === null) return;
    changeMe(look).then(
      (me) => queries.setQueryData(meQuery.queryKey, me),
      // The choice holds in this browser; the account keeps its own until the next one.
      () => undefined,
    );
  };
}
