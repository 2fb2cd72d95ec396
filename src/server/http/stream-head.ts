/** The head of a stream's answer, written without the HTTP server's help. */
import type { Coding } from "./stream-encoding.ts";

/** As `node:http` and fastify hold them. */
export type ResponseHeaders = Readonly<
  Record<string, string | number | readonly string[] | undefined>
>;

/** The body has neither length nor chunks: it lasts until the connection closes (RFC 9112, 6.3). */
export function streamHead(coding: Coding, others: ResponseHeaders): Buffer {
  const lines = ["HTTP/1.1 200 OK", `date: ${new Date().toUTCString()}`];
  for (const [name, value] of Object.entries(others)) {
    const key = name.toLowerCase();
    if (value === undefined || OWN_HEADERS.has(key) || FRAMING_HEADERS.has(key)) continue;
    for (const one of Array.isArray(value) ? value : [value]) lines.push(`${key}: ${one}`);
  }
  for (const [name, value] of OWN_HEADERS) lines.push(`${name}: ${value}`);
  if (coding === "gzip") lines.push("content-encoding: gzip");
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

const OWN_HEADERS: ReadonlyMap<string, string> = new Map([
  ["content-type", "text/event-stream; charset=utf-8"],
  ["cache-control", "no-store, no-transform"],
  ["vary", "Accept-Encoding"],
  ["x-accel-buffering", "no"],
  ["connection", "close"],
]);

const FRAMING_HEADERS = new Set([
  "content-length",
  "transfer-encoding",
  "content-encoding",
  "date",
]);
