/** What the address of the sign-in page says: why one is here, and where one wants to go. */
import {
  RETURN_PATH_PARAMETER,
  SIGN_IN_ERRORS,
  type SignInError,
} from "../../../protocol/account.ts";
import { SIGN_IN_NOTICES, type SignInNotice } from "../../client/sign-in-door.ts";

/** The part of the address after `?`. */
export interface SignInSearch {
  readonly error?: SignInError;
  readonly notice?: SignInNotice;
  /** A path of the page; the server, which leads there, checks it again. */
  readonly [RETURN_PATH_PARAMETER]?: string;
}

/** Paths of this page: anything that a browser could read as another server is passed over. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x7e]*$/;

export function parseSignInSearch(search: Readonly<Record<string, unknown>>): SignInSearch {
  const error = SIGN_IN_ERRORS.find((one) => one === search.error);
  const notice = SIGN_IN_NOTICES.find((one) => one === search.notice);
  const path = String(search[RETURN_PATH_PARAMETER] ?? "");
  const leadsBack = OWN_PATH.test(path) && path !== "/" && !path.includes("\\");
  return {
    ...(error === undefined ? {} : { error }),
    ...(notice === undefined ? {} : { notice }),
    ...(leadsBack ? { [RETURN_PATH_PARAMETER]: path } : {}),
  };
}
