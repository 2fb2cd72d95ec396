/** The candle store: what was appended is loaded, the first version wins, and nothing is lost to a pause. */
import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  startTestServer,
  type TestDatabase,
  type TestServer,
} from "../../../test/test-database.ts";
import type { ClosedCandle } from "../../core/candle.ts";
import type { Clock } from "../clock.ts";
import { type CandleStore, openCandleStore } from "./candle-store.ts";
import { loginNames } from "./logins.ts";
import { type Storage, StorageFault } from "./storage.ts";

let server: TestServer;
let database: TestDatabase;
let storage: Storage;
let superuser: Client;
let faults: StorageFault[] = [];

beforeAll(async () => {
  server = await startTestServer();
  database = await server.createDatabase();
  ({ storage } = await server.open(database));
  superuser = await database.superuser();
});
afterAll(() => server.close());
beforeEach(async () => {
  faults = [];
  await superuser.query("TRUNCATE candles CASCADE");
});

/** A clock whose timers run when the test says so. */
function handClock(): Clock & { fire(): void } {
  const due: Array<() => void> = [];
  return {
    now: () => 0,
    after: (_, action) => {
      due.push(action);
      return { cancel: () => void due.splice(0, due.length) };
    },
    fire: () => {
      for (const action of due.splice(0, due.length)) action();
    },
  };
}

function open(clock = handClock()): CandleStore {
  return openCandleStore({ doors: storage, clock, onFault: (fault) => faults.push(fault) });
}

function candle(minute: number, close = 100): ClosedCandle {
  return {
    timeframe: "1m",
    openTime: minute * 60_000,
    open: 100,
    high: Math.max(100, close),
    low: Math.min(100, close),
    close,
    volume: 1 / 3,
    source: "stream",
    latenessMs: 12.5,
  };
}

const minutes = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => candle(from + index));

test("candles come back as they were, the newest, ascending", async () => {
  const store = open();
  store.append("BTCUSDT", minutes(5_000));
  store.append("ETHUSDT", [{ ...candle(3, 0.1 + 0.2), source: "rest" }]);
  await store.flush();
  expect(await store.load("BTCUSDT", "1m", 3)).toEqual(minutes(3, 4_997));
  expect(await store.load("BTCUSDT", "1m", 10_000)).toEqual(minutes(5_000));
  expect(await store.load("ETHUSDT", "1m", 10)).toEqual([
    { ...candle(3, 0.1 + 0.2), source: "rest" },
  ]);
  expect(await store.load("BTCUSDT", "5m", 10)).toEqual([]);
  expect(store.counts).toEqual({ stored: 5_001, revised: 0, dropped: 0, waiting: 0 });
});

test("the first stored version wins; later different ones are kept as revisions, once each", async () => {
  const store = open();
  store.append("BTCUSDT", [candle(1, 100)]);
  await store.flush();
  // In one batch, in different ones, again and again: the stored candle stays.
  store.append("BTCUSDT", [
    candle(1, 100),
    candle(1, 101),
    candle(2, 7),
    candle(2, 8),
    candle(1, 101),
  ]);
  await store.flush();
  store.append("BTCUSDT", [candle(1, 101), candle(1, 102)]);
  await store.close();
  const again = open();
  expect(await again.load("BTCUSDT", "1m", 10)).toEqual([candle(1, 100), candle(2, 7)]);
  const { rows } = await superuser.query(
    "SELECT open_time / 60000 AS minute, close FROM candle_revisions ORDER BY 1, 2",
  );
  expect(rows).toEqual([
    { minute: 1, close: 101 },
    { minute: 1, close: 102 },
    { minute: 2, close: 8 },
  ]);
  expect(store.counts).toEqual({ stored: 2, revised: 3, dropped: 0, waiting: 0 });
});

test("append does not wait for the database; the timer stores", async () => {
  const clock = handClock();
  const store = open(clock);
  store.append("BTCUSDT", minutes(2));
  expect(store.counts.waiting).toBe(2);
  clock.fire();
  await store.flush();
  expect(store.counts).toMatchObject({ stored: 2, waiting: 0 });
});

test("what a failing database does not take waits, is told of, and is stored later", async () => {
  const clock = handClock();
  const store = open(clock);
  const engine = loginNames(database.name).engine;
  await superuser.query(`REVOKE INSERT ON candles FROM "${engine}"`);
  await superuser.query(`ALTER TABLE candles RENAME TO hidden`);
  store.append("BTCUSDT", minutes(3));
  clock.fire();
  await expect.poll(() => faults.length).toBe(1);
  expect(faults[0]).toBeInstanceOf(StorageFault);
  expect(store.counts).toMatchObject({ stored: 0, dropped: 0, waiting: 3 });
  await superuser.query(`ALTER TABLE hidden RENAME TO candles`);
  await superuser.query(`GRANT INSERT ON candles TO "${engine}"`);
  store.append("BTCUSDT", minutes(1, 3));
  clock.fire();
  await store.flush();
  expect(await store.load("BTCUSDT", "1m", 10)).toEqual(minutes(4));
});

test("what the database will never take is dropped and told of, and holds nothing up", async () => {
  const store = open();
  store.append("BTCUSDT", [{ ...candle(1), openTime: 7 }]);
  await store.flush();
  store.append("BTCUSDT", [candle(2)]);
  await store.flush();
  expect(store.counts).toEqual({ stored: 1, revised: 0, dropped: 1, waiting: 0 });
  expect(faults).toMatchObject([{ reaction: "refuse", code: "23514" }]);
});
