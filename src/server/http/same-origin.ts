/** Changes are taken from this server's own pages only: no other site can make a browser send them. */
import type { FastifyRequest } from "fastify";
import type { App, HttpParts } from "./parts.ts";
import { type Refusal, sendRefusal } from "./problem.ts";

/**
 * Browsers name the site that a request comes from in `Sec-Fetch-Site`, older ones in `Origin`; a
 * page can set neither. A program says `Origin` itself.
 */
export function refuseForeignChanges(app: App, parts: Pick<HttpParts, "appUrl" | "mode">): void {
  const own = new URL(parts.appUrl).origin;
  app.addHook("preParsing", async (request, reply) => {
    const isKnown = request.routeOptions.url !== undefined;
    if (!isKnown || READING.has(request.method) || isOwn(request, own, parts.mode)) return;
    await sendRefusal(reply, CROSS_SITE);
  });
}

const READING = new Set(["GET", "HEAD", "OPTIONS"]);

function isOwn(request: FastifyRequest, own: string, mode: HttpParts["mode"]): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  const { origin, host } = request.headers;
  if (origin === own) return true;
  // In local mode the Host header has been checked, so this is one of the machine's own names.
  return mode === "local" && origin !== undefined && origin === `http://${host}`;
}

const CROSS_SITE: Refusal = {
  status: 403,
  problem: {
    code: "cross_site",
    message: "changes are taken from this server's own pages only; a program sends Origin",
    field: "origin",
  },
};
