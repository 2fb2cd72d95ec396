/** The headers that tell browsers what Outcry's pages may do: little, and only with their own server. */
import type { App, HttpParts } from "./parts.ts";

export type SecurityHeaders = Readonly<Record<string, string>>;

export function securityHeaders({
  appUrl,
  pages,
}: Pick<HttpParts, "appUrl" | "pages">): SecurityHeaders {
  return {
    ...ALWAYS,
    // A development server puts scripts and styles into its page as it pleases.
    ...(pages.kind === "development" ? {} : { "content-security-policy": CONTENT_SECURITY_POLICY }),
    ...(appUrl.startsWith("https:") ? { "strict-transport-security": "max-age=31536000" } : {}),
  };
}

export function setSecurityHeaders(app: App, headers: SecurityHeaders): void {
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers(headers);
  });
}

/** Everything is forbidden but what the page loads from its own server. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Features of the browser that no page of Outcry uses. */
const UNUSED_FEATURES = [
  "camera",
  "microphone",
  "geolocation",
  "payment",
  "usb",
  "browsing-topics",
];

const ALWAYS: SecurityHeaders = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": UNUSED_FEATURES.map((feature) => `${feature}=()`).join(", "),
};
