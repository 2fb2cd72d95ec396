/** All indicators that anything on the page shows, each fetched and carried on exactly once. */
import type { QueryClient } from "@tanstack/react-query";
import type { Candle } from "../../core/candle.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import type { CandleHistory } from "./candle-history.ts";
import { createIndicator, type IndicatorReference, indicatorText } from "./indicator-reference.ts";
import { IndicatorTrack } from "./indicator-track.ts";
import { fetchIndicatorValues, type Span } from "./market-api.ts";

/** What the tracks read of the market on screen. */
export interface TrackedSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly history: CandleHistory;
  readonly forming: Candle | null;
}

interface Holding {
  readonly reference: IndicatorReference;
  track: IndicatorTrack | null;
  holders: number;
  /** Rows older than this were asked for already. */
  asked: number;
}

export class IndicatorTracks {
  readonly #queries: QueryClient;
  readonly #onChange: () => void;
  readonly #holdings = new Map<string, Holding>();
  #series: TrackedSeries | null = null;
  #abort = new AbortController();

  /** `onChange` is called when an answer has arrived, or has failed to. */
  constructor(queries: QueryClient, onChange: () => void) {
    this.#queries = queries;
    this.#onChange = onChange;
  }

  /** The track of an indicator that is held, null before its series is known. */
  get(text: string): IndicatorTrack | null {
    return this.#holdings.get(text)?.track ?? null;
  }

  /** Keeps an indicator running until the returned function is called. */
  hold(reference: IndicatorReference): () => void {
    const text = indicatorText(reference);
    const known = this.#holdings.get(text);
    const holding: Holding = known ?? { reference, track: null, holders: 0, asked: 0 };
    holding.holders += 1;
    this.#holdings.set(text, holding);
    if (holding.track === null) this.#load(text, holding);
    return () => {
      holding.holders -= 1;
      if (holding.holders === 0) this.#holdings.delete(text);
    };
  }

  /** Asks again for an indicator that failed. */
  retry(text: string): void {
    const holding = this.#holdings.get(text);
    if (holding !== undefined) this.#load(text, holding);
  }

  /** Starts over on another series; null until its snapshot is there. */
  follow(series: TrackedSeries | null): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#series = series;
    for (const [text, holding] of this.#holdings) this.#load(text, holding);
  }

  /** Carries every track on to the newest candle and fetches what a track lacks. */
  advance(): void {
    const series = this.#series;
    if (series === null) return;
    for (const [text, holding] of this.#holdings) {
      if (holding.track?.advance(series.history, series.forming) === "behind") {
        this.#load(text, holding);
      }
      this.#loadOlder(text, holding, series);
    }
  }

  #load(text: string, holding: Holding): void {
    const indicator = createIndicator(holding.reference);
    const series = this.#series;
    const first = series?.history.first ?? null;
    holding.track = null;
    if (indicator === null || series === null || first === null) return;
    const track = new IndicatorTrack(text, indicator);
    holding.track = track;
    holding.asked = first.openTime;
    this.#ask(text, { from: first.openTime }).then(
      (answer) => {
        if (holding.track === track) track.load(answer);
      },
      () => track.fail(),
    );
  }

  #loadOlder(text: string, holding: Holding, { history }: TrackedSeries): void {
    const { track } = holding;
    const first = history.first;
    if (track?.phase !== "ready" || first === null || first.openTime >= holding.asked) return;
    const span = { from: first.openTime, to: holding.asked - 1 };
    holding.asked = first.openTime;
    this.#ask(text, span).then(
      (answer) => track.prepend(answer.values),
      () => {
        if (holding.track === track) holding.asked = span.to + 1;
      },
    );
  }

  /** Stale at once: what a former answer lacks was pushed to its track, not to the cache. */
  async #ask(text: string, span: Span) {
    const series = this.#series;
    if (series === null) throw new Error("no series is followed");
    const { symbol, timeframe } = series;
    const { signal } = this.#abort;
    try {
      return await this.#queries.fetchQuery({
        queryKey: ["indicator-values", symbol, timeframe, text, span.from, span.to ?? null],
        queryFn: () => fetchIndicatorValues({ symbol, timeframe, indicator: text }, span, signal),
        staleTime: 0,
        gcTime: 0,
      });
    } finally {
      if (!signal.aborted) this.#onChange();
    }
  }
}
