/** Who asks: found by the cookie before anything else is done, on every route that is not public. */
import fastifyCookie from "@fastify/cookie";
import type { FastifyReply, FastifyRequest } from "fastify";
import { assert } from "../../core/assert.ts";
import { LOCAL_LOGIN, type Login } from "../auth/auth.ts";
import { endSessionCookie, sessionSecretOf } from "./cookies.ts";
import type { App, HttpParts } from "./parts.ts";
import { peopleOr503 } from "./people.ts";
import { type Refusal, sendRefusal } from "./problem.ts";

/** Refuses strangers on every route that declares `access: "session"`. */
export async function checkLogins(
  app: App,
  parts: Pick<HttpParts, "mode" | "people" | "appUrl">,
): Promise<void> {
  await app.register(fastifyCookie);
  app.decorateRequest("login", null);
  app.addHook("onRequest", async (request, reply) => {
    if (request.routeOptions.config.access !== "session") return undefined;
    if (parts.mode === "local") {
      request.login = LOCAL_LOGIN;
      return undefined;
    }
    const secret = sessionSecretOf(request, parts.appUrl);
    if (secret === null) return sendRefusal(reply, SIGN_IN_REQUIRED);
    const people = await peopleOr503(parts.people, reply);
    if (people === null) return reply;
    request.login = await people.auth.logins.find(secret);
    if (request.login !== null) return undefined;
    endSessionCookie(reply, parts.appUrl);
    return sendRefusal(reply, SIGN_IN_REQUIRED);
  });
}

/** Who asks, on a route that declares `access: "session"`. */
export function loginOf(request: FastifyRequest): Login {
  assert(request.login !== null, "a route with access by session has found who asks");
  return request.login;
}

/** For a login that has turned out to be no more. */
export function refuseStranger(reply: FastifyReply): FastifyReply {
  return sendRefusal(reply, SIGN_IN_REQUIRED);
}

const SIGN_IN_REQUIRED: Refusal = {
  status: 401,
  problem: { code: "sign_in_required", message: "this is for people who are signed in" },
};
