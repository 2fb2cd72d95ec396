/** The load of the fan-out bench where no C compiler is at hand: as fanout-load.c, heavier. */

import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline/promises";

const [
  port,
  publishPort,
  streams,
  subscribePath,
  publishPath,
  marker = "",
  body = "",
  rate,
  seconds,
  coding,
] = process.argv.slice(2);
const wanted = Number(streams);
const perSecond = Number(rate);
/** Below the accept queue of 511 that Node asks for. */
const CONNECTING_MAX = 200;
const DRAIN_MS = 300;
const WARM_UP_S = 2;
const LONGEST_STAMP = 24;

const nowUs = () => Number(process.hrtime.bigint() / 1_000n);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const delaysUs: number[] = [];
let isMeasuring = false;
let bytes = 0;
let lost = 0;

/** Connects one stream; resolves with its first bytes. */
function subscribe(): Promise<void> {
  return new Promise((resolve, reject) => {
    let carry = "";
    const socket = connect(Number(port), "127.0.0.1");
    const accept = coding === "gzip" ? "Accept-Encoding: gzip\r\n" : "";
    socket.write(`GET ${subscribePath} HTTP/1.1\r\nHost: localhost\r\n${accept}\r\n`);
    socket.on("data", (chunk: Buffer) => {
      resolve();
      if (isMeasuring) bytes += chunk.length;
      if (coding !== "gzip") carry = scan(carry + chunk.toString("latin1"));
    });
    socket.on("error", reject);
    socket.on("close", () => {
      lost += 1;
    });
  });
}

/** Notes the delay of every stamped message; returns what must be read together with the next chunk. */
function scan(text: string): string {
  const now = nowUs();
  let end = 0;
  for (;;) {
    const hit = text.indexOf(marker, end);
    if (hit < 0) return text.slice(Math.max(end, text.length - marker.length + 1));
    const digits = /^\d+(?=\D)/.exec(
      text.slice(hit + marker.length, hit + marker.length + LONGEST_STAMP),
    );
    if (digits === null) return text.slice(hit);
    end = hit + marker.length + digits[0].length;
    const stamp = Number(digits[0]);
    if (isMeasuring && stamp > 0) delaysUs.push(now - stamp);
  }
}

function publish(socket: Socket): Promise<unknown> {
  const message = body.replace("@", String(nowUs()));
  socket.write(
    `POST ${publishPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: ${message.length}\r\n\r\n${message}`,
  );
  return new Promise((resolve) => socket.once("data", resolve));
}

for (let opened = 0; opened < wanted; opened += CONNECTING_MAX) {
  const count = Math.min(CONNECTING_MAX, wanted - opened);
  await Promise.all(Array.from({ length: count }, () => subscribe()));
}
const publisher = connect(Number(publishPort), "127.0.0.1");
await sleep(200);

/** Publishes for some time; returns how many messages that were. */
async function run(forSeconds: number): Promise<number> {
  const begun = nowUs();
  let published = 0;
  while (nowUs() - begun < forSeconds * 1e6) {
    if (perSecond > 0) {
      const waitMs = (begun + (published * 1e6) / perSecond - nowUs()) / 1_000;
      if (waitMs > 0) await sleep(waitMs);
    }
    published += 1;
    await publish(publisher);
  }
  return published;
}

await run(WARM_UP_S);
await sleep(DRAIN_MS);
process.stdout.write("ready\n");
await createInterface({ input: process.stdin }).question("");

isMeasuring = true;
const cpu = process.cpuUsage();
const begun = nowUs();
const published = await run(Number(seconds));
const spent = (nowUs() - begun) / 1e6;
await sleep(DRAIN_MS);
const used = process.cpuUsage(cpu);
const sorted = Float64Array.from(delaysUs).sort();
const percentileMs = (share: number) =>
  (sorted[Math.floor(sorted.length * share)] ?? -1_000) / 1_000;
console.log(
  JSON.stringify({
    published,
    deliveries: sorted.length,
    bytes,
    seconds: spent,
    lost,
    p50Ms: percentileMs(0.5),
    p99Ms: percentileMs(0.99),
    loadCpuSeconds: (used.user + used.system) / 1e6,
  }),
);
process.exit(0);
