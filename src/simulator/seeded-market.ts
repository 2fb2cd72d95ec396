/**
 * A market made of a seed: each bar is a pure function of (seed, symbol, open time), found by cutting
 * its day into smaller and smaller bars, so that history and stream agree and nothing is stored.
 */
import { assert } from "../core/assert.ts";
import type { Instrument } from "../core/instrument.ts";
import { openTimeAt, type Timeframe, timeframeMs } from "../core/timeframe.ts";
import { chanceOf, dayBar, type Keys } from "./day-walk.ts";
import { keyOf, mixed } from "./dice.ts";
import { type Listing, listingOf } from "./listing.ts";
import type { Market, MarketCandle } from "./market.ts";
import { type Bar, refined } from "./refinement.ts";

/** The lengths of bars, each cut from the one before; below the minute they form its candle. */
const LENGTHS_MS = [86_400_000, 3_600_000, 60_000, 2_000];

/** Where in `LENGTHS_MS` the bars stand that a candle is made of, and how many make one. */
const MADE_OF: Readonly<Record<Timeframe, { readonly level: number; readonly count: number }>> = {
  "1d": { level: 0, count: 1 },
  "4h": { level: 1, count: 4 },
  "1h": { level: 1, count: 1 },
  "15m": { level: 2, count: 15 },
  "5m": { level: 2, count: 5 },
  "1m": { level: 2, count: 1 },
};

/** Cut bars kept for each instrument and level; asking in order, each is then cut only once. */
const CUTS_KEPT = 64;

/** When trading began: no candle opens earlier. */
export const LISTED_AT = Date.UTC(2018, 0, 1);

/** Usual activity by hour of the day (UTC): highest when Europe and America both trade. */
const HOURLY_ACTIVITY = Array.from(
  { length: 24 },
  (_, hour) => 1 + 0.45 * Math.cos((2 * Math.PI * (hour - 15)) / 24),
);

/** The market of a seed; the first `symbols` decide nothing but which instruments are listed. */
export function seededMarket(seed: number, symbols: readonly string[]): Market {
  const books = new Map(symbols.map((symbol) => [symbol, new SeededBook(seed, symbol)]));
  const bookOf = (symbol: string) => {
    const book = books.get(symbol);
    assert(book !== undefined, `${symbol} is listed`);
    return book;
  };
  return {
    instruments: [...books.values()].map((book) => book.instrument),
    startTime: LISTED_AT,
    endTime: null,
    candle: (symbol, timeframe, openTime) => bookOf(symbol).candle(timeframe, openTime),
    formingCandle: (symbol, timeframe, time) => bookOf(symbol).formingCandle(timeframe, time),
  };
}

class SeededBook {
  readonly #listing: Listing;
  readonly #keys: Keys;
  /** By level: the children of recently cut bars, by their parent's index. */
  readonly #cuts: ReadonlyArray<Map<number, readonly Bar[]>>;

  constructor(seed: number, symbol: string) {
    const market = mixed(keyOf("market"), seed);
    this.#listing = listingOf(symbol);
    this.#keys = { market, own: mixed(market, keyOf(symbol)) };
    this.#cuts = LENGTHS_MS.map(() => new Map());
  }

  get instrument(): Instrument {
    return this.#listing.instrument;
  }

  candle(timeframe: Timeframe, openTime: number): MarketCandle | null {
    if (openTime < LISTED_AT) return null;
    const bar = this.#whole(timeframe, openTime);
    return this.#candle(openTime, bar, bar);
  }

  formingCandle(timeframe: Timeframe, time: number): MarketCandle | null {
    if (time < LISTED_AT) return null;
    const openTime = openTimeAt(timeframe, time);
    const { level } = MADE_OF[timeframe];
    const part = this.#until(level, openTime / lengthAt(level), time - openTime);
    return this.#candle(openTime, part, this.#whole(timeframe, openTime));
  }

