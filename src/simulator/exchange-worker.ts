/** The simulated exchange as a worker thread: reads its orders, listens, and says where. */
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { systemClock } from "../server/clock.ts";
import { startExchangeServer } from "./exchange-server.ts";
import type { Market } from "./market.ts";
import { ReplayFault, replayMarket } from "./replay.ts";
import { seededMarket } from "./seeded-market.ts";

/** The fastest market: an hour a second. */
const SPEED_MAX = 3_600;

/** Instruments that one exchange lists; each costs memory for its bars. */
const SYMBOLS_MAX = 200;

const symbol = z.string().regex(/^[A-Z0-9]{2,20}$/);
const symbols = z.array(symbol).min(1).max(SYMBOLS_MAX);

const orders = z.object({
  market: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("simulated"), seed: z.int().nonnegative(), symbols }),
    z.object({
      kind: z.literal("replay"),
      files: z.array(z.string().min(1)).min(1),
      /** Null takes those of the files. */
      symbols: symbols.nullable(),
    }),
  ]),
  speed: z.number().positive().max(SPEED_MAX),
  /** Where market time starts, UTC ms; by default the present, or the first recorded minute. */
  startTime: z.int().nonnegative().nullish(),
});
export type ExchangeOrders = z.input<typeof orders>;

export type ExchangeAnswer =
  | {
      readonly kind: "listening";
      readonly restUrl: string;
      readonly streamUrl: string;
      readonly symbols: readonly string[];
    }
  | { readonly kind: "failed"; readonly message: string };

/** Starts the exchange that the orders describe; it runs until the thread ends. */
async function opened(data: unknown): Promise<ExchangeAnswer> {
  const parsed = orders.safeParse(data);
  if (!parsed.success) {
    return { kind: "failed", message: `simulated exchange: ${z.prettifyError(parsed.error)}` };
  }
  const { market: wanted, speed, startTime } = parsed.data;
  let market: Market;
  try {
    market =
      wanted.kind === "simulated"
        ? seededMarket(wanted.seed, wanted.symbols)
        : replayMarket(wanted.files, wanted.symbols);
  } catch (fault) {
    if (fault instanceof ReplayFault) return { kind: "failed", message: fault.message };
    throw fault;
  }
  const begins = wanted.kind === "simulated" ? systemClock.now() : market.startTime;
  const server = await startExchangeServer({ market, speed, startTime: startTime ?? begins });
  return {
    kind: "listening",
    restUrl: server.restUrl,
    streamUrl: server.streamUrl,
    symbols: market.instruments.map((instrument) => instrument.symbol),
  };
}

parentPort?.postMessage(await opened(workerData));
