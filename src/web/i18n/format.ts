/** Numbers and times as a language writes them; formatters are built once, because ticks use them. */
import type { Language } from "./language.ts";

/** Region variants that write what a trader expects: 22 Nov 2026 and 22 nov. 2026. */
const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", fr: "fr-FR" };

/** British English shortens a million to a small m, which reads as a thousandth. */
const COMPACT_LOCALES: Readonly<Record<Language, string>> = { en: "en-US", fr: "fr-FR" };

/** From here on a volume is shorter with a letter than with digits. */
const COMPACT_FROM = 100_000;

export class Format {
  readonly locale: string;
  readonly #fixed = new Map<number, Intl.NumberFormat>();
  readonly #units = new Map<string, Intl.NumberFormat>();
  readonly #compact: Intl.NumberFormat;
  readonly #percent: Intl.NumberFormat;
  readonly #plain: Intl.NumberFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #minute: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  #relative: Intl.RelativeTimeFormat | null = null;
  #share: Intl.NumberFormat | null = null;

  constructor(language: Language) {
    const locale = LOCALES[language];
    this.locale = locale;
    this.#compact = new Intl.NumberFormat(COMPACT_LOCALES[language], {
      notation: "compact",
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    });
    this.#percent = new Intl.NumberFormat(locale, {
      style: "percent",
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
      signDisplay: "exceptZero",
    });
    this.#plain = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 });
    const zone = { timeZone: "UTC" } as const;
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
    this.#time = new Intl.DateTimeFormat(locale, { ...zone, ...clock, second: "2-digit" });
    this.#minute = new Intl.DateTimeFormat(locale, {
      ...zone,
      ...clock,
      weekday: "short",
      day: "2-digit",
      month: "short",
      year: "numeric",
    });
    this.#day = new Intl.DateTimeFormat(locale, {
      ...zone,
      weekday: "short",
      day: "2-digit",
      month: "short",
      year: "numeric",
    });
  }

  /** What stands between whole and fraction: a point, or a comma. */
  get decimalSeparator(): string {
    const parts = this.#plain.formatToParts(1.5);
    return parts.find((part) => part.type === "decimal")?.value ?? ".";
  }

  /** With exactly so many decimals, as prices are shown by their tick. */
  fixed(value: number, decimals: number): string {
    let format = this.#fixed.get(decimals);
    if (format === undefined) {
      format = new Intl.NumberFormat(this.locale, {
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
      this.#fixed.set(decimals, format);
    }
    return format.format(value);
  }

  /** A volume: digits while it is short, then 1.25M. */
  volume(value: number): string {
    return Math.abs(value) >= COMPACT_FROM ? this.#compact.format(value) : this.fixed(value, 2);
  }

  /** A ratio with its sign: 0.0123 is "+1.23%". */
  percent(ratio: number): string {
    return this.#percent.format(ratio);
  }

  /** A share without a sign, with as few digits as tell it: 0.015 is "1.5%". */
  share(ratio: number): string {
    this.#share ??= new Intl.NumberFormat(this.locale, {
      style: "percent",
      maximumFractionDigits: 2,
    });
    return this.#share.format(ratio);
  }

  /** As few digits as tell it: parameters, bounds, counts. */
  plain(value: number): string {
    return this.#plain.format(value);
  }

  /** A span of time in its largest sensible unit: 0.4s, 45s, 12m, 3h, 24d. */
  duration(ms: number): string {
    if (ms < 10_000) return this.#unit("second", 1).format(ms / 1_000);
    if (ms < 120_000) return this.#unit("second", 0).format(ms / 1_000);
    if (ms < 7_200_000) return this.#unit("minute", 0).format(ms / 60_000);
    if (ms < 172_800_000) return this.#unit("hour", 0).format(ms / 3_600_000);
    return this.#unit("day", 0).format(ms / 86_400_000);
  }

  /** How long ago something was, in words: now, 3 minutes ago, yesterday. */
  ago(ms: number): string {
    this.#relative ??= new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" });
    if (ms < 60_000) return this.#relative.format(0, "second");
    if (ms < 3_600_000) return this.#relative.format(-Math.floor(ms / 60_000), "minute");
    if (ms < 86_400_000) return this.#relative.format(-Math.floor(ms / 3_600_000), "hour");
    return this.#relative.format(-Math.floor(ms / 86_400_000), "day");
  }

  /** What is left of a span, as a clock shows it: 0:42, 12:05, 3:20:00. */
  countdown(ms: number): string {
    const seconds = Math.ceil(ms / 1_000);
    const two = (value: number) => String(value).padStart(2, "0");
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
    return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  }

  #unit(unit: "second" | "minute" | "hour" | "day", decimals: 0 | 1): Intl.NumberFormat {
    const key = `${unit}${decimals}`;
    let format = this.#units.get(key);
    if (format === undefined) {
      format = new Intl.NumberFormat(this.locale, {
        style: "unit",
        unit,
        unitDisplay: "narrow",
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
      this.#units.set(key, format);
    }
    return format;
  }

  /** Hours, minutes and seconds, UTC. */
  time(ms: number): string {
    return this.#time.format(ms);
  }

  /** Date and minute, UTC. */
  minute(ms: number): string {
    return this.#minute.format(ms);
  }

  /** The date, UTC. */
  day(ms: number): string {
    return this.#day.format(ms);
  }
}
