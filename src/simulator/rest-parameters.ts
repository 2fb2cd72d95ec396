/** Query parameters of the exchange's REST interface, refused in its own words. */
import { isTimeframe, type Timeframe } from "../core/timeframe.ts";

export interface Refusal {
  readonly code: number;
  readonly msg: string;
}

export const INVALID_SYMBOL: Refusal = { code: -1121, msg: "Invalid symbol." };

const SYMBOL = "^[A-Z0-9-_.]{1,20}$";
const SYMBOLS = '^\\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}\\]$';
const WHOLE = "^[0-9]{1,20}$";
const WORD = "^[A-Za-z0-9_]{1,30}$";

/** Above any millisecond of the next 3,000 years: a time this large is in microseconds. */
const MICROSECONDS_FROM = 100_000_000_000_000;

const INTERVAL_HINT = "^[0-9A-Za-z]{1,4}$";

/**
 * Takes parameters one by one and remembers the first refusal; values taken after it are void, so
 * a caller takes all, then looks at `refusal`.
 */
export class RestParameters {
  readonly #values: URLSearchParams;
  readonly #taken = new Set<string>();
  #refusal: Refusal | null = null;

  constructor(values: URLSearchParams) {
    this.#values = values;
    if (new Set(values.keys()).size < values.size) {
      this.refuse(-1101, "Duplicate values for a parameter detected.");
    }
  }

  /** The first refusal; parameters that nobody took are refused too. */
  get refusal(): Refusal | null {
    const unread = this.#values.size - this.#taken.size;
    if (this.#refusal === null && unread > 0) {
      this.refuse(
        -1104,
        `Not all sent parameters were read; read '${this.#taken.size}' parameter(s) but was sent '${this.#values.size}'.`,
      );
    }
    return this.#refusal;
  }

  refuse(code: number, msg: string): void {
    this.#refusal ??= { code, msg };
  }

  /** A parameter's text when it was sent; empty ones and odd characters are refused. */
  text(name: string, range: string): string | null {
    const value = this.#values.get(name);
    if (value === null) return null;
    this.#taken.add(name);
    if (value === "") {
      this.refuse(-1105, `Parameter '${name}' was empty.`);
      return null;
    }
    if (!new RegExp(range).test(value)) {
      const msg = `Illegal characters found in parameter '${name}'; legal range is '${range}'.`;
      this.refuse(-1100, msg);
      return null;
    }
    return value;
  }

  word(name: string): string | null {
    return this.text(name, WORD);
  }

  symbol(): string | null {
    return this.text("symbol", SYMBOL);
  }

  /** The list `["A","B"]`. */
  symbols(): readonly string[] | null {
    const text = this.text("symbols", SYMBOLS);
    return text === null ? null : (text.match(/[A-Z0-9-_.]+/g) ?? []);
  }

  required<T>(name: string, value: T | null): T | null {
    if (value === null) {
      const reason = "was not sent, was empty/null, or malformed.";
      this.refuse(-1102, `Mandatory parameter '${name}' ${reason}`);
    }
    return value;
  }

  interval(): Timeframe | null {
    const text = this.required("interval", this.text("interval", INTERVAL_HINT));
    if (text !== null && isTimeframe(text)) return text;
    this.refuse(-1120, "Invalid interval.");
    return null;
  }

  /** A time in milliseconds; microseconds are understood as the exchange does. */
  time(name: string): number | null {
    const text = this.text(name, WHOLE);
    if (text === null) return null;
    const value = Number(text);
    return value >= MICROSECONDS_FROM ? Math.floor(value / 1000) : value;
  }

  /** A count, at least 1 and cut down to `max`. */
  limit(fallback: number, max: number): number {
    const text = this.text("limit", WHOLE);
    if (text === null) return fallback;
    if (Number(text) === 0) this.refuse(-1130, "Data sent for parameter 'limit' is not valid.");
    return Math.min(Number(text), max);
  }

  /** Only UTC is served; the parameter's form is checked as the exchange does. */
  timeZone(): void {
    const text = this.text("timeZone", "^[-+0-9:]{1,6}$");
    if (text === null) return;
    const [, hours = "", minutes = "0"] = /^([-+]?\d{1,2})(?::(\d{2}))?$/.exec(text) ?? [];
    const offset = Number(hours) * 60 + Math.sign(Number(hours)) * Number(minutes);
    const isKnown = hours !== "" && offset >= -720 && offset <= 840;
    if (!isKnown || offset !== 0) {
      this.refuse(-1130, "Data sent for parameter 'timeZone' is not valid.");
    }
  }
}
