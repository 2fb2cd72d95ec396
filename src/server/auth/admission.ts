/** Who is let in: the owner, those whom the operator has named, or everybody. */

export interface AdmissionRules {
  /** Lower case. */
  readonly ownerEmail: string | null;
  /** Lower case: addresses, or `@domain`; null lets everybody in. */
  readonly allowedEmails: readonly string[] | null;
}

export type Admission = "owner" | "guest" | "refused";

/** Decides by a verified address; letters of any case mean the same mailbox everywhere in use. */
export function admission(email: string, rules: AdmissionRules): Admission {
  const address = email.toLowerCase();
  if (address === rules.ownerEmail) return "owner";
  const { allowedEmails } = rules;
  if (allowedEmails === null) return "guest";
  const domain = address.slice(address.lastIndexOf("@"));
  const isAllowed = allowedEmails.some((entry) => entry === address || entry === domain);
  return isAllowed ? "guest" : "refused";
}
