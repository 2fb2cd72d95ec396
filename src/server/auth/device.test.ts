/** The words for a login: those of browsers that call themselves by several names. */
import { expect, test } from "vitest";
import { deviceName } from "./device.ts";

const CHROME =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0";

test.each([
  [`${CHROME} Safari/537.36`, "Chrome on Linux"],
  [`${CHROME} Safari/537.36 OPR/120.0`, "Opera on Linux"],
  [`${CHROME} Safari/537.36 Vivaldi/7.5`, "Vivaldi on Linux"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/18.0 Safari/605.1", "Safari on macOS"],
  [
    "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) CriOS/140.0 Mobile Safari/604.1",
    "Chrome on iOS",
  ],
  ["Mozilla/5.0 (X11; CrOS x86_64 16000.0) Chrome/140.0 Safari/537.36", "Chrome on ChromeOS"],
  ["curl/8.5.0", "curl"],
  ["Mozilla/5.0 (Windows NT 10.0)", "Unknown browser on Windows"],
  ["\u202Eevil\r\n", "Unknown device"],
  [undefined, "Unknown device"],
])("%j is %s", (agent, name) => {
  expect(deviceName(agent)).toBe(name);
});
