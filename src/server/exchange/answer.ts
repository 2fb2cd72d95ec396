/** What a question to the exchange yields: an answer, or a refusal named by how one reacts to it. */
import { unreachable } from "../../core/assert.ts";

export type Refusal =
  /** The weight budget is spent, ours or the exchange's (429): ask again after the pause. */
  | { readonly kind: "rateLimited"; readonly retryAfterMs: number }
  /** The exchange shut this address out (418): silence until the pause is over. */
  | { readonly kind: "banned"; readonly retryAfterMs: number }
  /** A firewall answered (403, often HTML): asking faster makes it worse. */
  | { readonly kind: "blocked" }
  /** The exchange is ill (5xx). */
  | { readonly kind: "unavailable"; readonly status: number }
  | { readonly kind: "timeout" }
  /** No connection, or it broke before the body was whole. */
  | { readonly kind: "unreachable"; readonly reason: string }
  /** The answer is not what the documentation promises; nothing of it is used. */
  | { readonly kind: "malformed"; readonly reason: string }
  /** One of the symbols asked for does not exist there. */
  | { readonly kind: "unknownSymbol"; readonly message: string }
  /** Any other refusal of the request itself: a bug of ours, or a change of theirs. */
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly code: number;
      readonly message: string;
    };

export type Answer<T> = { readonly kind: "ok"; readonly value: T } | Refusal;

/** The refusal in a few words, for logs. */
export function describeRefusal(refusal: Refusal): string {
  switch (refusal.kind) {
    case "rateLimited":
      return `rate limited for ${refusal.retryAfterMs} ms`;
    case "banned":
      return `banned for ${refusal.retryAfterMs} ms`;
    case "blocked":
      return "blocked by the firewall (403)";
    case "unavailable":
      return `unavailable (${refusal.status})`;
    case "timeout":
      return "no answer in time";
    case "unreachable":
      return `unreachable: ${refusal.reason}`;
    case "malformed":
      return `malformed answer: ${refusal.reason}`;
    case "unknownSymbol":
      return `unknown symbol: ${refusal.message}`;
    case "refused":
      return `refused (${refusal.status}, ${refusal.code}): ${refusal.message}`;
    default:
      return unreachable(refusal);
  }
}
