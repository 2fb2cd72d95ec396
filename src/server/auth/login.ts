/** Who asks, and the random id that a browser shows for it. */
import { createHash, randomBytes } from "node:crypto";

/** A signed-in browser; without a session, the local user of a server without login. */
export interface Login {
  readonly userId: number;
  readonly session: Session | null;
}

export interface Session {
  readonly id: number;
  /** Hexadecimal SHA-256 of what the cookie holds. */
  readonly hash: string;
  /** When it ends if it is not used until then. */
  readonly expiresAt: number;
}

export const LOCAL_USER_ID = 1;
export const LOCAL_LOGIN: Login = { userId: LOCAL_USER_ID, session: null };

/** 256 bits: nobody guesses one, and none is given twice. */
const SECRET_BYTES = 32;
const SECRET = /^[\w-]{43}$/;

export function newSessionSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

/** What is stored instead of the secret; null for what cannot be one. */
export function sessionHash(secret: string): Buffer | null {
  return SECRET.test(secret) ? createHash("sha256").update(secret).digest() : null;
}
