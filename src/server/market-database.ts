/** The name under which a market's data are kept: prices that differ never share a database. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Market } from "../protocol/stream.ts";
import type { Config } from "./config.ts";

/** The seed whose market bears the plain name: that of a start without settings. */
const USUAL_SEED = 1;

export function databaseMarket(
  { market, simulatedSeed }: Pick<Config, "market" | "simulatedSeed">,
  kind: Market["kind"],
): string {
  if (kind === "binance") return kind;
  if (kind === "simulated") return simulatedSeed === USUAL_SEED ? kind : `${kind}-${simulatedSeed}`;
  const files = market.kind === "replay" ? market.files.map((file) => basename(file)) : [];
  const digest = createHash("sha256").update(files.join("\0")).digest("hex");
  return `${kind}-${digest.slice(0, 12)}`;
}
