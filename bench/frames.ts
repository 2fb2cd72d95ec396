/** The exchange's frames parsed a second: Outcry's total parser beside `JSON.parse` alone. */
import { type Frame, parseFrame } from "../src/server/exchange/binance-frame.ts";
import { type Contestant, interleave } from "./interleave.ts";

const FRAMES = 50_000;
const ROUNDS = 15;
const SYMBOLS = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT"];
const CONTEXT = { timeframe: "1m", symbols: new Set(SYMBOLS) } as const;
const MINUTE_MS = 60_000;
const ORIGIN = 1_700_000_040_000;
/** Five symbols on six timeframes, each told at most once a second. */
const FRAMES_NEEDED_PER_SECOND = 30;

/** Measures; returns its part of the report. */
export async function frames(): Promise<string> {
  const messages = Array.from({ length: FRAMES }, (_, i) => Buffer.from(message(i)));
  const each = (name: string, read: (text: string) => unknown): Contestant => ({
    name,
    prepare: () => () => {
      let last: unknown = null;
      for (const bytes of messages) last = read(bytes.toString());
      if (last === null) throw new Error("nothing was read");
    },
  });
  const measured = interleave(
    [
      each("`JSON.parse` alone", (text) => JSON.parse(text)),
      each("`JSON.parse` and six numbers, nothing checked", unchecked),
      each("Outcry: every field checked, any input answered", checked),
    ],
    { rounds: ROUNDS, units: FRAMES },
  );
  const rows = measured.map(({ name, median, least }) => {
    const perSecond = Math.round(1e6 / median).toLocaleString("en");
    return `| ${name} | ${perSecond} k | ${(median / 1_000).toFixed(2)} | ${(least / 1_000).toFixed(2)} |`;
  });
  return [
    `Kline messages of a combined stream, ${messages[0]?.length} bytes, from bytes to candle; median of ${ROUNDS} rounds in turns.`,
    `The default market sends at most ${FRAMES_NEEDED_PER_SECOND} a second, so the plain way is kept.`,
    "",
    "| way | frames/s | µs a frame | least |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function checked(text: string): Frame {
  const frame = parseFrame(text, CONTEXT);
  if (frame.kind !== "candle") throw new Error(`a bench message was not taken: ${frame.kind}`);
  return frame;
}

function unchecked(text: string): readonly number[] {
  const { k } = JSON.parse(text).data;
  return [k.t, Number(k.o), Number(k.h), Number(k.l), Number(k.c), Number(k.v)];
}

/** As Binance writes it: prices and volumes are texts of eight decimals. */
function message(index: number): string {
  const symbol = SYMBOLS[index % SYMBOLS.length] ?? "BTCUSDT";
  const openTime = ORIGIN + Math.floor(index / 300) * MINUTE_MS;
  const close = 43_210 + Math.sin(index) * 40;
  const price = (value: number) => value.toFixed(8);
  return JSON.stringify({
    stream: `${symbol.toLowerCase()}@kline_1m`,
    data: {
      ...{ e: "kline", E: openTime + (index % 60) * 1_000, s: symbol },
      k: {
        ...{ t: openTime, T: openTime + MINUTE_MS - 1, s: symbol, i: "1m" },
        ...{ f: 100 + index, L: 200 + index, o: price(43_210), c: price(close) },
        ...{ h: price(Math.max(43_210, close) + 1), l: price(Math.min(43_210, close) - 1) },
        ...{ v: price(index * 1.2345), n: 100, x: index % 60 === 59, q: price(index * 53_210.5) },
        ...{ V: price(index * 0.5), Q: price(index * 21_000.25), B: "0" },
      },
    },
  });
}
