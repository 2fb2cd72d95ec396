/** The simulated exchange as a neighbour: started in a worker, spoken to over the wire like any other. */
import { Worker } from "node:worker_threads";
import { z } from "zod";

/** What the worker offers: an invented market, or recorded candles. */
export type SimulatedMarket =
  | {
      readonly kind: "simulated";
      readonly seed: number;
      readonly symbols: readonly string[];
    }
  | {
      readonly kind: "replay";
      readonly files: readonly string[];
      /** Null: those of the files. */
      readonly symbols: readonly string[] | null;
    };

export interface ExchangeOrder {
  readonly market: SimulatedMarket;
  /** Minutes of market a minute. */
  readonly speed: number;
}

export interface SimulatedExchange {
  readonly restUrl: string;
  readonly streamUrl: string;
  readonly symbols: readonly string[];
  close(): Promise<void>;
}

export type StartResult =
  | { readonly kind: "listening"; readonly exchange: SimulatedExchange }
  | { readonly kind: "failed"; readonly message: string };

const answer = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("listening"),
    restUrl: z.string(),
    streamUrl: z.string(),
    symbols: z.array(z.string()),
  }),
  z.object({ kind: z.literal("failed"), message: z.string() }),
]);

/** Named by its address, not imported: the server does not depend on the simulator. */
const WORKER = new URL("../simulator/exchange-worker.ts", import.meta.url);

/** Ten years of one symbol are read from a file in some 20 s. */
const START_MS_MAX = 60_000;

/** `onEnd` is called when the worker ends by itself after it has listened. */
export async function startSimulatedExchange(
  order: ExchangeOrder,
  onEnd: (cause: Error) => void,
): Promise<StartResult> {
  const worker = new Worker(WORKER, { workerData: order });
  let isClosing = false;
  const started = await new Promise<z.infer<typeof answer>>((resolve) => {
    const failed = (message: string) => resolve({ kind: "failed", message });
    // Under `node --watch` the runtime sends words of its own on the same line.
    worker.on("message", (message: unknown) => {
      const parsed = answer.safeParse(message);
      if (parsed.success) resolve(parsed.data);
    });
    worker.once("error", (error) => failed(messageOf(error)));
    worker.once("exit", () => failed("the simulated exchange ended before it listened"));
    setTimeout(() => failed("the simulated exchange does not start"), START_MS_MAX).unref();
  });
  if (started.kind === "failed") {
    await worker.terminate();
    return started;
  }
  worker.once("error", (error) =>
    onEnd(new Error("the simulated exchange failed", { cause: error })),
  );
  worker.once("exit", () => {
    if (!isClosing) onEnd(new Error("the simulated exchange has ended"));
  });
  const { restUrl, streamUrl, symbols } = started;
  const close = async () => {
    isClosing = true;
    await worker.terminate();
  };
  return { kind: "listening", exchange: { restUrl, streamUrl, symbols, close } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
