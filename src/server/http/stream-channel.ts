/** One (symbol, timeframe) and its streams: what everyone on it has been told, and what comes next. */
import { type Candle, type ClosedCandle, candleRow, sameCandle } from "../../core/candle.ts";
import type { CandleSeries } from "../../core/candle-series.ts";
import type { Timeframe } from "../../core/timeframe.ts";
import { type CandleRow, SNAPSHOT_CANDLES_MAX } from "../../protocol/stream.ts";
import type { EventStream } from "./stream-connection.ts";
import { Block, BlockChain, eventText, eventTextOf } from "./stream-encoding.ts";

/**
 * The newest text everyone has, offered to the compressor as dictionary. A beat is some 100 to
 * 300 bytes, so 2 KiB hold the former candle, prices and mostly status; more gains under 1 %.
 */
const TAIL_LENGTH_MAX = 2_048;

/**
 * Between two beats all streams of a channel stand at the same point, the *told* state. A snapshot
 * shows exactly that state, whatever has come in since, and the next beat carries on from it: so
 * nothing is missed and nothing doubled, whenever a client joins.
 */
export class StreamChannel {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly streams: EventStream[] = [];
  readonly #series: CandleSeries;
  #toldOpenTime: number | null;
  #toldForming: Candle | null = null;
  #pendingClosed: ClosedCandle[] = [];
  #pendingForming: Candle | null = null;
  /** The series holds a candle that no event has told: a fresh snapshot must. */
  #lostTrack = false;
  #tail: string[] = [];
  #tailLength = 0;
  /** The part of the snapshot that lasts until the next close. */
  #candles: Block | null = null;
  /** The rest of it, which lasts until the next beat. */
  #snapshot: BlockChain | null = null;

  constructor(symbol: string, timeframe: Timeframe, series: CandleSeries) {
    this.symbol = symbol;
    this.timeframe = timeframe;
    this.#series = series;
    this.#toldOpenTime = series.last()?.openTime ?? null;
  }

  /** Takes note of a forming candle; only the latest one of a beat is told. */
  noteForming(candle: Candle): void {
    this.#pendingForming = candle;
  }

  /** Takes note of a final candle; every one is told. */
  noteClosed(candle: ClosedCandle): void {
    const newest = this.#pendingClosed.at(-1)?.openTime ?? this.#toldOpenTime;
    if (newest !== null && candle.openTime <= newest) return;
    const before = this.#series.indexFrom(candle.openTime) - 1;
    if (before >= 0 && this.#series.openTimeAt(before) !== newest) this.#lostTrack = true;
    this.#pendingClosed.push(candle);
    if (this.streams.length === 0) this.#settle();
  }

  add(stream: EventStream, forming: Candle | null): void {
    if (this.streams.length === 0) {
      this.#pendingForming = forming;
      this.#settle();
      this.#clearTail();
    }
    stream.place = this.streams.length;
    this.streams.push(stream);
  }

  remove(stream: EventStream): void {
    const last = this.streams.pop();
    if (last === undefined || last === stream) return;
    last.place = stream.place;
    this.streams[stream.place] = last;
  }

  /** The snapshot of the told state, then the tail, so that shared blocks can follow. */
  snapshot(prices: string): BlockChain {
    this.#candles ??= new Block(this.#snapshotOpening());
    this.#snapshot ??= new BlockChain([
      this.#candles,
      new Block(this.#snapshotEnding(prices)),
      new Block(this.#tail.join("")),
    ]);
    return this.#snapshot;
  }

  /** Everything since the last beat in one block, or null when there is nothing; `shared` goes to all channels. */
  beat(shared: string, prices: string): Block | null {
    const lasting = this.#lastingText(prices);
    const latest = this.#formingText() + shared;
    if (lasting === "" && latest === "") return null;
    const block = new Block(lasting + latest, this.#tail.join(""));
    this.#settle();
    if (lasting !== "") this.#clearTail();
    this.#extendTail(latest);
    return block;
  }

  /** What must not be told twice: closed candles, or a snapshot where events cannot tell. */
  #lastingText(prices: string): string {
    const untold = this.#toldOpenTime === null && this.#series.length > 0;
    if (!this.#lostTrack && !untold) {
      return this.#pendingClosed.map((candle) => this.#closedText(candle)).join("");
    }
    this.#settle();
    return this.#snapshotOpening() + this.#snapshotEnding(prices);
  }

  #closedText(candle: ClosedCandle): string {
    return eventText("closed", {
      symbol: this.symbol,
      timeframe: this.timeframe,
      candle: candleRow(candle),
      source: candle.source,
      latenessMs: candle.latenessMs,
    });
  }

  #formingText(): string {
    const candle = this.#pendingForming;
    const newestClosed = this.#pendingClosed.at(-1)?.openTime ?? this.#toldOpenTime;
    if (candle === null || (newestClosed !== null && candle.openTime <= newestClosed)) return "";
    if (this.#toldForming !== null && sameCandle(this.#toldForming, candle)) return "";
    const { symbol, timeframe } = this;
    return eventText("forming", { symbol, timeframe, candle: candleRow(candle) });
  }

  /** What was pending counts as told from here on. */
  #settle(): void {
    const newestClosed = this.#pendingClosed.at(-1)?.openTime ?? this.#toldOpenTime;
    const anew = this.#lostTrack || this.#toldOpenTime === null;
    const told = anew ? later(newestClosed, this.#series.last()?.openTime ?? null) : newestClosed;
    if (told !== this.#toldOpenTime) this.#candles = null;
    this.#toldOpenTime = told;
    this.#toldForming = this.#pendingForming ?? this.#toldForming;
    this.#pendingClosed = [];
    this.#pendingForming = null;
    this.#lostTrack = false;
    this.#snapshot = null;
  }

  /** The event up to its candles; `#snapshotEnding` completes it. */
  #snapshotOpening(): string {
    const told = this.#toldOpenTime;
    const end = told === null ? 0 : this.#series.indexFrom(told + 1);
    const rows: CandleRow[] = [];
    for (let i = Math.max(0, end - SNAPSHOT_CANDLES_MAX); i < end; i += 1) {
      rows.push(candleRow(this.#series.at(i)));
    }
    const head = JSON.stringify({ symbol: this.symbol, timeframe: this.timeframe, candles: rows });
    return eventTextOf("snapshot", head).slice(0, -"}\n\n".length);
  }

  #snapshotEnding(prices: string): string {
    const forming = this.#toldForming;
    const told = this.#toldOpenTime;
    const isOver = forming === null || (told !== null && forming.openTime <= told);
    const row = isOver ? "null" : JSON.stringify(candleRow(forming));
    return `,"forming":${row},"prices":${prices}}\n\n`;
  }

  #extendTail(text: string): void {
    this.#tail.push(text);
    this.#tailLength += text.length;
    while (this.#tailLength > TAIL_LENGTH_MAX) {
      this.#tailLength -= this.#tail.shift()?.length ?? 0;
    }
  }

  /** A tail is told again to whoever joins, so it never reaches back over what must be told once. */
  #clearTail(): void {
    this.#tail = [];
    this.#tailLength = 0;
  }
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
