/** Backtests: nanoseconds a candle for an EMA cross with a stop, beside grademark and a bare loop. */
import { DataFrame } from "data-forge";
import { backtest as grademarkBacktest } from "grademark";
import { TradeDirection } from "grademark/build/lib/strategy.js";
import { backtest, type SignalSource } from "../src/core/backtest/backtest.ts";
import { CandleColumns, minutesOf } from "../src/core/backtest/candle-columns.ts";
import type { Candle } from "../src/core/candle.ts";
import { Ema } from "../src/core/indicators/ema.ts";
import type { MarketMinute } from "../src/core/market-minute.ts";
import { DEFAULT_RISK } from "../src/core/trading/risk.ts";
import type { Signals } from "../src/core/trading/signal.ts";
import { BTC_MARKET, d } from "../test/bot-rig.ts";
import { walk } from "../test/indicator-candles.ts";
import { interleave } from "./interleave.ts";

/** Nearly two years of minutes. */
const CANDLES = 1_000_000;
const ROUNDS = 5;
const FAST = 20;
const SLOW = 50;
const STOP_PERCENT = 2;

/** The section of the report; prints nothing. */
export async function backtests(): Promise<string> {
  const candles = walk({ count: CANDLES, seed: 1 });
  const columns = new CandleColumns("1m", candles);
  const trades = new Map<string, number>();
  const results = interleave(
    [
      {
        name: "bare loop over typed arrays, no money",
        prepare: () => {
          const prices = pricesOf(candles);
          return () => trades.set("bare loop over typed arrays, no money", bareLoop(prices));
        },
      },
      {
        name: "**Outcry**",
        prepare: () => () => trades.set("**Outcry**", ownBacktest(columns)),
      },
      {
        name: "grademark",
        prepare: () => () => trades.set("grademark", peerBacktest(candles)),
      },
    ],
    { rounds: ROUNDS, units: CANDLES },
  );
  const own = results.find(({ name }) => name === "**Outcry**")?.median ?? 1;
  const rows = results.map(({ name, median, least }) => {
    const rate = (1000 / median).toFixed(1);
    return `| ${name} | ${median.toFixed(0)} | ${least.toFixed(0)} | ${rate} | ${(median / own).toFixed(2)} | ${trades.get(name) ?? 0} |`;
  });
  return [
    `EMA(${FAST}) crosses EMA(${SLOW}), stop ${STOP_PERCENT} %, over ${CANDLES} generated 1m candles; median of`,
    `${ROUNDS} interleaved rounds. Outcry's line has fees, slippage, ticks, ledger postings, the equity at each`,
    "close and the statistics in it; the bare loop has none of them, grademark has neither costs nor a wallet.",
    "",
    "| engine | ns a candle | fastest round | million candles/s | times Outcry | trades |",
    "|---|---:|---:|---:|---:|---:|",
    ...rows,
  ].join("\n");
}

function minuteOf(candle: Candle): MarketMinute {
  return {
    kind: "closed",
    symbol: "BTCUSDT",
    openTime: candle.openTime,
    candles: [{ ...candle, timeframe: "1m", source: "rest", latenessMs: 0 }],
  };
}

/** Two indicators and their crossing, as the rule graph would give it. */
class EmaCross implements SignalSource {
  readonly #fast = new Ema(FAST);
  readonly #slow = new Ema(SLOW);
  readonly #signals: { -readonly [Key in keyof Signals]: Signals[Key] } = {
    longEntry: null,
    longExit: null,
    shortEntry: false,
    shortExit: false,
    atr: Number.NaN,
  };
  #before = Number.NaN;

  next(minute: MarketMinute): Signals | null {
    const [candle] = minute.candles;
    if (candle === undefined) return null;
    this.#fast.push(candle);
    this.#slow.push(candle);
    const now = (this.#fast.values[0] ?? 0) - (this.#slow.values[0] ?? 0);
    this.#signals.longEntry = now > 0 && this.#before <= 0;
    this.#signals.longExit = now < 0 && this.#before >= 0;
    this.#before = now;
    return this.#signals;
  }
}

function ownBacktest(columns: CandleColumns): number {
  const settings = {
    ...DEFAULT_RISK,
    stopLoss: { kind: "percent", percent: STOP_PERCENT },
  } as const;
  const plan = { market: BTC_MARKET, settings, capital: d("10000") };
  return backtest(plan, minutesOf("BTCUSDT", [columns]), new EmaCross()).trades.length;
}

interface PeerBar {
  readonly time: Date;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly up: boolean;
  readonly down: boolean;
}

function peerBacktest(candles: readonly Candle[]): number {
  const cross = new EmaCross();
  const bars = candles.map((candle): PeerBar => {
    const { open, high, low, close, volume } = candle;
    const signals = cross.next(minuteOf(candle));
    const [up, down] = [signals?.longEntry === true, signals?.longExit === true];
    return { time: new Date(candle.openTime), open, high, low, close, volume, up, down };
  });
  const strategy = {
    entryRule: (
      enter: (options: { direction: TradeDirection }) => void,
      { bar }: { readonly bar: PeerBar },
    ) => {
      if (bar.up) enter({ direction: TradeDirection.Long });
    },
    exitRule: (exit: () => void, { bar }: { readonly bar: PeerBar }) => {
      if (bar.down) exit();
    },
    stopLoss: ({ entryPrice }: { readonly entryPrice: number }) =>
      (entryPrice * STOP_PERCENT) / 100,
  };
  return grademarkBacktest(strategy, new DataFrame<number, PeerBar>(bars)).length;
}

interface Prices {
  readonly open: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

function pricesOf(candles: readonly Candle[]): Prices {
  return {
    open: Float64Array.from(candles, ({ open }) => open),
    low: Float64Array.from(candles, ({ low }) => low),
    close: Float64Array.from(candles, ({ close }) => close),
  };
}

/** The least that the strategy can cost: no rounding, no costs, no book, EMAs seeded by the first close. */
function bareLoop({ open, low, close }: Prices): number {
  let fast = close[0] ?? 0;
  let slow = fast;
  let apart = 0;
  let stop = Number.NaN;
  let order = 0;
  let trades = 0;
  for (let i = 0; i < close.length; i += 1) {
    if (order > 0) stop = (open[i] ?? 0) * (1 - STOP_PERCENT / 100);
    if (order < 0 || (low[i] ?? 0) <= stop) {
      if (!Number.isNaN(stop)) trades += 1;
      stop = Number.NaN;
    }
    fast += (2 / (FAST + 1)) * ((close[i] ?? 0) - fast);
    slow += (2 / (SLOW + 1)) * ((close[i] ?? 0) - slow);
    const now = fast - slow;
    order = 0;
    if (Number.isNaN(stop) && now > 0 && apart <= 0) order = 1;
    if (!Number.isNaN(stop) && now < 0 && apart >= 0) order = -1;
    apart = now;
  }
  return trades;
}
