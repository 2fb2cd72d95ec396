/** The market on screen: what the stream told, merged; slow facts for React, ticks for the frame loop. */
import type { QueryClient } from "@tanstack/react-query";
import type { Candle } from "../../core/candle.ts";
import { type Timeframe, timeframeMs } from "../../core/timeframe.ts";
import type { InstrumentAnswer } from "../../protocol/market.ts";
import type { CandleRow, Market, StreamEvent } from "../../protocol/stream.ts";
import { CandleHistory } from "./candle-history.ts";
import { FrameLoop } from "./frame-loop.ts";
import { IndicatorTracks } from "./indicator-tracks.ts";
import { fetchCandles } from "./market-api.ts";
import {
  MarketStream,
  type Selection,
  type StreamLink,
  type StreamListener,
} from "./market-stream.ts";

/** Candles a request for older ones brings: some three screens, one answer of about 100 kB. */
const OLDER_CANDLES = 1_000;

/** A page that nobody has looked at for so long gives its connection back: browsers allow six a server. */
const HIDDEN_MS_MAX = 5 * 60_000;

/** Candles that wait for their close: more than a few are an outage, which a snapshot ends. */
const PROVISIONAL_MAX = 5;

/** What changes rarely enough for React; replaced as a whole, never written into. */
export interface MarketState {
  readonly link: StreamLink;
  readonly market: Market | null;
  readonly instruments: readonly InstrumentAnswer[];
  /** What the candles on screen belong to; null until its snapshot has come. */
  readonly shown: { readonly symbol: string; readonly timeframe: Timeframe } | null;
  /** Whether not even one candle is known yet. */
  readonly isEmpty: boolean;
  readonly status: {
    readonly connections: StreamEvent<"status">["connections"];
    readonly receivedAt: number;
  } | null;
  /** The older candles: `complete` when the exchange has none before, or the page may hold no more. */
  readonly older: "idle" | "loading" | "complete" | "failed";
  /** The server's clock minus ours, ms. */
  readonly clockOffsetMs: number;
}

const INITIAL: MarketState = {
  link: { kind: "connecting" },
  market: null,
  instruments: [],
  shown: null,
  isEmpty: true,
  status: null,
  older: "idle",
  clockOffsetMs: 0,
};

