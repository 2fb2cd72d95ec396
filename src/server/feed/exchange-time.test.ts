/** The exchange's clock is believed, a lone wild voice is not. */
import { expect, test } from "vitest";
import { ExchangeTime, LEAP_MS } from "./exchange-time.ts";

const T = Date.UTC(2021, 3, 20);

test("time only grows", () => {
  const time = new ExchangeTime();
  expect(time.now).toBeNull();
  expect(time.observe(T)).toBe("plausible");
  expect(time.observe(T - 5_000)).toBe("plausible");
  expect(time.now).toBe(T);
  expect(time.observe(T + LEAP_MS)).toBe("plausible");
  expect(time.now).toBe(T + LEAP_MS);
});

test("a leap needs a second witness", () => {
  const time = new ExchangeTime();
  time.observe(T);
  const later = T + 25 * 3_600_000;
  expect(time.observe(later)).toBe("jump");
  expect(time.now).toBe(T);
  expect(time.observe(later - 2_000)).toBe("confirmed");
  expect(time.now).toBe(later);
});

test("a lone wild time moves nothing, however often one comes", () => {
  const time = new ExchangeTime();
  time.observe(T);
  for (let i = 1; i <= 10; i += 1) {
    expect(time.observe(T + i * 365 * 86_400_000)).toBe("jump");
    expect(time.observe(T + i)).toBe("plausible");
  }
  expect(time.now).toBe(T + 10);
});

test("of REST's clock and a live stream's the earlier one tells what has ended", () => {
  const time = new ExchangeTime();
  time.observeStream(T, 1_000);
  expect(time.cautious(T + 300_000, 11_000)).toBe(T);
  expect(time.cautious(T - 300_000, 11_000)).toBe(T - 300_000);
  expect(time.cautious(T + 300_000, 11_001)).toBe(T + 300_000);
});
