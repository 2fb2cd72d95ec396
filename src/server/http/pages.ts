/** The web page: built files with lasting names, and index.html for every address of the page. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import fastifyStatic from "@fastify/static";
import type { App, PageHandler, Pages } from "./parts.ts";
import { notFound, type Refusal, sendRefusal } from "./problem.ts";

/** Addresses that belong to programs: what is unknown there is a 404, not a page. */
const NOT_PAGES = /^\/(api|livez|readyz|metrics)(\/|$)/;

export async function pagesRoute(app: App, pages: Pages): Promise<void> {
  if (pages.kind === "built") await builtPages(app, resolve(pages.folder));
  else developmentPages(app, pages.handle);
}

async function builtPages(app: App, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    dotfiles: "ignore",
    preCompressed: true,
  });
  app.get<{ Params: { "*": string } }>(
    "/*",
    { config: { access: "public", rows: "shared" }, schema: { hide: true } },
    (request, reply) => {
      const path = `/${request.params["*"]}`;
      if (NOT_PAGES.test(path)) return sendRefusal(reply, notFound(request));
      // Vite puts a hash of the content into every name under /assets.
      if (path.startsWith("/assets/")) {
        return reply.sendFile(path.slice(1), { maxAge: "365d", immutable: true });
      }
      if (!existsSync(join(folder, "index.html"))) return sendRefusal(reply, NOT_BUILT);
      reply.header("cache-control", "no-cache");
      const isFile = /\.[a-z0-9]+$/i.test(path);
      return reply.sendFile(isFile ? path.slice(1) : "index.html", { cacheControl: false });
    },
  );
}

const NOT_BUILT: Refusal = {
  status: 503,
  problem: {
    code: "page_not_built",
    message: "the page is not built yet: `npm start` builds it, and so does `npm run build`",
  },
};

function developmentPages(app: App, handle: PageHandler): void {
  app.get<{ Params: { "*": string } }>(
    "/*",
    { config: { access: "public", rows: "shared" }, schema: { hide: true } },
    (request, reply) => {
      if (NOT_PAGES.test(`/${request.params["*"]}`)) return sendRefusal(reply, notFound(request));
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      return handle(request.raw, reply.raw);
    },
  );
}
