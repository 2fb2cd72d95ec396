/** The shape that every language has: the keys of English, with any sentence behind them. */
import type { en } from "./en.ts";

export type Sentences<T> = {
  readonly [Key in keyof T]: T[Key] extends string ? string : Sentences<T[Key]>;
};

export type Translation = Sentences<typeof en>;
