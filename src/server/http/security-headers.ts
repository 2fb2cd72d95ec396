/** The headers that tell browsers what Outcry's pages may do: little, and only with their own server. */
import type { FastifyHelmetOptions } from "@fastify/helmet";
import type { App, HttpParts } from "./parts.ts";

/** Features of the browser that no page of Outcry uses. */
const PERMISSIONS = ["camera", "microphone", "geolocation", "payment", "usb", "browsing-topics"];

export function securityHeaders({
  appUrl,
  pages,
}: Pick<HttpParts, "appUrl" | "pages">): FastifyHelmetOptions {
  const https = appUrl.startsWith("https://");
  return {
    // The development server of the page injects scripts and styles as it pleases.
    contentSecurityPolicy:
      pages.kind === "development" ? false : { useDefaults: false, directives: DIRECTIVES },
    strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: "no-referrer" },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    xFrameOptions: { action: "deny" },
    global: true,
  };
}

/** Everything is forbidden but what the page loads from its own server. */
const DIRECTIVES = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  // Mantine writes its variables, and lightweight-charts its logo, into style elements of their own.
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", "data:"],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/** Helmet has no word for this header. */
export function setPermissions(app: App): void {
  const policy = PERMISSIONS.map((feature) => `${feature}=()`).join(", ");
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("permissions-policy", policy);
  });
}
