/** What faults make of a stream frame: nothing, itself, several, or garbage. */
import { revisedCandle } from "./exchange-market.ts";
import {
  concerns,
  type FaultPlan,
  type FrameFault,
  type Garbage,
  streamsOf,
} from "./fault-plan.ts";
import { type KlineFrame, klineEvent, klineStreamName } from "./kline-wire.ts";

/** What goes onto the wire instead of a frame, `delayMs` later. */
export interface Outgoing {
  readonly delayMs: number;
  /** An event is wrapped for combined streams; raw bytes go out as they are. */
  readonly payload:
    | { readonly kind: "event"; readonly json: string }
    | { readonly kind: "raw"; readonly data: string | Buffer };
  /** Whether it is sent for the first time with other values than before. */
  readonly revises: boolean;
}

/** An oversized frame: five megabytes, far over any kline event's 400 bytes. */
const OVERSIZED = JSON.stringify({ e: "kline", pad: "x".repeat(5 * 1024 * 1024) });

export class FrameFaults {
  readonly #plan: FaultPlan;
  /** Frames kept back until the next one of their stream has overtaken them. */
  readonly #held = new Map<string, readonly Outgoing[]>();

  constructor(plan: FaultPlan) {
    this.#plan = plan;
  }

  /** What to send for a frame at market time `now`. */
  applied(frame: KlineFrame, now: number): readonly Outgoing[] {
    const name = klineStreamName(frame);
    if (this.#plan.faults.length === 0 && this.#held.size === 0) return [eventOf(frame)];
    const held = this.#held.get(name) ?? [];
    this.#held.delete(name);
    const sent = this.#isLost(frame, name, now) ? [] : this.#sent(frame, name, now);
    if (!this.#isActive("outOfOrder", name, now)) return [...held, ...sent];
    if (held.length > 0) return [...sent, ...held];
    this.#held.set(name, sent);
    return [];
  }

  #isLost(frame: KlineFrame, name: string, now: number): boolean {
    const { openTime } = frame.candle;
    const isInGap = this.#plan
      .ofKind("gap")
      .some((gap) => concerns(gap.streams, name) && gap.from <= openTime && openTime < gap.until);
    return isInGap || (frame.isClosed && this.#isActive("missingClose", name, now));
  }

  #sent(frame: KlineFrame, name: string, now: number): Outgoing[] {
    const late = frame.isClosed ? this.#first("lateClose", name, now) : undefined;
    const own = { ...eventOf(frame), delayMs: late?.delayMs ?? 0 };
    const sent: Outgoing[] = this.#isActive("duplicate", name, now) ? [own, own] : [own];
    const revision = frame.isClosed ? this.#first("revisedClose", name, now) : undefined;
    if (revision !== undefined) {
      const event = eventOf({ ...frame, candle: revisedCandle(frame.candle) });
      sent.push({ ...event, delayMs: own.delayMs + revision.delayMs, revises: true });
    }
    const garbage = this.#first("garbage", name, now);
    if (garbage === undefined) return sent;
    const odd = garbageOf(garbage.garbage, frame);
    return garbage.place === "instead" ? [odd] : [odd, ...sent];
  }

  #isActive(kind: FrameFault["kind"], name: string, now: number): boolean {
    return this.#first(kind, name, now) !== undefined;
  }

  #first<Kind extends FrameFault["kind"]>(kind: Kind, name: string, now: number) {
    return this.#plan.active(kind, now).find((fault) => concerns(streamsOf(fault), name));
  }
}

function eventOf(frame: KlineFrame): Outgoing {
  return outgoingEvent(klineEvent(frame));
}

function outgoingEvent(event: object): Outgoing {
  return {
    delayMs: 0,
    payload: { kind: "event", json: JSON.stringify(event) },
    revises: false,
  };
}

function outgoingRaw(data: string | Buffer): Outgoing {
  return { delayMs: 0, payload: { kind: "raw", data }, revises: false };
}

function garbageOf(garbage: Garbage, frame: KlineFrame): Outgoing {
  const event = klineEvent(frame);
  const { k } = event;
  switch (garbage) {
    case "badJson":
      return outgoingRaw('{"e":"kline","E":');
    case "binary":
      return outgoingRaw(Buffer.from(Array.from({ length: 64 }, (_, i) => (i * 37) % 256)));
    case "oversized":
      return outgoingRaw(OVERSIZED);
    case "nan":
      return outgoingEvent({ ...event, k: { ...k, o: "NaN", c: "NaN" } });
    case "negative":
      return outgoingEvent({ ...event, k: { ...k, l: "-1.00000000" } });
    case "missingField": {
      const { c: _lost, ...rest } = k;
      return outgoingEvent({ ...event, k: rest });
    }
    case "unknownEvent":
      return outgoingEvent({ e: "somethingNew", E: frame.eventTime, payload: [1, 2, 3] });
    case "highBelowLow":
      return outgoingEvent({
        ...event,
        k: { ...k, h: "1.00000000", l: "2.00000000", o: "1.50000000", c: "1.50000000" },
      });
    case "offGrid":
      return outgoingEvent({ ...event, k: { ...k, t: frame.candle.openTime + 1_234 } });
    case "foreignSymbol":
      return outgoingEvent({ ...event, s: "XYZUSDT", k: { ...k, s: "XYZUSDT" } });
  }
}
