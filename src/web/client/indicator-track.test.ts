/** Carrying an indicator on in the page gives what the server would have computed, bit for bit. */
import { describe, expect, test } from "vitest";
import type { Candle } from "../../core/candle.ts";
import { INDICATORS } from "../../core/indicators/catalog.ts";
import type { IndicatorDefinition } from "../../core/indicators/definition.ts";
import { MINUTE_MS } from "../../core/timeframe.ts";
import type { IndicatorValuesAnswer } from "../../protocol/market.ts";
import { CandleHistory } from "./candle-history.ts";
import { IndicatorTrack } from "./indicator-track.ts";

/** A walk that rises, falls and rests, the same at every run. */
function market(length: number): Candle[] {
  const found: Candle[] = [];
  let close = 100;
  for (let n = 0; n < length; n += 1) {
    const open = close;
    close = open * (1 + Math.sin(n * 1.7) / 90 + Math.cos(n / 9) / 150);
    const high = Math.max(open, close) * (1 + ((n * 7) % 5) / 1_000);
    const low = Math.min(open, close) * (1 - ((n * 3) % 7) / 1_000);
    found.push({ openTime: n * MINUTE_MS, open, high, low, close, volume: 1 + ((n * 13) % 29) });
  }
  return found;
}

const parametersOf = (definition: IndicatorDefinition) =>
  definition.parameters.map((parameter) => parameter.default);

/** What the server answers when it has seen `candles`, through JSON as on the wire. */
function answerOf(definition: IndicatorDefinition, candles: readonly Candle[], from = 0) {
  const indicator = definition.create(parametersOf(definition));
  const values = candles.map((candle): [number, ...(number | null)[]] => {
    indicator.push(candle);
    const row = [...indicator.values].map((value) => (Number.isFinite(value) ? value : null));
    return [candle.openTime, ...row];
  });
  const answer: IndicatorValuesAnswer = {
    symbol: "BTCUSDT",
    timeframe: "1m",
    indicator: definition.id,
    outputs: definition.outputs.map((output) => output.id),
    values: values.filter(([openTime]) => openTime >= from),
    state: { openTime: candles.at(-1)?.openTime ?? 0, snapshot: indicator.snapshot() },
  };
  return JSON.parse(JSON.stringify(answer));
}

function historyOf(candles: readonly Candle[]): CandleHistory {
  const history = new CandleHistory("1m");
  history.takeSnapshot(candles);
  return history;
}

function trackOf(definition: IndicatorDefinition): IndicatorTrack {
  return new IndicatorTrack(definition.id, definition.create(parametersOf(definition)));
}

const ALL = market(400);

describe.each(INDICATORS.map((definition) => [definition.id, definition] as const))(
  "%s",
  (_, definition) => {
    test("restored, pushed and peeked, it equals one run over all candles", () => {
      const track = trackOf(definition);
      track.load(answerOf(definition, ALL.slice(0, 300)));
      const forming = ALL[350] ?? null;
      expect(track.advance(historyOf(ALL.slice(0, 350)), forming)).toBe("current");
      const whole = answerOf(definition, ALL.slice(0, 351)).values;
      expect(track.rows).toEqual(whole.slice(0, 350));
      const live = definition.outputs.map((_output, index) => track.latest(index));
      expect(live).toEqual(whole[350].slice(1));
      expect(track.valueAt(ALL[340]?.openTime ?? 0, 0)).toBe(whole[340][1]);
    });
  },
);

describe("one indicator", () => {
  const [ema] = INDICATORS;
  if (ema === undefined) throw new Error("the catalogue has a first indicator");

  test("a server that is ahead of the stream is waited for", () => {
    const track = trackOf(ema);
    track.load(answerOf(ema, ALL.slice(0, 302)));
    expect(track.advance(historyOf(ALL.slice(0, 300)), ALL[300] ?? null)).toBe("current");
    expect(track.liveOpenTime).toBeNull();
    expect(track.rows.length).toBe(302);
    track.advance(historyOf(ALL.slice(0, 303)), ALL[303] ?? null);
    expect(track.rows.length).toBe(303);
    expect(track.liveOpenTime).toBe(303 * MINUTE_MS);
  });

  test("nothing is peeked at over a candle that is not final yet", () => {
    const track = trackOf(ema);
    track.load(answerOf(ema, ALL.slice(0, 300)));
    track.advance(historyOf(ALL.slice(0, 300)), ALL[301] ?? null);
    expect(track.liveOpenTime).toBeNull();
  });

  test("a history that begins after the track's end leaves it behind", () => {
    const track = trackOf(ema);
    track.load(answerOf(ema, ALL.slice(0, 100)));
    expect(track.advance(historyOf(ALL.slice(200, 300)), null)).toBe("behind");
  });

  test("older rows come in front once", () => {
    const track = trackOf(ema);
    track.load(answerOf(ema, ALL.slice(0, 300), 200 * MINUTE_MS));
    const older = answerOf(ema, ALL.slice(0, 220)).values;
    track.prepend(older);
    track.prepend(older);
    expect(track.rows).toEqual(answerOf(ema, ALL.slice(0, 300)).values);
  });

  test("a state of another length fails the track instead of drawing nonsense", () => {
    const track = trackOf(ema);
    const answer = answerOf(ema, ALL.slice(0, 300));
    track.load({ ...answer, state: { ...answer.state, snapshot: [1] } });
    expect(track.phase).toBe("failed");
  });
});
