/** A problem in the page's language: known codes have a sentence, others show the server's own. */
import type { TFunction } from "i18next";
import type { Problem } from "../../protocol/problem.ts";
import { ApiFault } from "../client/server-api.ts";
import { useWording } from "./wording.ts";

/** The codes that a reader of the page can meet, of `protocol/problem.ts` and of the page itself. */
const KNOWN = [
  "unreachable",
  "unexpected_answer",
  "page_outdated",
  "streams_full",
  "closing",
  "market_not_open",
  "invalid_symbol",
  "too_many_requests",
  "too_many_streams",
  "starting",
] as const;

export function problemText(problem: Problem, t: TFunction<"page">): string {
  const known = KNOWN.find((code) => code === problem.code);
  if (known !== undefined) return t(`problem.${known}`);
  return t("problem.other", { message: problem.message });
}

/** For whatever a question has failed with. */
export function useProblemText(): (fault: Error) => string {
  const { t } = useWording();
  return (fault) => (fault instanceof ApiFault ? problemText(fault.problem, t) : fault.message);
}
