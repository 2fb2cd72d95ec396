/** There is one seat: who waits gets it in turn, who withdraws does not. */
import { expect, test } from "vitest";
import { RenewalSlot } from "./renewal-slot.ts";

test("turns come one at a time, in order", () => {
  const slot = new RenewalSlot();
  const turns: string[] = [];
  const second = () => turns.push("second");
  slot.acquire(() => turns.push("first"));
  slot.acquire(second);
  slot.acquire(() => turns.push("third"));
  expect(turns).toEqual(["first"]);
  slot.withdraw(second);
  slot.release();
  expect(turns).toEqual(["first", "third"]);
  slot.release();
  slot.acquire(second);
  expect(turns).toEqual(["first", "third", "second"]);
});
