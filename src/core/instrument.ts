/** What is traded: a symbol with its assets and the exchange's tick, step and minimum. */
import type { Fixed } from "./fixed.ts";

export interface Instrument {
  /** Upper case, as the exchange spells it: `BTCUSDT`. */
  readonly symbol: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  /** Prices are multiples of this; > 0. */
  readonly tickSize: Fixed;
  /** Quantities are multiples of this; > 0. */
  readonly stepSize: Fixed;
  /** Smallest quantity of an order; ≥ 0. */
  readonly quantityMin: Fixed;
  /** Smallest price × quantity of an order, in the quote asset; ≥ 0. */
  readonly notionalMin: Fixed;
}

/** The number of decimals a price of this instrument is shown with: 0.01 has two. */
export function priceDecimals(instrument: Pick<Instrument, "tickSize">): number {
  return decimalsOf(instrument.tickSize);
}

/** The number of decimals a quantity of this instrument is shown with. */
export function quantityDecimals(instrument: Pick<Instrument, "stepSize">): number {
  return decimalsOf(instrument.stepSize);
}

function decimalsOf(step: Fixed): number {
  const fraction = (step % 100_000_000n).toString().padStart(8, "0").replace(/0+$/, "");
  return fraction.length;
}
