/** Builds the pages from src/web into dist/web, each file also compressed for browsers that take it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Writes `.br` and `.gz` beside every text file; the server sends them as they are. */
const compressed: Plugin = {
  name: "compressed",
  apply: "build",
  writeBundle({ dir = "" }, bundle) {
    for (const name of Object.keys(bundle)) {
      if (!/\.(js|css|html|svg)$/.test(name)) continue;
      const bytes = readFileSync(join(dir, name));
      writeFileSync(join(dir, `${name}.br`), brotliCompressSync(bytes));
      writeFileSync(join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    }
  },
};

/** Asks for the typeface together with the page, so that no text moves when it arrives. */
const preloadTypeface: Plugin = {
  name: "preload-typeface",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler(_html, { bundle = {} }) {
      const font = Object.keys(bundle).find((name) => name.endsWith(".woff2"));
      if (font === undefined) return [];
      const attrs = { rel: "preload", href: `/${font}`, as: "font", type: "font/woff2" };
      return [{ tag: "link", attrs: { ...attrs, crossorigin: true }, injectTo: "head" }];
    },
  },
};

export default defineConfig({
  root: "src/web",
  plugins: [react(), preloadTypeface, compressed],
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: "es2023",
    reportCompressedSize: true,
    // This warning counts uncompressed bytes; a test holds the first script under 300 kB compressed.
    chunkSizeWarningLimit: 1_000,
  },
});
