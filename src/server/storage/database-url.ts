/** `DATABASE_URL`: where an external PostgreSQL is, and how far its TLS is trusted. */
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { halt } from "./fault.ts";

/** A database and one login to it. */
export interface DatabaseTarget {
  /** A host, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: Tls;
}

/** `preferred`: encrypted where the server can, plain where it cannot. */
export type Tls =
  | { readonly kind: "off" }
  | { readonly kind: "preferred"; readonly options: ConnectionOptions }
  | { readonly kind: "required"; readonly options: ConnectionOptions };

const EXPECTED = "DATABASE_URL: expected postgres://user:password@host:5432/database";

/**
 * Reads the address with libpq's meaning of `sslmode`, `sslrootcert`, `sslcert`, `sslkey` and of
 * `host=/folder` for a socket; other parameters are left to libpq's programs. Throws a `halt` fault
 * that never shows the address, which holds a password.
 */
export function parseDatabaseUrl(text: string): DatabaseTarget {
  const url = URL.parse(text.replace("@/", "@localhost/"));
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) throw halt("database_url", EXPECTED);
  const query = url.searchParams;
  const host = query.get("host") ?? url.hostname.replace(/^\[(.+)\]$/, "$1");
  const database = decode(url.pathname.slice(1));
  const user = query.get("user") ?? decode(url.username);
  if (host === "" || database === "" || user === "") throw halt("database_url", EXPECTED);
  const port = Number(query.get("port") ?? (url.port === "" ? 5432 : url.port));
  if (!(Number.isInteger(port) && port > 0 && port < 65_536)) throw halt("database_url", EXPECTED);
  const password = query.get("password") ?? decode(url.password);
  const tls: Tls = host.startsWith("/") ? { kind: "off" } : tlsOf(query);
  return { host: decode(host), port, database, user, password, tls };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw halt("database_url", `${EXPECTED}, with % written as %25`);
  }
}

/** https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION */
function tlsOf(query: URLSearchParams): Tls {
  const mode = query.get("sslmode") ?? "prefer";
  const files = certificateFiles(query);
  const unverified = { ...files, rejectUnauthorized: false };
  switch (mode) {
    case "disable":
      return { kind: "off" };
    case "allow":
    case "prefer":
      return { kind: "preferred", options: unverified };
    case "require":
      // A root certificate turns "encrypted" into "by this authority", as libpq has it.
      if (files.ca === undefined) return { kind: "required", options: unverified };
      return { kind: "required", options: { ...files, checkServerIdentity: () => undefined } };
    case "verify-ca":
      if (files.ca === undefined) {
        throw halt("database_url", "DATABASE_URL: sslmode=verify-ca needs sslrootcert=<file>");
      }
      return { kind: "required", options: { ...files, checkServerIdentity: () => undefined } };
    case "verify-full":
      return { kind: "required", options: files };
    default:
      throw halt(
        "database_url",
        "DATABASE_URL: expected sslmode to be one of disable, allow, prefer, require, verify-ca, verify-full",
      );
  }
}

function certificateFiles(query: URLSearchParams): ConnectionOptions {
  const files: ConnectionOptions = {};
  const root = query.get("sslrootcert");
  if (root !== null && root !== "system") files.ca = read("sslrootcert", root);
  const certificate = query.get("sslcert");
  if (certificate !== null) files.cert = read("sslcert", certificate);
  const key = query.get("sslkey");
  if (key !== null) files.key = read("sslkey", key);
  return files;
}

function read(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw halt("database_url", `DATABASE_URL: ${name}: the file ${path} cannot be read`, error);
  }
}