export class MarketClient implements StreamListener {
  readonly frames = new FrameLoop();
  readonly tracks: IndicatorTracks;
  readonly #stream = new MarketStream(this);
  readonly #queries: QueryClient;
  readonly #listeners = new Set<() => void>();
  readonly #prices = new Map<string, number>();
  #state = INITIAL;
  #selection: Selection | null = null;
  #history = new CandleHistory("1m");
  #provisional: readonly Candle[] = [];
  #tickAt: number | null = null;
  #hiddenTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(queries: QueryClient) {
    this.#queries = queries;
    this.tracks = new IndicatorTracks(queries, () => this.frames.request());
    this.frames.subscribe(() => this.tracks.advance());
    document.addEventListener("visibilitychange", this.#onVisibility);
    window.addEventListener("online", this.#onOnline);
  }

  // Slow facts, in the form that useSyncExternalStore wants.

  readonly getState = (): MarketState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  // Ticks, to be read in a frame.

  get history(): CandleHistory {
    return this.#history;
  }

  /** The forming candle, null before its first trade. */
  get forming(): Candle | null {
    return this.#provisional.at(-1) ?? null;
  }

  /** Candles that are not final, ascending: those that have ended but are not confirmed, then the forming one. */
  get provisional(): readonly Candle[] {
    return this.#provisional;
  }

  /** Last price by symbol. */
  get prices(): ReadonlyMap<string, number> {
    return this.#prices;
  }

  /** When the last candle or tick of the symbol on screen arrived, by our clock. */
  get tickAt(): number | null {
    return this.#tickAt;
  }

  /** Shows another symbol or timeframe; the same one again changes nothing. */
  select(selection: Selection): void {
    const former = this.#selection;
    if (former?.symbol === selection.symbol && former.timeframe === selection.timeframe) return;
    this.#selection = selection;
    const { shown } = this.#state;
    const isShown = shown?.symbol === selection.symbol && shown?.timeframe === selection.timeframe;
    if (isShown) {
      this.#stream.rename(selection);
      return;
    }
    this.#clear(selection.timeframe);
    this.#stream.select(selection);
  }

  /** Does not wait for the next attempt. */
  retry(): void {
    this.#stream.restart();
  }

  /** Fetches candles before the oldest one, unless that is under way or there are none. */
  loadOlder(): void {
    const { shown, older } = this.#state;
    const first = this.#history.first;
    if (shown === null || first === null || older === "loading" || older === "complete") return;
    if (this.#history.isFull) {
      this.#set({ older: "complete" });
      return;
    }
    const history = this.#history;
    const to = first.openTime - 1;
    const from = Math.max(0, first.openTime - OLDER_CANDLES * timeframeMs(shown.timeframe));
    this.#set({ older: "loading" });
    this.#queries
      .fetchQuery({
        queryKey: ["candles", shown.symbol, shown.timeframe, from, to],
        queryFn: ({ signal }) => fetchCandles(shown, { from, to }, signal),
        staleTime: Number.POSITIVE_INFINITY,
      })
      .then(
        (candles) => this.#takeOlder(history, candles),
        () => {
          if (history === this.#history) this.#set({ older: "failed" });
        },
      );
  }

  close(): void {
    this.#stream.close();
    this.frames.close();
    this.#listeners.clear();
    if (this.#hiddenTimer !== null) clearTimeout(this.#hiddenTimer);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    window.removeEventListener("online", this.#onOnline);
  }

  onLink(link: StreamLink): void {
    this.#set({ link });
  }

  onHello(hello: StreamEvent<"hello">): void {
    const { market } = this.#state;
    const isOtherMarket =
      market !== null && (market.kind !== hello.market.kind || market.speed !== hello.market.speed);
    if (isOtherMarket) this.#clear(hello.timeframe);
    this.#set({
      market: hello.market,
      instruments: hello.instruments,
      clockOffsetMs: hello.serverTime - Date.now(),
    });
  }

  onSnapshot(snapshot: StreamEvent<"snapshot">): void {
    const { symbol, timeframe } = snapshot;
    const outcome = this.#history.takeSnapshot(snapshot.candles.map(candleOf));
    this.#provisional = snapshot.forming === null ? [] : [candleOf(snapshot.forming)];
    this.#takePrices(snapshot.prices);
    this.#noteCandles();
    if (this.#state.shown === null || outcome === "replaced") {
      this.#set({ shown: { symbol, timeframe }, older: "idle" });
      this.#follow(symbol, timeframe);
    }
    this.frames.request();
  }

  onForming({ candle }: StreamEvent<"forming">): void {
    const forming = candleOf(candle);
    const last = this.#history.last;
    if (last !== null && forming.openTime <= last.openTime) return;
    const before = this.#provisional.filter((other) => other.openTime < forming.openTime);
    this.#provisional = [...before.slice(1 - PROVISIONAL_MAX), forming];
    this.#noteTick();
  }

  onClosed({ candle }: StreamEvent<"closed">): void {
    const closed = candleOf(candle);
    if (this.#history.append(closed) === "gap") {
      this.#stream.resync();
      return;
    }
    this.#provisional = this.#provisional.filter((other) => other.openTime > closed.openTime);
    this.#noteTick();
  }

  onPrices({ prices }: StreamEvent<"prices">): void {
    this.#takePrices(prices);
    this.frames.request();
  }

  onStatus({ connections }: StreamEvent<"status">): void {
    this.#set({ status: { connections, receivedAt: Date.now() } });
  }

  #noteTick(): void {
    this.#tickAt = Date.now();
    this.#noteCandles();
    this.frames.request();
  }

  #noteCandles(): void {
    const isEmpty = this.#history.last === null && this.forming === null;
    if (isEmpty !== this.#state.isEmpty) this.#set({ isEmpty });
  }

  #takePrices(prices: StreamEvent<"prices">["prices"]): void {
    for (const [symbol, price] of Object.entries(prices)) this.#prices.set(symbol, price);
  }

  #takeOlder(history: CandleHistory, candles: readonly Candle[]): void {
    if (history !== this.#history) return;
    const added = history.prepend(candles);
    this.#set({ older: added === 0 ? "complete" : "idle" });
    this.frames.request();
  }

  #follow(symbol: string, timeframe: Timeframe): void {
    const client = this;
    this.tracks.follow({
      symbol,
      timeframe,
      history: this.#history,
      get forming() {
        return client.forming;
      },
    });
  }

  #clear(timeframe: Timeframe): void {
    this.#history = new CandleHistory(timeframe);
    this.#provisional = [];
    this.#tickAt = null;
    this.tracks.follow(null);
    this.#set({ shown: null, older: "idle" });
    this.frames.request();
  }

  #set(change: Partial<MarketState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }

  readonly #onVisibility = () => {
    if (this.#hiddenTimer !== null) clearTimeout(this.#hiddenTimer);
    this.#hiddenTimer = null;
    if (document.hidden) {
      this.#hiddenTimer = setTimeout(() => this.#stream.pause(), HIDDEN_MS_MAX);
    } else if (this.#state.link.kind === "paused") {
      this.#stream.restart();
    }
  };

  readonly #onOnline = () => {
    if (this.#state.link.kind === "waiting") this.#stream.restart();
  };
}

function candleOf([openTime, open, high, low, close, volume]: CandleRow): Candle {
  return { openTime, open, high, low, close, volume };
}
