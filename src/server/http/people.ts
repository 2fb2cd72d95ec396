/** What the routes ask of people, once the database is open. */
import type { FastifyReply } from "fastify";
import type { OpeningGate } from "./opening-gate.ts";
import type { People } from "./parts.ts";
import { sendRefusal } from "./problem.ts";

/** A database that is made for the first time takes some three seconds; a request lasts fifteen. */
const OPENING_WAIT_MS = 10_000;

/** What is open; where it does not open in time the request is answered, and null returned. */
export async function peopleOr503(
  gate: OpeningGate<People>,
  reply: FastifyReply,
): Promise<People | null> {
  const people = await gate.whenOpen(OPENING_WAIT_MS);
  if (people !== null) return people;
  const message = "the database is not open yet; try again in a moment";
  sendRefusal(reply.header("retry-after", "2"), {
    status: 503,
    problem: { code: "starting", message },
  });
  return null;
}
