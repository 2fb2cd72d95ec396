/** Every way in which the simulated exchange misbehaves on command, as data. */
/** From the first instant to before the second, in market time (UTC ms). */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Names of streams, `btcusdt@kline_1m`; null means all. */
export type Streams = readonly string[] | null;

/** Something that happens once to the connections that carry one of the streams. */
export type Incident =
  /** An orderly WebSocket close. */
  | {
      readonly kind: "close";
      readonly at: number;
      readonly streams: Streams;
      readonly code: number;
    }
  /** A TCP reset. */
  | { readonly kind: "reset"; readonly at: number; readonly streams: Streams }
  /** The `serverShutdown` event, and a close `graceMs` later. */
  | {
      readonly kind: "serverShutdown";
      readonly at: number;
      readonly streams: Streams;
      readonly graceMs: number;
    };

/** Frames that no exchange should send. */
export const GARBAGE = [
  "badJson",
  "binary",
  "oversized",
  "nan",
  "negative",
  "missingField",
  "unknownEvent",
  "highBelowLow",
  "offGrid",
  "foreignSymbol",
] as const;
export type Garbage = (typeof GARBAGE)[number];

/** Something that is wrong with stream frames sent within a span of time. */
export type FrameFault = Span & { readonly streams: Streams } & (
    | { readonly kind: "garbage"; readonly garbage: Garbage; readonly place: "before" | "instead" }
    /** All frames of candles that *open* in the span are lost, the final one too. */
    | { readonly kind: "gap" }
    | { readonly kind: "duplicate" }
    /** Each second frame overtakes the one before it. */
    | { readonly kind: "outOfOrder" }
    | { readonly kind: "lateClose"; readonly delayMs: number }
    | { readonly kind: "missingClose" }
    /** A second final frame with another close follows; REST then tells the revised candle too. */
    | { readonly kind: "revisedClose"; readonly delayMs: number }
  );

/** Something that is wrong with connections within a span of time. */
export type ConnectionFault = Span &
  (
    | { readonly kind: "refused" }
    /** Every connection is cut so long after it opened. */
    | { readonly kind: "storm"; readonly aliveMs: number }
    /**
     * The streams fall silent. With `pings` the exchange still pings and answers pings; without, the
     * connection is half open. `connections: "present"` spares those opened after the span began.
     */
    | {
        readonly kind: "stall";
        readonly streams: Streams;
        readonly pings: "alive" | "dead";
        readonly connections: "present" | "every";
      }
  );

/** Nothing is traded: candles that open in the span do not exist, neither on streams nor by REST. */
export type Hole = Span & { readonly kind: "hole"; readonly symbols: readonly string[] | null };

/** The exchange tells a time that is off by so much. */
export type ClockSkew = Span & { readonly kind: "clockSkew"; readonly skewMs: number };

export type RestAnswer =
  | { readonly kind: "limited"; readonly retryAfterS: number }
  | { readonly kind: "banned"; readonly retryAfterS: number }
  | { readonly kind: "forbidden" }
  | { readonly kind: "failure"; readonly status: number }
  | { readonly kind: "hang" }
  | { readonly kind: "truncated" }
  /** Candles that ended less than `ms` ago are missing, or shown as they stood `ms` ago. */
  | { readonly kind: "lag"; readonly ms: number; readonly shows: "nothing" | "unfinished" };

/** Something that is wrong with REST answers within a span of time. */
export type RestFault = Span & {
  readonly kind: "rest";
  readonly answer: RestAnswer;
  /** Paths that it concerns, such as `/api/v3/klines`; null means all. */
  readonly paths: readonly string[] | null;
  /** How many requests it spoils; null means every one in the span. */
  readonly requests: number | null;
};

export type Fault = Incident | FrameFault | ConnectionFault | Hole | ClockSkew | RestFault;

type FaultOf<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;

/** The faults of one exchange: those planned from the start, and those added while it runs. */
export class FaultPlan {
  readonly #faults: Fault[] = [];
  readonly #spent = new Map<Fault, number>();
  readonly #revised = new Set<string>();
  #onIncident: (incident: Incident) => void = () => {};

  constructor(faults: readonly Fault[] = []) {
    this.#faults.push(...faults);
  }

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  /** Adds a fault; an incident whose time has come happens at once. */
  add(...faults: readonly Fault[]): void {
    for (const fault of faults) {
      this.#faults.push(fault);
      if (isIncident(fault)) this.#onIncident(fault);
    }
  }

  /** Forgets all faults; incidents that were planned do not happen any more. */
  clear(): void {
    this.#faults.length = 0;
  }

  has(fault: Fault): boolean {
    return this.#faults.includes(fault);
  }

  /** Calls `listen` for every incident, those already planned first. */
  onIncident(listen: (incident: Incident) => void): void {
    this.#onIncident = listen;
    for (const fault of this.#faults) if (isIncident(fault)) listen(fault);
  }

  /** The faults of a kind whose span holds `time`. */
  active<Kind extends Exclude<Fault["kind"], Incident["kind"]>>(
    kind: Kind,
    time: number,
  ): FaultOf<Kind>[] {
    const found: FaultOf<Kind>[] = [];
    for (const fault of this.#faults) {
      if (isKind(fault, kind) && isWithin(fault, time)) found.push(fault);
    }
    return found;
  }

  /** All faults of a kind, whatever their time. */
  ofKind<Kind extends Fault["kind"]>(kind: Kind): FaultOf<Kind>[] {
    const found: FaultOf<Kind>[] = [];
    for (const fault of this.#faults) if (isKind(fault, kind)) found.push(fault);
    return found;
  }

  /** Notes that a candle was revised, so that REST tells the same as the stream. */
  revise(streamName: string, openTime: number): void {
    this.#revised.add(`${streamName} ${openTime}`);
  }

  isRevised(streamName: string, openTime: number): boolean {
    return this.#revised.size > 0 && this.#revised.has(`${streamName} ${openTime}`);
  }

  /** The fault that spoils a REST request now, if any; it counts as one request spoiled. */
  spoil(path: string, time: number): RestFault | null {
    for (const fault of this.active("rest", time)) {
      if (fault.paths !== null && !fault.paths.includes(path)) continue;
      const spent = this.#spent.get(fault) ?? 0;
      if (fault.requests !== null && spent >= fault.requests) continue;
      this.#spent.set(fault, spent + 1);
      return fault;
    }
    return null;
  }
}

/** Whether a fault on `streams` concerns a stream of that name. */
export function concerns(streams: Streams, name: string): boolean {
  return streams === null || streams.includes(name);
}

/** The streams that a fault is about; null when about all, or not about streams. */
export function streamsOf(fault: Fault): Streams {
  return "streams" in fault ? fault.streams : null;
}

function isIncident(fault: Fault): fault is Incident {
  return fault.kind === "close" || fault.kind === "reset" || fault.kind === "serverShutdown";
}

function isKind<Kind extends Fault["kind"]>(fault: Fault, kind: Kind): fault is FaultOf<Kind> {
  return fault.kind === kind;
}

function isWithin(fault: object, time: number): boolean {
  return "from" in fault && "until" in fault
    ? Number(fault.from) <= time && time < Number(fault.until)
    : false;
}
