/** DATABASE_URL: what is read from it, and what TLS it asks for. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDatabaseUrl } from "./database-url.ts";

test.each([
  [
    "postgres://alice:secret@db.example:6000/market?sslmode=disable",
    { host: "db.example", port: 6000, database: "market", user: "alice", password: "secret" },
  ],
  [
    "postgresql://a%40b:p%2Fw%25@[::1]/my%20db?sslmode=disable",
    { host: "::1", port: 5432, database: "my db", user: "a@b", password: "p/w%" },
  ],
  [
    "postgres://alice@/market?host=/run/postgresql&port=5433",
    { host: "/run/postgresql", port: 5433, database: "market", user: "alice", password: "" },
  ],
  [
    "postgres://ignored@localhost/market?user=bob&password=x&sslmode=disable",
    { host: "localhost", port: 5432, database: "market", user: "bob", password: "x" },
  ],
])("%s", (text, expected) => {
  expect(parseDatabaseUrl(text)).toEqual({ ...expected, tls: { kind: "off" } });
});

test.each([
  "market",
  "mysql://alice:secret@db/market",
  "postgres://alice:secret@db",
  "postgres://db/market",
  "postgres://alice:secret@db:0/market",
  "postgres://alice:secret@db/market?port=x",
  "postgres://alice:secret%zz@db/market",
  "postgres://alice:secret@db/market?sslmode=maybe",
  "postgres://alice:secret@db/market?sslmode=verify-ca",
  "postgres://alice:secret@db/market?sslrootcert=/nowhere",
])("%s is refused without showing it", (text) => {
  const refusal = (() => {
    try {
      return parseDatabaseUrl(text);
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toMatchObject({ reaction: "halt", code: "database_url" });
  expect(String(refusal)).toMatch(/^StorageFault: DATABASE_URL: /);
  expect(String(refusal)).not.toContain("secret");
});

test("TLS is as strict as libpq's sslmode", () => {
  const folder = mkdtempSync(join(tmpdir(), "outcry-url-"));
  try {
    const root = join(folder, "root.pem");
    writeFileSync(root, "an authority");
    const tls = (query: string) => parseDatabaseUrl(`postgres://a:b@db/m?${query}`).tls;
    const unverified = { rejectUnauthorized: false };
    expect(tls("")).toEqual({ kind: "preferred", options: unverified });
    expect(tls("sslmode=prefer")).toEqual({ kind: "preferred", options: unverified });
    expect(tls("sslmode=require")).toEqual({ kind: "required", options: unverified });
    // Whoever names an authority wants the server to be of it.
    for (const mode of ["require", "verify-ca"]) {
      expect(tls(`sslmode=${mode}&sslrootcert=${root}`)).toEqual({
        kind: "required",
        options: { ca: "an authority", checkServerIdentity: expect.any(Function) },
      });
    }
    expect(tls(`sslmode=verify-full&sslrootcert=${root}`)).toEqual({
      kind: "required",
      options: { ca: "an authority" },
    });
    expect(tls("sslmode=verify-full")).toEqual({ kind: "required", options: {} });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
