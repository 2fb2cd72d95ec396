/** Signing in with the provider: begun with a ticket in the browser, ended with an account and a login. */
import type { SignInError } from "../../protocol/account.ts";
import type { Clock } from "../clock.ts";
import type { Accounts, SignedIn } from "./accounts.ts";
import { type AdmissionRules, admission } from "./admission.ts";
import type { Identity, Provider } from "./provider.ts";
import { TICKET_MS, type Tickets } from "./ticket.ts";

export interface SignInParts {
  readonly provider: Provider;
  readonly tickets: Tickets;
  readonly accounts: Accounts;
  readonly rules: AdmissionRules;
  readonly clock: Clock;
}

export type SignInBeginning =
  | { readonly kind: "begun"; readonly url: string; readonly ticket: string }
  | SignInRefusal;
export type SignInEnding =
  | { readonly kind: "signedIn"; readonly signedIn: SignedIn; readonly returnPath: string }
  | SignInRefusal;

export interface SignInRefusal {
  readonly kind: "refused";
  readonly error: SignInError;
  /** For the log: never an address, never a token. */
  readonly reason: string;
}

export interface Callback {
  /** As it stands in the address, with its question mark. */
  readonly query: string;
  /** What the browser's cookie holds. */
  readonly ticket: string | undefined;
  readonly device: string;
}

export class SignIn {
  readonly #parts: SignInParts;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  async begin(returnPath: string): Promise<SignInBeginning> {
    const { provider, tickets, clock } = this.#parts;
    const beginning = await provider.begin();
    if (beginning.kind === "refused") return beginning;
    const expiresAt = clock.now() + TICKET_MS;
    const ticket = tickets.sealed({ ...beginning.secrets, returnPath, expiresAt });
    return { kind: "begun", url: beginning.url.href, ticket };
  }

  async finish({ query, ticket, device }: Callback): Promise<SignInEnding> {
    const { provider, tickets, accounts, clock } = this.#parts;
    const redeemed = ticket === undefined ? null : tickets.redeem(ticket, clock.now());
    if (redeemed === null) return refused("expired", "ticket");
    const ending = await provider.finish(query, redeemed);
    if (ending.kind === "refused") return ending;
    const as = this.#admitted(ending.identity);
    if (as.kind === "refused") return as;
    const signedIn = await accounts.signIn({ identity: ending.identity, as: as.role, device });
    return { kind: "signedIn", signedIn, returnPath: redeemed.returnPath };
  }

  /** An address that the provider has not verified could be anybody's, the owner's too. */
  #admitted(
    identity: Identity,
  ): { readonly kind: "admitted"; readonly role: "owner" | "guest" } | SignInRefusal {
    if (!identity.isEmailVerified) return refused("email_not_verified", "email_not_verified");
    const role = admission(identity.email, this.#parts.rules);
    return role === "refused" ? refused("not_allowed", "not_allowed") : { kind: "admitted", role };
  }
}

function refused(error: SignInError, reason: string): SignInRefusal {
  return { kind: "refused", error, reason };
}
