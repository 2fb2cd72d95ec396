/** A quiet market and a silent connection look alike for a while; here is where they part. */
import { describe, expect, test } from "vitest";
import { TIMEFRAMES } from "../../core/timeframe.ts";
import { Freshness } from "./freshness.ts";

function opened(at: number): Freshness {
  const freshness = new Freshness(["BTCUSDT", "ETHUSDT"]);
  for (const timeframe of TIMEFRAMES) freshness.opened(timeframe, at);
  return freshness;
}

/** Both symbols trade every 2 s from `from` to `until`; `isSilent` leaves a series out. */
function trade(
  freshness: Freshness,
  { from, until }: { from: number; until: number },
  isSilent: (series: string) => boolean = () => false,
): void {
  for (let at = from; at < until; at += 2_000) {
    TIMEFRAMES.forEach((timeframe, i) => {
      for (const symbol of ["BTCUSDT", "ETHUSDT"]) {
        if (isSilent(`${symbol} ${timeframe}`)) continue;
        freshness.seen(symbol, timeframe, at + i * 100, "trade");
      }
    });
  }
}

const alarms = (freshness: Freshness, at: number) =>
  TIMEFRAMES.flatMap((timeframe) =>
    freshness.overdue(timeframe, at).map((symbol) => `${symbol} ${timeframe}`),
  );

/** Looks twice a second, as the feed does; returns when the first alarm was raised. */
function firstAlarm(freshness: Freshness, from: number, until: number): number | null {
  for (let at = from; at < until; at += 500) if (alarms(freshness, at).length > 0) return at;
  return null;
}

describe("an alarm is raised", () => {
  test("within 10 s when one series falls silent and its symbol trades on", () => {
    const freshness = opened(0);
    trade(freshness, { from: 0, until: 60_000 });
    const silent = (series: string) => series === "ETHUSDT 1h";
    let alarm: number | null = null;
    for (let at = 60_000; at < 80_000 && alarm === null; at += 2_000) {
      trade(freshness, { from: at, until: at + 2_000 }, silent);
      alarm = firstAlarm(freshness, at, at + 2_000);
    }
    expect(alarm).not.toBeNull();
    expect((alarm ?? 0) - 58_300).toBeLessThanOrEqual(10_000);
    expect(alarms(freshness, alarm ?? 0)).toEqual(["ETHUSDT 1h"]);
  });

  test("for all series of a symbol when REST shows a trade that none of them shows", () => {
    const freshness = opened(0);
    trade(freshness, { from: 0, until: 10_000 });
    expect(freshness.quiet(28_000)).toEqual([]);
    expect(freshness.quiet(29_000)).toEqual(["BTCUSDT", "ETHUSDT"]);
    freshness.traded("ETHUSDT", 29_000);
    expect(freshness.quiet(29_000)).toEqual(["BTCUSDT"]);
    expect(alarms(freshness, 32_499)).toEqual([]);
    expect(alarms(freshness, 32_500)).toEqual(TIMEFRAMES.map((one) => `ETHUSDT ${one}`));
  });
});

describe("no alarm is raised", () => {
  test("in a busy market", () => {
    const freshness = opened(0);
    for (let at = 0; at < 600_000; at += 2_000) {
      trade(freshness, { from: at, until: at + 2_000 });
      expect(firstAlarm(freshness, at + 500, at + 2_000)).toBeNull();
    }
  });

  test("when a market falls quiet, in whatever order its last frames came", () => {
    for (const last of TIMEFRAMES) {
      const freshness = opened(0);
      trade(freshness, { from: 0, until: 10_000 });
      freshness.seen("BTCUSDT", last, 11_400, "trade");
      expect(firstAlarm(freshness, 11_500, 3_600_000)).toBeNull();
    }
  });

  test("when candles of a quiet symbol end and new ones begin without a trade", () => {
    const freshness = opened(0);
    for (let at = 0; at < 3_600_000; at += 60_000) {
      freshness.seen("BTCUSDT", "1m", at, "time");
      expect(firstAlarm(freshness, at, at + 60_000)).toBeNull();
    }
  });

  test("for one trade an hour whose frames come within the update speed", () => {
    const freshness = opened(0);
    for (let at = 3_600_000; at < 36_000_000; at += 3_600_000) {
      for (const [i, one] of TIMEFRAMES.entries()) {
        freshness.seen("BTCUSDT", one, at + i * 400, "trade");
      }
      expect(firstAlarm(freshness, at + 2_000, at + 3_600_000)).toBeNull();
    }
  });

  test("right after a connection opened, and after the process stood still", () => {
    const freshness = opened(0);
    trade(freshness, { from: 0, until: 4_000 });
    trade(freshness, { from: 4_000, until: 60_000 }, (series) => series.endsWith(" 1m"));
    expect(alarms(freshness, 60_000).length).toBe(2);
    freshness.opened("1m", 60_000);
    expect(alarms(freshness, 60_000)).toEqual([]);
    trade(freshness, { from: 60_000, until: 70_000 }, (series) => series.endsWith(" 4h"));
    expect(alarms(freshness, 70_000).length).toBe(2);
    freshness.clockLeapt(90_000);
    expect(alarms(freshness, 90_000)).toEqual([]);
  });
});

test("ages count from the newest frame; the quietest symbol speaks for the timeframe", () => {
  const freshness = opened(0);
  expect(freshness.oldestAgeMs("1m", 5_000)).toBeNull();
  freshness.seen("BTCUSDT", "1m", 1_000, "time");
  expect(freshness.ageMs("BTCUSDT", "1m", 5_000)).toBe(4_000);
  expect(freshness.oldestAgeMs("1m", 5_000)).toBeNull();
  freshness.seen("ETHUSDT", "1m", 3_000, "time");
  expect(freshness.oldestAgeMs("1m", 5_000)).toBe(4_000);
});
