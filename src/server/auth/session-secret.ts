/** The secret that signs sign-ins: given by the operator, else made once and kept in the data folder. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = "session-secret";
const SECRET_BYTES = 32;
const FORM = /^[\w-]{43}$/;

export type KeptSecret =
  | { readonly kind: "secret"; readonly secret: string }
  /** `message` is for the operator. */
  | { readonly kind: "refused"; readonly message: string };

export function keptSessionSecret(dataFolder: string): KeptSecret {
  const path = join(dataFolder, FILE);
  try {
    makeOnce(dataFolder, path);
    const secret = readFileSync(path, "utf8").trim();
    if (FORM.test(secret)) return { kind: "secret", secret };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return { kind: "refused", message: `SESSION_SECRET is not set and cannot be kept: ${why}` };
  }
  const message = `${path} does not hold a secret: remove it, and another one is made`;
  return { kind: "refused", message };
}

function makeOnce(dataFolder: string, path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dataFolder, { recursive: true });
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  writeFileSync(path, `${secret}\n`, { flag: "wx", mode: 0o600 });
}
