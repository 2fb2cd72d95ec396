/** Cutting a bar: the pieces always add up to it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Dice } from "./dice.ts";
import { type Bar, refined } from "./refinement.ts";

const price = fc.integer({ min: 1, max: 10_000_000 });

const bar: fc.Arbitrary<Bar> = fc
  .record({
    prices: fc.tuple(price, price, price, price),
    volume: fc.integer({ min: 0, max: 2 ** 50 }),
    trades: fc.integer({ min: 0, max: 10_000_000 }),
    firstTrade: fc.integer({ min: 0, max: 2 ** 50 }),
    deviation: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true })),
  })
  .map(({ prices: [open, close, a, b], deviation, ...rest }) => ({
    ...rest,
    open,
    close,
    high: Math.max(open, close, a, b),
    low: Math.min(open, close, a, b),
    variance: deviation ** 2,
  }));

const profile = fc.array(fc.double({ min: 0.1, max: 3, noNaN: true }), {
  minLength: 3,
  maxLength: 8,
});

describe("a refined bar", () => {
  test("has children that add up to it exactly", () => {
    fc.assert(
      fc.property(bar, profile, fc.integer({ min: 0 }), (whole, shares, key) => {
        const chance = () => ({ market: new Dice(key), own: new Dice(key + 1) });
        const children = refined(whole, shares, chance());
        expect(children).toHaveLength(shares.length);
        expect(children[0]?.open).toBe(whole.open);
        expect(children.at(-1)?.close).toBe(whole.close);
        expect(Math.max(...children.map((child) => child.high))).toBe(whole.high);
        expect(Math.min(...children.map((child) => child.low))).toBe(whole.low);
        expect(children.reduce((sum, child) => sum + child.volume, 0)).toBe(whole.volume);
        expect(children.reduce((sum, child) => sum + child.trades, 0)).toBe(whole.trades);
        let [price, trade] = [whole.open, whole.firstTrade];
        for (const child of children) {
          expect(child.open).toBe(price);
          expect(child.firstTrade).toBe(trade);
          expect(child.high).toBeGreaterThanOrEqual(Math.max(child.open, child.close));
          expect(child.low).toBeLessThanOrEqual(Math.min(child.open, child.close));
          const { open, high, low, close, volume, trades } = child;
          for (const number of [open, high, low, close, volume, trades]) {
            expect(Number.isSafeInteger(number)).toBe(true);
            expect(number).toBeGreaterThanOrEqual(0);
          }
          price = child.close;
          trade += child.trades;
        }
        expect(refined(whole, shares, chance())).toEqual(children);
      }),
    );
  });
});
