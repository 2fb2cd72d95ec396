/** What the page says of its data is what it knows of them. */
import { expect, test } from "vitest";
import type { ConnectionState, ConnectionStatus } from "../../protocol/statistics.ts";
import { type FreshnessFacts, freshness } from "./freshness.ts";

const NOW = 1_000_000;

function status(state: ConnectionState, ageMs: number | null, receivedAt = NOW) {
  const connection: ConnectionStatus = { state, sockets: 1, ageMs, reconnects: 0, repaired: 0 };
  return { connection, receivedAt };
}

function check(facts: Partial<FreshnessFacts>) {
  const open = { kind: "open" } as const;
  return expect(
    freshness({ link: open, isShown: true, status: null, tickAt: null, now: NOW, ...facts }),
  );
}

test("open with ticks is live, as old as the last tick", () => {
  check({ tickAt: NOW - 700, status: status("open", 200) }).toEqual({ kind: "live", ageMs: 200 });
  check({ tickAt: NOW - 100, status: status("open", 900) }).toEqual({ kind: "live", ageMs: 100 });
});

test("a quiet market is live, with its true age", () => {
  const quiet = status("open", 50_000, NOW - 4_000);
  check({ tickAt: NOW - 300_000, status: quiet }).toEqual({ kind: "live", ageMs: 54_000 });
});

test("the renewal of a connection is no loss", () => {
  check({ tickAt: NOW - 50, status: status("renewing", 50) }).toEqual({ kind: "live", ageMs: 50 });
});

test.each(["stale", "closed", "connecting"] as const)(
  "a market connection that is %s makes the data stale since the last of them",
  (state) => {
    const lost = status(state, 8_000, NOW - 2_000);
    check({ tickAt: NOW - 30_000, status: lost }).toEqual({
      kind: "stale",
      since: NOW - 10_000,
      ageMs: 10_000,
    });
  },
);

test("before anything has arrived it is connecting, and claims no age", () => {
  check({ link: { kind: "connecting" }, isShown: false }).toEqual({ kind: "connecting" });
  check({}).toEqual({ kind: "connecting" });
});

test("a lost stream is reconnecting, whatever the last status said", () => {
  const good = status("open", 0, NOW - 9_000);
  check({
    link: { kind: "waiting", retryAt: NOW + 1_500, problem: null },
    status: good,
    tickAt: NOW - 9_500,
  }).toEqual({ kind: "reconnecting", retryInMs: 1_500, ageMs: 9_000 });
  check({ link: { kind: "connecting" }, status: good, tickAt: NOW - 9_500 }).toEqual({
    kind: "reconnecting",
    retryInMs: null,
    ageMs: 9_000,
  });
});

test("a refusal is said as one", () => {
  const problem = { code: "invalid_symbol", message: "symbol is not known" };
  check({ link: { kind: "refused", problem } }).toEqual({ kind: "refused", ageMs: null });
});
