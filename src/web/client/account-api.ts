/** The questions about people: who one is, one's logins and strategies, and the ways out. */
import {
  ACCOUNT_DELETION_CONFIRMATION,
  loginsAnswer,
  loginsEndedAnswer,
  type MeAnswer,
  type MeChange,
  meAnswer,
  RETURN_PATH_PARAMETER,
  strategiesAnswer,
} from "../../protocol/account.ts";
import { ask, tell } from "./server-api.ts";

/** The answer of a list is believed this long: what one does on the page itself is fetched at once. */
const LIST_STALE_MS = 10_000;

/** Who one is changes only by one's own doing, which puts the new answer in its place. */
export const meQuery = {
  queryKey: ["me"],
  queryFn: () => ask("/api/me", meAnswer),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
};

export const loginsQuery = {
  queryKey: ["logins"],
  queryFn: async () => (await ask("/api/me/sessions", loginsAnswer)).sessions,
  staleTime: LIST_STALE_MS,
};

export const strategiesQuery = {
  queryKey: ["strategies"],
  queryFn: async () => (await ask("/api/strategies", strategiesAnswer)).strategies,
  staleTime: LIST_STALE_MS,
};

export function changeMe(change: MeChange): Promise<MeAnswer> {
  return ask("/api/me", meAnswer, { method: "PATCH", body: change });
}

export function deleteMe(): Promise<void> {
  const confirmation = ACCOUNT_DELETION_CONFIRMATION;
  return tell("/api/me", { method: "DELETE", body: { confirmation } });
}

export async function endLogin(id: number): Promise<void> {
  await ask(`/api/me/sessions/${id}`, loginsEndedAnswer, { method: "DELETE" });
}

export async function endAllLogins(): Promise<void> {
  await ask("/api/me/sessions", loginsEndedAnswer, { method: "DELETE" });
}

export function signOut(): Promise<void> {
  return tell("/api/auth/sign-out", { method: "POST" });
}

/** Where the browser keeps a copy of all that the server keeps of one. */
export const EXPORT_ADDRESS = "/api/me/export";

/** The address that begins a sign-in, which ends on the given path of the page. */
export function signInAddress(returnPath: string): string {
  return `/api/auth/signin/google?${new URLSearchParams({ [RETURN_PATH_PARAMETER]: returnPath })}`;
}