  #whole(timeframe: Timeframe, openTime: number): Bar {
    const { level } = MADE_OF[timeframe];
    return this.#until(level, openTime / lengthAt(level), timeframeMs(timeframe));
  }

  /** What has happened `elapsed` ms after the open of a bar, in it and those that follow it. */
  #until(level: number, index: number, elapsed: number): Bar {
    const length = lengthAt(level);
    let sum = opening(this.#bar(level, index));
    const whole = Math.floor(elapsed / length);
    for (let i = 0; i < whole; i += 1) sum = joined(sum, this.#bar(level, index + i));
    const rest = elapsed - whole * length;
    if (rest === 0 || level + 1 === LENGTHS_MS.length) return sum;
    const child = ((index + whole) * length) / lengthAt(level + 1);
    return joined(sum, this.#until(level + 1, child, rest));
  }

  #bar(level: number, index: number): Bar {
    assert(Number.isSafeInteger(index), "a bar stands on its timeframe's grid");
    if (level === 0) {
      return this.#cut(0, index, () => [dayBar(this.#listing, this.#keys, index)])[0] ?? NO_BAR;
    }
    const count = childrenAt(level);
    const parent = Math.floor(index / count);
    return this.#children(level, parent)[index - parent * count] ?? NO_BAR;
  }

  #children(level: number, parent: number): readonly Bar[] {
    return this.#cut(level, parent, () => {
      const chance = chanceOf(this.#keys, mixed(level, parent));
      return refined(this.#bar(level - 1, parent), activityOf(level), chance);
    });
  }

  #cut(level: number, parent: number, cut: () => readonly Bar[]): readonly Bar[] {
    const kept = this.#cuts[level];
    assert(kept !== undefined, "bars have four lengths");
    const found = kept.get(parent);
    if (found !== undefined) return found;
    const made = cut();
    const [oldest] = kept.keys();
    if (kept.size >= CUTS_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(parent, made);
    return made;
  }

  /** What happened of a bar as a candle; shares and averages are the whole's, so sums only grow. */
  #candle(openTime: number, bar: Bar, whole: Bar): MarketCandle {
    const { priceDecimals, quantityDecimals } = this.#listing;
    const tick = 10 ** priceDecimals;
    const volume = bar.volume / 10 ** quantityDecimals;
    const middle = (whole.open + whole.high + whole.low + whole.close) / 4 / tick;
    const range = Math.max(1, whole.high - whole.low);
    const lean = (0.3 * (whole.close - whole.open)) / range;
    return {
      openTime,
      open: bar.open / tick,
      high: bar.high / tick,
      low: bar.low / tick,
      close: bar.close / tick,
      volume,
      quoteVolume: volume * middle,
      takerVolume: Math.round(bar.volume * (0.5 + lean)) / 10 ** quantityDecimals,
      trades: bar.trades,
      firstTradeId: bar.firstTrade,
    };
  }
}

/** Stands for bars that cannot be missing. */
const NO_BAR: Bar = opening({
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume: 0,
  trades: 0,
  firstTrade: 0,
  variance: 0,
});

function lengthAt(level: number): number {
  return LENGTHS_MS[level] ?? 0;
}

function childrenAt(level: number): number {
  return lengthAt(level - 1) / lengthAt(level);
}

/** A bar in which nothing has happened yet: all its prices are the open. */
function opening(bar: Bar): Bar {
  return { ...bar, high: bar.open, low: bar.open, close: bar.open, volume: 0, trades: 0 };
}

function joined(before: Bar, after: Bar): Bar {
  return {
    ...before,
    high: Math.max(before.high, after.high),
    low: Math.min(before.low, after.low),
    close: after.close,
    volume: before.volume + after.volume,
    trades: before.trades + after.trades,
  };
}

/** Usual activity of the children of a bar: by the hour in a day, even in an hour or a minute. */
function activityOf(level: number): readonly number[] {
  return level === 1 ? HOURLY_ACTIVITY : Array.from({ length: childrenAt(level) }, () => 1);
}
