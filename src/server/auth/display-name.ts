/** The name that a new person is shown by, made from what the provider says. */
import { DISPLAY_NAME_LENGTH_MAX, meChange } from "../../protocol/account.ts";
import type { Identity } from "./provider.ts";

/** The provider's name, else the address up to its `@`, else "Trader": whatever the page may show. */
export function displayNameOf({ name, email }: Pick<Identity, "name" | "email">): string {
  for (const text of [name ?? "", email.split("@", 1)[0] ?? ""]) {
    const visible = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "").trim();
    const displayName = [...visible].slice(0, DISPLAY_NAME_LENGTH_MAX).join("").trim();
    if (meChange.safeParse({ displayName }).success) return displayName;
  }
  return "Trader";
}
