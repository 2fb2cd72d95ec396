/** `/api/me`: one's account, its logins, all that is kept of it, and its end. */
import { z } from "zod";
import {
  accountDeletion,
  loginsAnswer,
  loginsEndedAnswer,
  meAnswer,
  meChange,
} from "../../../protocol/account.ts";
import { endSessionCookie } from "../cookies.ts";
import { loginOf, refuseStranger } from "../login-check.ts";
import type { App, HttpParts } from "../parts.ts";
import { peopleOr503 } from "../people.ts";
import { type Refusal, sendRefusal } from "../problem.ts";
import { answers, NO_CONTENT } from "./answers.ts";

type Parts = Pick<HttpParts, "people" | "appUrl" | "mode">;

const own = { access: "session", rows: "own" } as const;
const nothing = z.strictObject({});

export function accountRoutes(app: App, parts: Parts): void {
  meRoutes(app, parts);
  deletionRoute(app, parts);
  exportRoute(app, parts);
  loginsRoutes(app, parts);
}

function meRoutes(app: App, { people, mode }: Parts): void {
  app.get(
    "/api/me",
    {
      config: own,
      schema: { summary: "Who asks", querystring: nothing, response: answers(meAnswer) },
    },
    async (request, reply) => {
      const open = await peopleOr503(people, reply);
      if (open === null) return reply;
      const me = await open.auth.accounts.me(loginOf(request).userId);
      return me === null ? refuseStranger(reply) : { ...me, mode };
    },
  );

  app.patch(
    "/api/me",
    {
      config: own,
      schema: {
        summary: "Changes one's name, language or theme",
        querystring: nothing,
        body: meChange,
        response: answers(meAnswer),
      },
    },
    async (request, reply) => {
      const open = await peopleOr503(people, reply);
      if (open === null) return reply;
      const me = await open.auth.accounts.change(loginOf(request).userId, request.body);
      return me === null ? refuseStranger(reply) : { ...me, mode };
    },
  );
}

function deletionRoute(app: App, { people, appUrl, mode }: Parts): void {
  app.delete(
    "/api/me",
    {
      config: own,
      schema: {
        summary: "Removes one's account and everything in it",
        querystring: nothing,
        body: accountDeletion,
        response: NO_CONTENT,
      },
    },
    async (request, reply) => {
      if (mode === "local") return sendRefusal(reply, LOCAL_ACCOUNT);
      const open = await peopleOr503(people, reply);
      if (open === null) return reply;
      const { accounts, logins } = open.auth;
      logins.noteEnded(await accounts.delete(loginOf(request).userId));
      endSessionCookie(reply, appUrl);
      return reply.code(204).send(null);
    },
  );
}

const LOCAL_ACCOUNT: Refusal = {
  status: 409,
  problem: {
    code: "local_account",
    message: "the local user stays: without it this server would have nobody",
  },
};

function exportRoute(app: App, { people }: Parts): void {
  app.get(
    "/api/me/export",
    {
      config: { ...own, rate: "costly" },
      schema: { summary: "All that is kept of oneself", querystring: nothing },
    },
    async (request, reply) => {
      const open = await peopleOr503(people, reply);
      if (open === null) return reply;
      return reply
        .type("application/json; charset=utf-8")
        .header("content-disposition", 'attachment; filename="outcry-export.json"')
        .send(open.auth.exported(loginOf(request).userId));
    },
  );
}

/** The database's ids are whole and positive. */
const loginParams = z.strictObject({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "expected a whole number")
    .transform(Number),
});

function loginsRoutes(app: App, { people, appUrl }: Parts): void {
  app.get(
    "/api/me/sessions",
    {
      config: own,
      schema: { summary: "One's logins", querystring: nothing, response: answers(loginsAnswer) },
    },
    async (request, reply) => {
      const open = await peopleOr503(people, reply);
      if (open === null) return reply;
      return { sessions: await open.auth.logins.list(loginOf(request)) };
    },
  );

  const ending = { querystring: nothing, body: nothing.nullish() };

  app.delete(
    "/api/me/sessions",
    {
      config: own,
      schema: { summary: "Signs out everywhere", ...ending, response: answers(loginsEndedAnswer) },
    },
    async (request, reply) => {
      const open = await peopleOr503(people, reply);
      if (open === null) return reply;
      const ended = await open.auth.logins.endAll(loginOf(request).userId);
      endSessionCookie(reply, appUrl);
      return { ended };
    },
  );

  app.delete(
    "/api/me/sessions/:id",
    {
      config: own,
      schema: {
        summary: "Signs one browser out",
        ...ending,
        params: loginParams,
        response: answers(loginsEndedAnswer),
      },
    },
    async (request, reply) => {
      const open = await peopleOr503(people, reply);
      if (open === null) return reply;
      const { userId, session } = loginOf(request);
      const { id } = request.params;
      if (!(await open.auth.logins.endOne(userId, id))) return sendRefusal(reply, NO_SUCH_LOGIN);
      if (id === session?.id) endSessionCookie(reply, appUrl);
      return { ended: 1 };
    },
  );
}

const NO_SUCH_LOGIN: Refusal = {
  status: 404,
  problem: { code: "session_not_found", message: "you have no such login", field: "id" },
};
