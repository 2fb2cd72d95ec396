/** The two cookies: a login's, and the ticket of a sign-in that is under way. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { SESSION_MS_MAX, TICKET_MS } from "../auth/auth.ts";

/** With https the browser itself holds a cookie to this one host, path and transport. */
function nameOf(base: string, appUrl: string): string {
  return isSecure(appUrl) ? `__Host-${base}` : base;
}

const SESSION = "outcry-session";
const TICKET = "outcry-sign-in";

export function sessionSecretOf(request: FastifyRequest, appUrl: string): string | null {
  return request.cookies[nameOf(SESSION, appUrl)] ?? null;
}

export function setSessionCookie(reply: FastifyReply, appUrl: string, secret: string): void {
  reply.setCookie(nameOf(SESSION, appUrl), secret, attributes(appUrl, SESSION_MS_MAX));
}

export function endSessionCookie(reply: FastifyReply, appUrl: string): void {
  reply.setCookie(nameOf(SESSION, appUrl), "", attributes(appUrl, 0));
}

export function ticketOf(request: FastifyRequest, appUrl: string): string | undefined {
  return request.cookies[nameOf(TICKET, appUrl)];
}

export function setTicketCookie(reply: FastifyReply, appUrl: string, ticket: string): void {
  reply.setCookie(nameOf(TICKET, appUrl), ticket, attributes(appUrl, TICKET_MS));
}

export function endTicketCookie(reply: FastifyReply, appUrl: string): void {
  reply.setCookie(nameOf(TICKET, appUrl), "", attributes(appUrl, 0));
}

/** `lax`: the way back from the provider is a link from another site. */
function attributes(appUrl: string, lastsMs: number) {
  return {
    path: "/",
    httpOnly: true,
    sameSite: "lax",
    secure: isSecure(appUrl),
    maxAge: lastsMs / 1_000,
  } as const;
}

function isSecure(appUrl: string): boolean {
  return appUrl.startsWith("https:");
}
