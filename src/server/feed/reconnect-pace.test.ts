/** Who may connect when: one scout while the exchange is away, all at once when it is back. */
import { expect, test } from "vitest";
import { ManualClock } from "../../simulator/manual-clock.ts";
import { AttemptBudget } from "../exchange/rate-limit.ts";
import { ReconnectPace } from "./reconnect-pace.ts";

function paceOf(random: () => number) {
  const clock = new ManualClock(0);
  const attempts = new AttemptBudget(clock);
  const takeAttempt = (reserve: number) => attempts.take(reserve);
  return { clock, pace: new ReconnectPace({ clock, random, takeAttempt }) };
}

test("the first attempts go together, within 300 ms", () => {
  const { clock, pace } = paceOf(() => 0.999);
  const at: number[] = [];
  for (let i = 0; i < 6; i += 1) pace.request(() => at.push(clock.now()));
  clock.advance(300);
  expect(at.length).toBe(6);
});

test("while attempts fail, waits are drawn from spans that double up to 5 s", () => {
  const { clock, pace } = paceOf(() => 0.999999);
  const at: number[] = [];
  const attempt = () => {
    at.push(clock.now());
    pace.failed();
    pace.request(attempt);
  };
  pace.request(attempt);
  clock.advance(25_000);
  const waits = at.slice(1).map((time, i) => Math.round(time - (at[i] ?? 0)));
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
});

test("jitter is full: a wait may be nothing", () => {
  const { clock, pace } = paceOf(() => 0);
  let attempts = 0;
  pace.request(() => {
    attempts += 1;
    pace.failed();
    if (attempts < 5) pace.request(() => (attempts += 1));
  });
  clock.advance(0);
  expect(attempts).toBe(2);
});

test("one scout tries for all; when it opens, the others follow at once", () => {
  const { clock, pace } = paceOf(() => 0.5);
  pace.failed();
  const tried: string[] = [];
  for (const name of ["1m", "5m", "15m"]) pace.request(() => tried.push(name));
  clock.advance(5_000);
  expect(tried).toEqual(["1m"]);
  clock.advance(60_000);
  expect(tried).toEqual(["1m"]);
  pace.opened();
  expect(tried).toEqual(["1m", "5m", "15m"]);
});

test("after a failed scout another one goes", () => {
  const { clock, pace } = paceOf(() => 0.5);
  pace.failed();
  const tried: string[] = [];
  for (const name of ["1m", "5m"]) {
    pace.request(() => {
      tried.push(name);
      pace.failed();
    });
  }
  clock.advance(10_000);
  expect(tried).toEqual(["1m", "5m"]);
});

test("an hour of refusals stays far below the limit, and leaves enough for the other five", () => {
  const { clock, pace } = paceOf(() => 0.1);
  const at: number[] = [];
  const attempt = () => {
    at.push(clock.now());
    pace.failed();
    pace.request(attempt);
  };
  pace.request(attempt);
  let followers = 0;
  for (let i = 0; i < 5; i += 1) pace.request(() => (followers += 1));
  pace.withdraw(attempt);
  clock.advance(3_600_000);
  for (const from of at) {
    expect(at.filter((time) => time >= from && time < from + 300_000).length).toBeLessThan(110);
  }
  pace.opened();
  expect(followers).toBe(5);
});

test("a proved connection ends the story of failures", () => {
  const { clock, pace } = paceOf(() => 0.999);
  for (let i = 0; i < 6; i += 1) pace.failed();
  pace.proved();
  let attempts = 0;
  pace.request(() => (attempts += 1));
  clock.advance(300);
  expect(attempts).toBe(1);
});
