/** The secret that is made once and kept: the same at the next start, and nobody else's to read. */
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { keptSessionSecret } from "./session-secret.ts";

const folder = mkdtempSync(join(tmpdir(), "outcry-secret-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("it is made once, with 256 bits, for this user's eyes only", () => {
  const data = join(folder, "made", "data");
  const first = keptSessionSecret(data);
  expect(first).toEqual({ kind: "secret", secret: expect.stringMatching(/^[\w-]{43}$/) });
  expect(keptSessionSecret(data)).toEqual(first);
  expect(statSync(join(data, "session-secret")).mode & 0o777).toBe(0o600);
  expect(keptSessionSecret(join(folder, "other"))).not.toEqual(first);
});

test("a file that holds none, and a folder that cannot keep one, are said", () => {
  writeFileSync(join(folder, "session-secret"), "hunter2\n");
  expect(keptSessionSecret(folder)).toEqual({
    kind: "refused",
    message: `${join(folder, "session-secret")} does not hold a secret: remove it, and another one is made`,
  });
  const file = join(folder, "file");
  writeFileSync(file, "");
  chmodSync(file, 0o600);
  const refused = keptSessionSecret(join(file, "data"));
  expect(refused).toMatchObject({
    kind: "refused",
    message: expect.stringMatching(/^SESSION_SECRET is not set and cannot be kept: /),
  });
});
