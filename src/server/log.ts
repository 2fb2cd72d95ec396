/** The log: readable lines in a terminal, JSON lines everywhere else. */
import { type Logger, pino } from "pino";
import { PinoPretty } from "pino-pretty";
import type { LogLevel } from "./config.ts";

export type Log = Logger;

/** `output` says who reads: a person at a terminal, or a program. */
export function createLog(level: LogLevel, output: "terminal" | "lines"): Log {
  const base = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (output === "lines") return pino(base);
  const look = { translateTime: "SYS:HH:MM:ss", colorize: true, singleLine: true, sync: true };
  return pino(base, PinoPretty(look));
}
