/** The browser of the tests: the one that is installed, else the one inside an npm package. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, chromium, type LaunchOptions } from "playwright-core";

/** Where browsers of Chromium's family are usually installed; `CHROMIUM` names another place. */
const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** Chromium's sandbox needs rights that containers lack; the rest keeps it from calling home. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function launchBrowser(): Promise<Browser> {
  const { CHROMIUM = "" } = process.env;
  const installed = [CHROMIUM, ...INSTALLED].find((path) => path !== "" && existsSync(path));
  if (installed !== undefined && CHROMIUM !== "packaged") {
    return await chromium.launch({ executablePath: installed, args: ARGUMENTS });
  }
  return await chromium.launch(await packagedBrowser());
}

/**
 * The binary of `@sparticuz/chromium`, unpacked once into node_modules. It brings the system
 * libraries that a bare machine lacks; they are for the browser only, not for this process.
 */
async function packagedBrowser(): Promise<LaunchOptions> {
  const folder = resolve("node_modules/.cache/chromium");
  if (!existsSync(folder)) await unpackInto(folder);
  const { LD_LIBRARY_PATH: libraries = "", ...environment } = process.env;
  return {
    executablePath: join(folder, "chromium"),
    // The package's own arguments would switch off what the tests look for, such as web security.
    args: [...ARGUMENTS, "--no-zygote", "--headless=shell"],
    env: {
      ...environment,
      FONTCONFIG_PATH: join(folder, "fonts"),
      LD_LIBRARY_PATH: [join(folder, "al2023", "lib"), libraries].filter(Boolean).join(":"),
    },
  };
}

/** Unpacks beside the place and renames, so that a second process never starts half a browser. */
async function unpackInto(folder: string): Promise<void> {
  mkdirSync(resolve(folder, ".."), { recursive: true });
  const unpacking = mkdtempSync(`${folder}-`);
  const before = { ...process.env };
  // The package unpacks into the temporary folder, and its libraries only where it believes this.
  Object.assign(process.env, { TMPDIR: unpacking, AWS_LAMBDA_JS_RUNTIME: "nodejs24.x" });
  try {
    const { default: packaged } = await import("@sparticuz/chromium");
    await packaged.executablePath();
  } finally {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, before);
  }
  try {
    renameSync(unpacking, folder);
  } catch (fault) {
    rmSync(unpacking, { recursive: true, force: true });
    if (!existsSync(folder)) throw fault;
  }
}

/** Where the tests leave their pictures when something is to be looked at. */
export function pictureFolder(): string {
  return mkdtempSync(join(tmpdir(), "outcry-pictures-"));
}
