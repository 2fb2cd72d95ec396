/** Waits on the injected clock, and questions that are asked again until they are answered. */
import type { Clock } from "../clock.ts";
import { type Answer, describeRefusal, type Refusal } from "../exchange/exchange.ts";
import type { Log } from "../log.ts";
import type { Random } from "./random.ts";

/** The feed was stopped while something waited. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Resolves after `ms`, or rejects with `Stopped` as soon as the signal is raised. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Stopped());
    const onAbort = () => {
      timer.cancel();
      reject(new Stopped());
    };
    const timer = clock.after(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** The first wait after a refusal, and the longest one; each is jittered by half. */
const RETRY_BASE_MS = 500;
const RETRY_MAX_MS = 10_000;

/** How long to wait after a refusal, the `attempt`-th in a row (0 the first). */
export function pauseAfter(refusal: Refusal, attempt: number, random: Random): number {
  const jitter = 0.5 + random() / 2;
  const backoff = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** Math.min(attempt, 10)) * jitter;
  if (refusal.kind !== "rateLimited" && refusal.kind !== "banned") return backoff;
  return refusal.retryAfterMs + random() * RETRY_BASE_MS;
}

export interface PatienceParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Asks until there is an answer. An unknown symbol is final: it throws. */
export async function askPatiently<T>(
  question: string,
  ask: () => Promise<Answer<T>>,
  { clock, random, log, signal }: PatienceParts,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await ask();
    if (signal.aborted) throw new Stopped();
    if (answer.kind === "ok") return answer.value;
    if (answer.kind === "unknownSymbol") {
      throw new Error(`the exchange does not know one of the symbols (${answer.message})`);
    }
    const waitMs = pauseAfter(answer, attempt, random);
    log.warn({ question, refusal: describeRefusal(answer), waitMs }, "the exchange refused");
    await pause(clock, waitMs, signal);
  }
}
