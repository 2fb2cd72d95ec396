/** What a browser carries from the beginning of a sign-in to its end: signed, short-lived, used once. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

const ticketSchema = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  /** PKCE's secret: whoever took the code alone cannot use it. */
  verifier: z.string(),
  returnPath: z.string(),
  expiresAt: z.int(),
});
export type Ticket = z.infer<typeof ticketSchema>;

/** Longer than a person takes at the provider. */
export const TICKET_MS = 600_000;

/** Tickets used within ten minutes: sign-ins are limited to far fewer. */
const USED_MAX = 50_000;

export class Tickets {
  readonly #secret: string;
  /** States used, with the time from which they would be too late anyway. */
  readonly #used = new Map<string, number>();

  constructor(secret: string) {
    this.#secret = secret;
  }

  sealed(ticket: Ticket): string {
    const text = Buffer.from(JSON.stringify(ticket)).toString("base64url");
    return `${text}.${this.#signature(text)}`;
  }

  /** Takes a ticket that is genuine, in time and unused; it cannot be taken again. */
  redeem(sealed: string, now: number): Ticket | null {
    const [text = "", signature = "", ...rest] = sealed.split(".");
    if (rest.length > 0 || !sameText(signature, this.#signature(text))) return null;
    const ticket = ticketSchema.safeParse(parsedJson(text));
    if (!ticket.success || ticket.data.expiresAt <= now) return null;
    if (this.#used.has(ticket.data.state)) return null;
    this.#note(ticket.data, now);
    return ticket.data;
  }

  #note({ state, expiresAt }: Ticket, now: number): void {
    this.#used.set(state, expiresAt);
    for (const [oldest, end] of this.#used) {
      if (end > now && this.#used.size <= USED_MAX) break;
      this.#used.delete(oldest);
    }
  }

  #signature(text: string): string {
    return createHmac("sha256", this.#secret).update(`sign-in ${text}`).digest("base64url");
  }
}

/** A browser's cookie is at most 4 KiB, so this is short work. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return null;
  }
}

/** Both are of one length where they can be the same at all. */
function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
