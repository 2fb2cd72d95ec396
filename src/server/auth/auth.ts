/** Sign-in, logins and accounts: who somebody is, and what is kept of them. */
import { Readable } from "node:stream";
import type { Clock } from "../clock.ts";
import type { Storage } from "../storage/storage.ts";
import { Accounts } from "./accounts.ts";
import type { AdmissionRules } from "./admission.ts";
import { exportText } from "./export.ts";
import { Logins } from "./logins.ts";
import { Provider, type ProviderOptions } from "./provider.ts";
import { SignIn } from "./sign-in.ts";
import { Tickets } from "./ticket.ts";

export type { Accounts } from "./accounts.ts";
export { deviceName } from "./device.ts";
export { LOCAL_LOGIN, type Login } from "./login.ts";
export { LoginWatch } from "./login-watch.ts";
export { type Logins, SESSION_MS_MAX } from "./logins.ts";
export { returnPath } from "./return-path.ts";
export { keptSessionSecret } from "./session-secret.ts";
export type { SignIn } from "./sign-in.ts";
export { TICKET_MS } from "./ticket.ts";

export interface AuthParts {
  readonly storage: Pick<Storage, "withUser" | "withAuth">;
  readonly clock: Clock;
  /** On which a new person's strategies stand. */
  readonly symbol: string;
  /** Null in local mode. */
  readonly signIn: SignInOptions | null;
}

export interface SignInOptions extends ProviderOptions, AdmissionRules {
  /** Signs what the browser keeps during a sign-in. */
  readonly secret: string;
}

export interface Auth {
  readonly logins: Logins;
  readonly accounts: Accounts;
  /** Null in local mode. */
  readonly signIn: SignIn | null;
  /** All that is kept of one person, as JSON. */
  exported(userId: number): Readable;
}

/** In local mode the local user exists when this resolves. */
export async function openAuth(parts: AuthParts): Promise<Auth> {
  const { storage, clock, signIn } = parts;
  const logins = new Logins({ storage, clock });
  const accounts = new Accounts(parts);
  if (signIn === null) await accounts.ensureLocalUser();
  return {
    logins,
    accounts,
    signIn: signIn === null ? null : newSignIn(parts, signIn, accounts),
    exported: (userId) => Readable.from(exportText(storage, userId, clock.now())),
  };
}

function newSignIn(parts: AuthParts, options: SignInOptions, accounts: Accounts): SignIn {
  return new SignIn({
    provider: new Provider(options),
    tickets: new Tickets(options.secret),
    accounts,
    rules: options,
    clock: parts.clock,
  });
}
