/**
 * Starts Outcry: checks Node, builds the pages where they are missing or older than their sources,
 * then runs the server in this process. With --dev the pages and the server follow every change.
 * Plain JavaScript, so that an old Node can still read it and say what is wrong.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR_MIN = 24;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const say = (line) => console.log(`outcry: ${line}`);

if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR_MIN) {
  fail(
    `Node ${NODE_MAJOR_MIN} or newer is needed, this is ${process.versions.node}. ` +
      "`npm ci && npm start` brings its own where it can; elsewhere install Node 24.",
  );
}
if (!existsSync(join(root, "node_modules", "fastify"))) {
  fail("the dependencies are not installed: run `npm ci` first.");
}

if (process.argv.includes("--dev")) await startDevelopment();
else await start();

async function start() {
  await buildPages();
  endWithNpm();
  const { main } = await import("../src/server/main.ts");
  await main({ kind: "built", folder: join(root, "dist", "web") });
}

/** npm passes SIGTERM to the shell between it and us only, which ends and leaves us behind. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
  }, 500);
  watch.unref();
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => clearInterval(watch));
}

/** Builds when the sources differ from those of the last build; their names and bytes decide. */
async function buildPages() {
  const stamp = join(root, "dist", "web.inputs");
  const inputs = hashOfInputs();
  const isBuilt = existsSync(join(root, "dist", "web", "index.html"));
  if (isBuilt && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return;
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  if (!existsSync(vite)) {
    if (isBuilt) return say("the pages may be out of date: vite is not installed to build them.");
    fail("the pages are not built and vite is not installed: run `npm ci` first.");
  }
  say(`${isBuilt ? "the pages have changed: building them again" : "building the pages"} …`);
  const began = Date.now();
  const code = await run([vite, "build", "--logLevel", "error"]);
  if (code !== 0) fail("the pages could not be built; the lines above say why.");
  writeFileSync(stamp, inputs);
  say(`pages built in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
}

function run(parameters) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, parameters, { cwd: root, stdio: "inherit" });
    child.on("exit", (code) => resolve(code ?? 1));
    child.on("error", () => resolve(1));
  });
}

function hashOfInputs() {
  const hash = createHash("sha256");
  const files = ["vite.config.ts", "package-lock.json"];
  for (const folder of ["src/web", "src/core", "src/protocol"]) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || /\.test\.tsx?$/.test(entry.name)) continue;
      files.push(join(entry.parentPath, entry.name).slice(root.length + 1));
    }
  }
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** `node --watch` starts the server anew when one of its files changes; vite follows the page. */
async function startDevelopment() {
  if (process.env.OUTCRY_WATCHED !== "1") {
    const self = fileURLToPath(import.meta.url);
    const env = { ...process.env, OUTCRY_WATCHED: "1" };
    const watched = ["--watch", "--watch-preserve-output", self, "--dev"];
    const child = spawn(process.execPath, watched, { cwd: process.cwd(), stdio: "inherit", env });
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
    child.on("exit", (code) => process.exit(code ?? 1));
    return;
  }
  say("development: the page reloads and the server restarts with every change.");
  const { createServer } = await import("vite");
  const { createServer: createHttpServer } = await import("node:http");
  // The page's news of changes has a socket of its own, on a free port of loopback.
  const news = createHttpServer();
  await new Promise((resolve) => news.listen(0, "127.0.0.1", resolve));
  const vite = await createServer({
    root: join(root, "src", "web"),
    configFile: join(root, "vite.config.ts"),
    // As it is: a compiled copy in a temporary place would count as a change.
    configLoader: "native",
    appType: "spa",
    server: {
      middlewareMode: true,
      hmr: { server: news, clientPort: news.address().port, host: "127.0.0.1" },
    },
  });
  const { main } = await import("../src/server/main.ts");
  await main({
    kind: "development",
    handle: (request, response) => vite.middlewares(request, response),
  });
}

function fail(line) {
  console.error(`outcry: ${line}`);
  process.exit(1);
}
