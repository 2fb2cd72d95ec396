/** The text of one setting and what it means: each parser says what it would have taken. */
import { isIP } from "node:net";

export type Parsed<Value> =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "wrong"; readonly expected: string };
export type Parse<Value> = (text: string) => Parsed<Value>;

/** 24 characters of a random alphabet hold more than 128 bits. */
export const METRICS_TOKEN_LENGTH_MIN = 24;

/** 32 characters of base64 hold 192 bits. */
export const SESSION_SECRET_LENGTH_MIN = 32;

/** Random text of that length has more different characters than this; "aaaa…" has not. */
const SECRET_CHARACTERS_MIN = 10;

export function value<Value>(parsed: Value): Parsed<Value> {
  return { kind: "value", value: parsed };
}

export function wrong(expected: string): Parsed<never> {
  return { kind: "wrong", expected };
}

export function integer(min: number, max: number): Parse<number> {
  return (text) => {
    const parsed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    const fits = parsed >= min && parsed <= max;
    return fits ? value(parsed) : wrong(`a whole number from ${min} to ${max}`);
  };
}

export const flag: Parse<boolean> = (text) => {
  if (text === "1") return value(true);
  return text === "0" ? value(false) : wrong("1 or nothing");
};

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

export const loopbackHost: Parse<string> = (text) =>
  LOOPBACK.includes(text)
    ? value(text)
    : wrong(
        `one of ${LOOPBACK.join(", ")}: without a login only this machine may reach the server ` +
          "(ALLOW_UNPROTECTED_HOST=1 lifts this where something else keeps others out)",
      );

export const anyHost: Parse<string> = (text) =>
  isIP(text) !== 0 || text === "localhost" ? value(text) : wrong("an IP address or localhost");

/** An address without login, query or fragment; a path may follow, a closing slash is dropped. */
export function url(protocol: "http" | "ws"): Parse<string> {
  const expected = `a URL that begins with ${protocol}:// or ${protocol}s://, without login or query`;
  return (text) => {
    const parsed = URL.parse(text);
    if (parsed === null) return wrong(expected);
    if (parsed.protocol !== `${protocol}:` && parsed.protocol !== `${protocol}s:`) {
      return wrong(expected);
    }
    const extra = parsed.username + parsed.password + parsed.search + parsed.hash;
    return extra === "" ? value(parsed.href.replace(/\/+$/, "")) : wrong(expected);
  };
}

export const origin: Parse<string> = (text) => {
  const parsed = url("http")(text);
  if (parsed.kind === "value" && new URL(parsed.value).pathname === "/") return parsed;
  return wrong("the page's origin, such as https://trade.example.org");
};

/** A session's cookie must not travel in the clear, save within one machine. */
export const safeOrigin: Parse<string> = (text) => {
  const parsed = origin(text);
  if (parsed.kind === "wrong" || isHttpsOrLoopback(parsed.value)) return parsed;
  return wrong("an https:// origin: with a login, http:// is taken for localhost only");
};

/** An issuer's identifier is compared letter by letter, so it stays as it was written. */
export const issuer: Parse<string> = (text) => {
  const parsed = url("http")(text);
  if (parsed.kind === "value" && isHttpsOrLoopback(parsed.value)) return value(text);
  return wrong("the provider's issuer, such as https://accounts.google.com");
};

function isHttpsOrLoopback(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || [...LOOPBACK, "[::1]"].includes(hostname);
}

const DATABASE_PROTOCOLS = ["postgres:", "postgresql:"];

export const databaseUrl: Parse<string> = (text) => {
  const isKnown = DATABASE_PROTOCOLS.some((protocol) => text.startsWith(`${protocol}//`));
  return isKnown ? value(text) : wrong("postgres://user:password@host:5432/database");
};

export const credential: Parse<string> = (text) =>
  /^[\x21-\x7e]{8,512}$/.test(text)
    ? value(text)
    : wrong("the text that the provider gave, 8 to 512 characters without spaces");

export const secret: Parse<string> = (text) => {
  const isStrong =
    text.length >= SESSION_SECRET_LENGTH_MIN && new Set(text).size >= SECRET_CHARACTERS_MIN;
  return isStrong
    ? value(text)
    : wrong(
        `at least ${SESSION_SECRET_LENGTH_MIN} random characters (openssl rand -base64 32 makes some), or nothing`,
      );
};

/** One `@` with something before it and a name with a dot after it; letters in lower case. */
const EMAIL = /^[^\s@,]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/;

export const email: Parse<string> = (text) =>
  EMAIL.test(text.toLowerCase()) ? value(text.toLowerCase()) : wrong("one e-mail address");

export const emails: Parse<readonly string[]> = (text) => {
  const parts = text
    .toLowerCase()
    .split(",")
    .map((part) => part.trim());
  const isKnown = (part: string) => EMAIL.test(part) || EMAIL.test(`x${part}`);
  return parts.every(isKnown)
    ? value(parts)
    : wrong("e-mail addresses or domains, such as ann@example.org,@example.com");
};

export const folder: Parse<string> = (text) =>
  text.includes("\0") ? wrong("the path of a folder") : value(text);

export const token: Parse<string> = (text) =>
  /^[\x21-\x7e]+$/.test(text) && text.length >= METRICS_TOKEN_LENGTH_MIN
    ? value(text)
    : wrong(`at least ${METRICS_TOKEN_LENGTH_MIN} printable characters without spaces`);

export const addresses: Parse<readonly string[]> = (text) => {
  const parts = text.split(",").map((part) => part.trim());
  const expected = "IP addresses or networks, such as 10.0.0.2,172.16.0.0/12";
  return parts.every(isNetwork) ? value(parts) : wrong(expected);
};

function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}
