/** Signing in with the provider and out again. A refused sign-in leads to a page that explains it. */
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import {
  RETURN_PATH_PARAMETER,
  SIGN_IN_PATH,
  type SignInError,
} from "../../../protocol/account.ts";
import { deviceName, returnPath } from "../../auth/auth.ts";
import {
  endSessionCookie,
  endTicketCookie,
  sessionSecretOf,
  setSessionCookie,
  setTicketCookie,
  ticketOf,
} from "../cookies.ts";
import type { App, HttpParts } from "../parts.ts";
import { peopleOr503 } from "../people.ts";
import { invalidValue, notFound, refusalOfError, sendRefusal } from "../problem.ts";
import { NO_CONTENT, REFUSALS } from "./answers.ts";

const beginQuery = z.strictObject({ [RETURN_PATH_PARAMETER]: z.string().default("/") });

type Parts = Pick<HttpParts, "people" | "appUrl" | "mode">;

export function signInRoutes(app: App, parts: Parts): void {
  beginRoute(app, parts);
  callbackRoute(app, parts);
  signOutRoute(app, parts);
}

function beginRoute(app: App, { people, appUrl }: Parts): void {
  app.get(
    "/api/auth/signin/google",
    {
      config: { access: "public", rows: "shared", rate: "signIn" },
      errorHandler: explainFault,
      schema: {
        summary: "Begins a sign-in: leads to the provider",
        querystring: beginQuery,
        response: REFUSALS,
      },
    },
    async (request, reply) => {
      const path = returnPath(request.query[RETURN_PATH_PARAMETER]);
      if (path === null) {
        const reason = "is no path of this server's page";
        return sendRefusal(reply, invalidValue(RETURN_PATH_PARAMETER, reason));
      }
      const open = await peopleOr503(people, reply);
      if (open === null) return reply;
      const { signIn } = open.auth;
      if (signIn === null) return sendRefusal(reply, notFound(request));
      const beginning = await signIn.begin(path);
      if (beginning.kind === "refused") {
        request.log.warn({ reason: beginning.reason }, "a sign-in cannot begin");
        return explain(reply, beginning.error);
      }
      setTicketCookie(reply, appUrl, beginning.ticket);
      return reply.redirect(beginning.url, 303);
    },
  );
}

/** What the provider adds to the address is its own; the library that reads it checks it. */
const callbackQuery = z.looseObject({});

function callbackRoute(app: App, { people, appUrl }: Parts): void {
  app.get(
    "/api/auth/callback/google",
    {
      config: { access: "public", rows: "own", rate: "signIn" },
      errorHandler: explainFault,
      schema: {
        summary: "Ends a sign-in: where the provider leads back to",
        querystring: callbackQuery,
        response: REFUSALS,
      },
    },
    async (request, reply) => {
      const open = await peopleOr503(people, reply);
      if (open === null) return reply;
      const { signIn, logins } = open.auth;
      if (signIn === null) return sendRefusal(reply, notFound(request));
      endTicketCookie(reply, appUrl);
      const ending = await signIn.finish({
        query: new URL(request.url, appUrl).search,
        ticket: ticketOf(request, appUrl),
        device: deviceName(request.headers["user-agent"]),
      });
      if (ending.kind === "refused") {
        request.log.warn({ reason: ending.reason }, "a sign-in was refused");
        return explain(reply, ending.error);
      }
      const former = sessionSecretOf(request, appUrl);
      if (former !== null) await logins.endSecret(former);
      logins.noteEnded(ending.signedIn.removed);
      setSessionCookie(reply, appUrl, ending.signedIn.secret);
      return reply.redirect(ending.returnPath, 303);
    },
  );
}

/** Public, so that a browser whose login has ended already can be rid of its cookie as well. */
function signOutRoute(app: App, { people, appUrl }: Parts): void {
  app.post(
    "/api/auth/sign-out",
    {
      config: { access: "public", rows: "own", rate: "signIn" },
      schema: {
        summary: "Signs this browser out",
        querystring: z.strictObject({}),
        body: z.strictObject({}).nullish(),
        response: NO_CONTENT,
      },
    },
    async (request, reply) => {
      const secret = sessionSecretOf(request, appUrl);
      if (secret !== null) {
        const open = await peopleOr503(people, reply);
        if (open === null) return reply;
        await open.auth.logins.endSecret(secret);
        endSessionCookie(reply, appUrl);
      }
      return reply.code(204).send(null);
    },
  );
}

/** A person is on the way here, not a program: a fault is explained by the page as well. */
function explainFault(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalOfError(error, request);
  if (refusal.status < 500) {
    sendRefusal(reply, refusal);
    return;
  }
  request.log.error({ err: error }, "a sign-in failed");
  explain(reply, "internal");
}

function explain(reply: FastifyReply, error: SignInError): FastifyReply {
  return reply.redirect(`${SIGN_IN_PATH}?error=${error}`, 303);
}
