/** Tests of the bounds of risk settings and of the size of entries. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { BTC, BTC_MARKET, d } from "../../../test/bot-rig.ts";
import { FIXED_ONE } from "../fixed.ts";
import { fillAt, marketPrice, PAPER_COSTS } from "./fill.ts";
import { DEFAULT_RISK, type RiskSettings, rateOf, riskFault, sizeEntry } from "./risk.ts";

test.each<[Partial<RiskSettings>, RegExp | null]>([
  [{}, null],
  [{ takeProfitPercent: 0.1 }, null],
  [{ takeProfitPercent: 0.09 }, /takeProfitPercent is from 0.1 to 50/],
  [{ takeProfitPercent: 50 }, null],
  [{ takeProfitPercent: 50.1 }, /takeProfitPercent/],
  [{ takeProfitPercent: Number.NaN }, /takeProfitPercent/],
  [{ takeProfitPercent: 1.123456 }, null],
  [{ takeProfitPercent: 1.1234567 }, /six decimals/],
  [{ stopLoss: { kind: "percent", percent: 0 } }, /stopLoss.percent/],
  [{ stopLoss: { kind: "atr", period: 14, multiple: 2 } }, null],
  [{ stopLoss: { kind: "atr", period: 14.5, multiple: 2 } }, /whole/],
  [{ stopLoss: { kind: "atr", period: 1001, multiple: 2 } }, /period/],
  [{ stopLoss: { kind: "atr", period: 14, multiple: 21 } }, /multiple/],
  [{ trailingStop: { percent: 51, activationPercent: null } }, /trailingStop.percent/],
  [{ trailingStop: { percent: 1, activationPercent: 0 } }, /activationPercent/],
  [{ maxTimeMs: 59_999 }, /maxTimeMs/],
  [{ maxTimeMs: 60_000 }, null],
  [{ maxTimeMs: 60_000.5 }, /maxTimeMs/],
  [{ cooldownMs: 0 }, /cooldownMs/],
  [{ cooldownMs: 31 * 86_400_000 }, /cooldownMs/],
  [{ size: { kind: "percent", percent: 100 } }, null],
  [{ size: { kind: "percent", percent: 100.1 } }, /size.percent/],
  [{ size: { kind: "quote", amount: 0n } }, /size.amount/],
  [{ size: { kind: "base", quantity: d("1000000000.00000001") } }, /size.quantity/],
])("settings are judged by their bounds, row %#", (change, fault) => {
  const found = riskFault({ ...DEFAULT_RISK, ...change });
  if (fault === null) expect(found).toBeNull();
  else expect(found).toMatch(fault);
});

test("the whole wallet buys with its fee, and not a step more", () => {
  const price = d("50025");
  const sized = sizeEntry(
    { kind: "percent", percent: 100 },
    { cash: d("10000"), price },
    BTC_MARKET,
  );
  // 10,000 ÷ 50,075.025 = 0.1997003… → 0.1997; 9,989.9925 + 9.9899925 = 9,999.9824925.
  expect(sized).toEqual({ kind: "sized", quantity: d("0.1997") });
});

test("a minimum is met at the minimum and missed one step under it", () => {
  const instrument = { ...BTC, quantityMin: d("0.001"), notionalMin: d("50") };
  const size = (quantity: string) =>
    sizeEntry(
      { kind: "base", quantity: d(quantity) },
      { cash: d("10000"), price: d("50000") },
      { ...BTC_MARKET, instrument },
    );
  expect(size("0.001")).toEqual({ kind: "sized", quantity: d("0.001") });
  expect(size("0.00099")).toEqual({ kind: "denied", reason: "under_minimum_quantity" });
});

test("market prices slip and round against the order, never under a tick", () => {
  const market = { costs: PAPER_COSTS, tickSize: d("0.01") };
  // 123.45 × 1.0005 = 123.511725 and × 0.9995 = 123.388275.
  expect(marketPrice(d("123.45"), "buy", market)).toBe(d("123.52"));
  expect(marketPrice(d("123.45"), "sell", market)).toBe(d("123.38"));
  expect(marketPrice(d("0.01"), "sell", market)).toBe(d("0.01"));
});

test("notional and fee round against the customer at the eighth decimal", () => {
  const at = { price: d("0.00000003"), quantity: d("0.5"), time: 0 };
  // 1.5e-8 is paid as 2e-8 and received as 1e-8; a thousandth of it costs 1e-8.
  expect(fillAt({ ...at, side: "buy" }, PAPER_COSTS)).toMatchObject({ notional: 2n, fee: 1n });
  expect(fillAt({ ...at, side: "sell" }, PAPER_COSTS)).toMatchObject({ notional: 1n, fee: 1n });
});

test("an entry never costs more than its budget, and one step more would, to 2e-8", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 10n ** 14n }),
      fc.bigInt({ min: 1n, max: 10n ** 14n }),
      fc.bigInt({ min: 0n, max: 8n }),
      fc.integer({ min: 1, max: 1000 }),
      (cash, price, exponent, tenths) => {
        const percent = tenths / 10;
        const stepSize = 10n ** exponent;
        const instrument = { ...BTC, stepSize, quantityMin: 0n, notionalMin: 0n };
        const market = { instrument, costs: PAPER_COSTS };
        const sized = sizeEntry({ kind: "percent", percent }, { cash, price }, market);
        const budget = (cash * rateOf(percent)) / FIXED_ONE;
        const quantity = sized.kind === "sized" ? sized.quantity : 0n;
        const cost = (q: bigint) => {
          const fill = fillAt({ side: "buy", price, quantity: q, time: 0 }, PAPER_COSTS);
          return fill.notional + fill.fee;
        };
        expect(quantity % stepSize).toBe(0n);
        if (quantity > 0n) expect(cost(quantity)).toBeLessThanOrEqual(budget);
        expect(cost(quantity + stepSize)).toBeGreaterThan(budget - 2n);
      },
    ),
  );
});
