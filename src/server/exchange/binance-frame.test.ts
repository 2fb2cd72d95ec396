/** Every message of the exchange, and everything else that may come in its place. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Frame, type FrameContext, parseFrame } from "./binance-frame.ts";

const context: FrameContext = { timeframe: "1m", symbols: new Set(["BNBBTC", "BTCUSDT"]) };

/** The event of web-socket-streams.md, with Binance's own numbers. */
const documented = {
  e: "kline",
  E: 1_672_515_782_136,
  s: "BNBBTC",
  k: {
    t: 1_672_515_780_000,
    T: 1_672_515_839_999,
    s: "BNBBTC",
    i: "1m",
    f: 100,
    L: 200,
    o: "0.0010",
    c: "0.0020",
    h: "0.0025",
    l: "0.0015",
    v: "1000",
    n: 100,
    x: false,
    q: "1.0000",
    V: "500",
    Q: "0.500",
    B: "123456",
  },
};
/** The documentation's low lies above its open; no real candle does that. */
const event = { ...documented, k: { ...documented.k, l: "0.0005" } };

const candle: Frame = {
  kind: "candle",
  symbol: "BNBBTC",
  timeframe: "1m",
  candle: {
    openTime: 1_672_515_780_000,
    open: 0.001,
    high: 0.0025,
    low: 0.0005,
    close: 0.002,
    volume: 1000,
  },
  closed: false,
  eventTime: 1_672_515_782_136,
};

const withKline = (change: object) => ({ ...event, k: { ...event.k, ...change } });
const combined = (data: unknown, stream = "bnbbtc@kline_1m") => ({ stream, data });
const fault = (reason: string): Frame => ({ kind: "fault", reason });

function check(name: string, message: unknown, expected: Frame): void {
  test(name, () => {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    expect(parseFrame(text, context)).toEqual(expected);
  });
}

describe("what the exchange sends", () => {
  check("a raw event", event, candle);
  check("a combined event", combined(event), candle);
  check("a closed candle", withKline({ x: true }), { ...candle, closed: true } as Frame);
  check("unknown fields are tolerated", { ...withKline({ new: [1] }), other: {} }, candle);
  check(
    "shutdown, raw",
    { e: "serverShutdown", E: 1_770_123_456_789 },
    {
      kind: "shutdown",
      eventTime: 1_770_123_456_789,
    },
  );
  check(
    "shutdown, combined",
    combined({ e: "serverShutdown", E: 1_770_123_456_789 }, "!serverShutdown"),
    { kind: "shutdown", eventTime: 1_770_123_456_789 },
  );
  check("an answer", { result: null, id: 1 }, { kind: "answer", id: "1" });
  check("an answer without id", { result: ["a"], id: null }, { kind: "answer", id: "null" });
  check(
    "an error, flat",
    { code: 2, msg: "Invalid request", id: 1 },
    {
      kind: "error",
      code: 2,
      message: "Invalid request",
    },
  );
  check(
    "an error, wrapped",
    { error: { code: 3, msg: "Invalid JSON" } },
    {
      kind: "error",
      code: 3,
      message: "Invalid JSON",
    },
  );
  check(
    "an event of the future",
    { e: "referencePrice", E: 1 },
    {
      kind: "unknown",
      event: "referencePrice",
    },
  );
});

