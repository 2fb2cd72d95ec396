/** A server that asks for sign-in, a real OpenID provider on loopback, and one browser a person. */
import { once } from "node:events";
import { createServer } from "node:net";
import {
  Events,
  type MutableRedirectUri,
  type MutableToken,
  OAuth2Server,
} from "oauth2-mock-server";
import type { Browser } from "playwright-core";
import type { Outcry } from "../../src/server/main.ts";
import { openPage, startServer, type View, type WatchedPage } from "./market-rig.ts";

const CLIENT_ID = "outcry-browser-tests";

/** Tells the provider whose browser this is: what a person would type there. */
const PERSON_HEADER = "x-person";

export interface PeopleServer {
  readonly url: string;
  readonly outcry: Outcry;
  /** Says no at the provider the next time that this person is sent there. */
  readonly declineOnce: (person: string) => void;
  readonly close: () => Promise<void>;
}

export async function startPeopleServer(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<PeopleServer> {
  const provider = new OAuth2Server();
  await provider.issuer.keys.generate("RS256");
  await provider.start(0, "127.0.0.1");
  const issuer = `http://127.0.0.1:${provider.address().port}`;
  provider.issuer.url = issuer;
  const declining = introducePeople(provider);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const outcry = await startServer(folder, {
    ...{ PORT: String(port), HOST: "127.0.0.1", APP_URL: url, OIDC_ISSUER: issuer },
    ...{ GOOGLE_CLIENT_ID: CLIENT_ID, GOOGLE_CLIENT_SECRET: "a-secret-of-the-browser-tests" },
    ...environment,
  });
  return {
    url,
    outcry,
    declineOnce: (person) => declining.add(person),
    close: async () => {
      await outcry.close();
      await provider.stop();
    },
  };
}

/** The provider signs in whomever the browser's header names. */
function introducePeople(provider: OAuth2Server): Set<string> {
  const byCode = new Map<string, string>();
  const declining = new Set<string>();
  provider.service.on(
    Events.BeforeAuthorizeRedirect,
    ({ url }: MutableRedirectUri, request: { headers: Record<string, unknown> }) => {
      const person = String(request.headers[PERSON_HEADER]);
      byCode.set(url.searchParams.get("code") ?? "", person);
      if (!declining.delete(person)) return;
      url.searchParams.delete("code");
      url.searchParams.set("error", "access_denied");
    },
  );
  provider.service.on(
    Events.BeforeTokenSigning,
    (token: MutableToken, request: { body: { code?: unknown } }) => {
      const sub = byCode.get(String(request.body.code)) ?? "nobody";
      const email = `${sub}@example.org`;
      Object.assign(token.payload, { sub, email, email_verified: true, name: nameOf(sub) });
      token.payload.aud ??= CLIENT_ID;
    },
  );
  return declining;
}

export function nameOf(person: string): string {
  return `${person.charAt(0).toUpperCase()}${person.slice(1)} of the tests`;
}

/** A browser of this person, not signed in yet. */
export async function browserOf(
  browser: Browser,
  url: string,
  { person, ...view }: View & { readonly person: string },
): Promise<WatchedPage> {
  return await openPage(browser, url, { ...view, headers: { [PERSON_HEADER]: person } });
}

/** The browser notes every refusal by itself; of those only the ones for strangers may be there. */
export function unexpected(complaints: readonly string[]): string[] {
  return complaints.filter((line) => !line.includes("401 (Unauthorized)"));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
