/** Indicators: nanoseconds a candle for the whole first list, beside other libraries and a hand-written floor. */
import type { Candle } from "../src/core/candle.ts";
import { IndicatorSet, type SharedIndicator } from "../src/core/indicators/indicator-set.ts";
import { type IndicatorSpec, parseIndicator } from "../src/core/indicators/indicator-text.ts";
import { indicatorFloor } from "./indicator-floor.ts";
import {
  columnsOf,
  indicatorTs,
  ixjb,
  type LastValues,
  technicalIndicators,
  tradingSignals,
} from "./indicator-peers.ts";
import { interleave, type Measured } from "./interleave.ts";
import { benchCandles } from "./recorded-candles.ts";

const FIRST_LIST =
  "ema(12) ema(26) ema(50) ema(100) ema(200) sma(7) sma(25) sma(50) sma(99) sma(200) rsi(9) rsi(14) rsi(21) macd bollinger atr(14) atr(21) stochastic adx cci obv vwap volume_sma volume_ratio change";

/** Enough that recursions seeded differently have met, few enough that a run takes seconds. */
const CANDLES = 60_000;
const ROUNDS = 11;

/** The section of the report; prints nothing. */
export async function indicators(): Promise<string> {
  const { candles, origin } = benchCandles(CANDLES);
  const columns = columnsOf(candles);
  const sink: LastValues[] = [];
  const results = interleave(
    [
      { name: "**Outcry**, candle by candle", prepare: () => runSet(candles) },
      { name: "hand-written floor", prepare: () => runFloor(candles) },
      {
        name: "trading-signals, candle by candle",
        prepare: () => () => sink.push(tradingSignals(candles)),
      },
      {
        name: "technicalindicators, candle by candle",
        prepare: () => () => sink.push(technicalIndicators(candles)),
      },
      { name: "@ixjb94/indicators, whole columns", prepare: () => () => sink.push(ixjb(columns)) },
      {
        name: "indicatorts, whole columns (no ADX)",
        prepare: () => () => sink.push(indicatorTs(columns)),
      },
    ],
    { rounds: ROUNDS, units: candles.length },
  );
  return [
    `${valueNames().length} values a candle (${FIRST_LIST.split(" ").length} indicators) over ${origin};`,
    `nanoseconds of processor time, garbage collection included, in ${ROUNDS} interleaved rounds. The ratio is the median of the rounds' own.`,
    "",
    table(results),
    "",
    ...differences(candles),
  ].join("\n");
}

function specs(): IndicatorSpec[] {
  return FIRST_LIST.split(" ").map((text) => {
    const parsed = parseIndicator(text);
    if (parsed.kind === "refused") throw new Error(`${text}: ${parsed.refusal.expected}`);
    return parsed.spec;
  });
}

function freshSet(): { set: IndicatorSet; held: SharedIndicator[] } {
  const set = new IndicatorSet(null);
  const held = specs().map((spec) => {
    const shared = set.acquire(spec, () => ({ kind: "history", candles: [] }));
    if (shared === null) throw new Error("the set is full");
    return shared;
  });
  return { set, held };
}

function runSet(candles: readonly Candle[]): () => void {
  const { set } = freshSet();
  return () => {
    for (const candle of candles) set.push(candle);
  };
}

function runFloor(candles: readonly Candle[]): () => void {
  const floor = indicatorFloor();
  return () => {
    for (const candle of candles) floor.step(candle);
  };
}

/** `ema(12).value`, `macd.line` …: periods only where the list has several of an indicator. */
function valueNames(): string[] {
  return specs().flatMap(({ definition }, i) => {
    const text = FIRST_LIST.split(" ")[i] ?? "";
    return definition.outputs.map((output) => `${text}.${output.id}`);
  });
}

function ownValues(candles: readonly Candle[]): LastValues {
  const { set, held } = freshSet();
  for (const candle of candles) set.push(candle);
  const values = held.flatMap((shared) => [...shared.values]);
  return Object.fromEntries(valueNames().map((name, i) => [name, values[i] ?? Number.NaN]));
}

function table(results: readonly Measured[]): string {
  const rows = results.map(
    ({ name, median, least, ratio }) =>
      `| ${name} | ${median.toFixed(0)} | ${least.toFixed(0)} | ${ratio.toFixed(2)} |`,
  );
  return [
    "| engine | ns a candle, median | fastest round | times Outcry |",
    "|---|---:|---:|---:|",
    ...rows,
  ].join("\n");
}

/** Whether the peers compute the same: what differs by more than 1e-9 after the last candle, relative. */
function differences(candles: readonly Candle[]): string[] {
  const own = ownValues(candles);
  const peers: ReadonlyArray<readonly [string, LastValues]> = [
    ["trading-signals", tradingSignals(candles)],
    ["technicalindicators", technicalIndicators(candles)],
    ["@ixjb94/indicators", ixjb(columnsOf(candles))],
    ["indicatorts", indicatorTs(columnsOf(candles))],
  ];
  return peers.map(([name, values]) => {
    const apart = Object.entries(own).filter(([key, value]) => {
      const other = values[key];
      return other !== undefined && !(Math.abs(other - value) <= 1e-9 * Math.abs(value));
    });
    const same = Object.keys(own).filter((key) => values[key] !== undefined).length - apart.length;
    const list = apart.map(([key]) => key).join(", ");
    return `- ${name}: ${same} values equal ours to 1e-9; others: ${list === "" ? "none" : list}.`;
  });
}