describe("what it should not send", () => {
  check("nothing", "", fault("not JSON"));
  check("half an event", '{"e":"kline","E":', fault("not JSON"));
  check("null", "null", fault("not an object"));
  check("a number", "7", fault("not an object"));
  check("an array", [event], fault("not an object"));
  check("an empty object", {}, fault("neither event nor answer"));
  check("data that is no event", combined([]), fault("neither event nor answer"));
  check("a shutdown without time", { e: "serverShutdown" }, fault("shutdown without time"));
  check("a foreign symbol", { ...event, s: "XYZUSDT" }, fault("foreign symbol"));
  check("lower case", { ...event, s: "bnbbtc" }, fault("foreign symbol"));
  check("two symbols", withKline({ s: "BTCUSDT" }), fault("symbols differ"));
  check("a foreign interval", withKline({ i: "1M" }), fault("foreign interval"));
  check("another stream's name", combined(event, "btcusdt@kline_1m"), fault("foreign stream"));
  check("no k", { e: "kline", E: 1, s: "BNBBTC" }, fault("kline without k"));
  check("k is a list", { ...event, k: [] }, fault("kline without k"));
  check("no event time", { ...event, E: undefined }, fault("event time is none"));
  check("event time as text", { ...event, E: "1672515782136" }, fault("event time is none"));
  check("microseconds", { ...event, E: 1_672_515_782_136_000 }, fault("event time is none"));
  check("no open time", withKline({ t: null }), fault("open time is none"));
  check("close time off", withKline({ T: 1_672_515_840_000 }), fault("close time does not fit"));
  check(
    "off the grid",
    withKline({ t: 1_672_515_780_001, T: 1_672_515_840_000 }),
    fault("open time 1672515780001 is not on the 1m grid"),
  );
  check("x as text", withKline({ x: "true" }), fault("x is no boolean"));
  check("high below low", withKline({ h: "0.0001" }), fault("high 0.0001 is not the highest"));
  check("low above open", documented, fault("low 0.0015 is not the lowest"));
  check("price zero", withKline({ l: "0.0000" }), fault("price 0 is out of range"));
  const noDecimal = ["NaN", "-1", "1e3", "", " 1", "1.", ".5", "0x10", "Infinity", 1, null, "1,5"];
  for (const close of noDecimal) {
    check(`close ${JSON.stringify(close)}`, withKline({ c: close }), noDecimalFault());
  }
  check("volume missing", withKline({ v: undefined }), noDecimalFault());

  test("a binary message", () => {
    expect(parseFrame(null, context)).toEqual(fault("binary message"));
  });

  test("a name is kept only as far as a log line goes", () => {
    const frame = parseFrame(JSON.stringify({ e: "x".repeat(5000) }), context);
    expect(frame).toEqual({ kind: "unknown", event: "x".repeat(100) });
  });
});

function noDecimalFault(): Frame {
  return fault("a price or volume is no decimal");
}

const KINDS = new Set(["candle", "shutdown", "answer", "error", "unknown", "fault"]);

/** Whatever comes, the parser answers with a frame, and a candle it lets through is one. */
function checkTotal(text: string): void {
  const frame = parseFrame(text, context);
  expect(KINDS.has(frame.kind)).toBe(true);
  if (frame.kind !== "candle") return;
  const { openTime, open, high, low, close, volume } = frame.candle;
  expect(context.symbols.has(frame.symbol)).toBe(true);
  expect(openTime % 60_000).toBe(0);
  expect(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close)).toBe(true);
  expect(volume >= 0 && Number.isFinite(volume)).toBe(true);
}

describe("never throws", () => {
  test("on any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), checkTotal), { numRuns: 2_000 });
  });

  test("on any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => checkTotal(JSON.stringify(value))),
      { numRuns: 2_000 },
    );
  });

  test("on a real event with fields replaced or removed", () => {
    const paths = [...Object.keys(event), ...Object.keys(event.k).map((key) => `k.${key}`)];
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.double(),
      fc.constantFrom("0", "-0", "1e400", "NaN", "__proto__", "\u0000", "\ud800"),
      fc.integer({ min: 0, max: 2_000_000_000_000 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...paths), odd), { maxLength: 4 }), (edits) => {
        const copy: Record<string, unknown> = { ...event, k: { ...event.k } };
        for (const [path, value] of edits) {
          const [head = "", tail] = path.split(".");
          if (tail === undefined) copy[head] = value;
          else if (typeof copy.k === "object" && copy.k !== null) {
            copy.k = { ...copy.k, [tail]: value };
          }
        }
        checkTotal(JSON.stringify(copy));
        checkTotal(JSON.stringify({ stream: "bnbbtc@kline_1m", data: copy }));
      }),
      { numRuns: 5_000 },
    );
  });

  test("on a real event with bytes cut or changed", () => {
    const text = JSON.stringify(combined(event));
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(text.length), fc.string(), (from, length, put) => {
        checkTotal(text.slice(0, from) + put + text.slice(from + length));
      }),
      { numRuns: 5_000 },
    );
  });

  test("on depth, prototypes and size", () => {
    checkTotal("[".repeat(60_000));
    checkTotal(`${'{"data":'.repeat(8_000)}1${"}".repeat(8_000)}`);
    checkTotal('{"__proto__":{"e":"kline"},"constructor":{"prototype":{}}}');
    checkTotal(`{"e":"kline","k":${"[".repeat(20_000)}${"]".repeat(20_000)}}`);
    checkTotal(`{"stream":"${"x".repeat(60_000)}","data":{}}`);
  });
});
