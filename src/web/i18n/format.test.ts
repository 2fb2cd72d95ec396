/** Numbers, spans and times as English and French write them. */
import { describe, expect, test } from "vitest";
import { Format } from "./format.ts";
import { preferredLanguage } from "./language.ts";

/** French separates thousands by a narrow no-break space, and units by a no-break one. */
const plain = (text: string) => text.replace(/\s/g, " ");

describe("English", () => {
  const format = new Format("en");
  test("numbers", () => {
    expect(format.fixed(63412.5, 2)).toBe("63,412.50");
    expect(format.percent(0.01234)).toBe("+1.23%");
    expect(format.percent(-0.5)).toBe("-50.00%");
    expect(format.percent(0)).toBe("0.00%");
    expect(format.volume(12.345)).toBe("12.35");
    expect(format.volume(1_234_567)).toBe("1.23M");
    expect(format.decimalSeparator).toBe(".");
  });
  test("spans", () => {
    expect([400, 45_000, 720_000, 10_800_000].map((ms) => format.duration(ms))).toEqual([
      "0.4s",
      "45s",
      "12m",
      "3h",
    ]);
    expect([42_000, 725_000, 12_000_000].map((ms) => format.countdown(ms))).toEqual([
      "0:42",
      "12:05",
      "3:20:00",
    ]);
  });
  test("times are UTC", () => {
    const moment = Date.UTC(2026, 10, 22, 17, 4, 9);
    expect(format.time(moment)).toBe("17:04:09");
    expect(format.minute(moment)).toBe("Sun, 22 Nov 2026, 17:04");
    expect(format.day(moment)).toBe("Sun, 22 Nov 2026");
  });
});

describe("French", () => {
  const format = new Format("fr");
  test("numbers", () => {
    expect(plain(format.fixed(63412.5, 2))).toBe("63 412,50");
    expect(plain(format.percent(0.01234))).toBe("+1,23 %");
    expect(format.decimalSeparator).toBe(",");
  });
  test("spans and times", () => {
    expect(plain(format.duration(400))).toBe("0,4s");
    expect(plain(format.minute(Date.UTC(2026, 10, 22, 17, 4)))).toBe("dim. 22 nov. 2026, 17:04");
  });
});

test("the browser's first language that the page speaks is taken, else English", () => {
  expect(preferredLanguage(["de-DE", "fr-CA", "en"])).toBe("fr");
  expect(preferredLanguage(["en-US"])).toBe("en");
  expect(preferredLanguage(["ja"])).toBe("en");
  expect(preferredLanguage([])).toBe("en");
});
