/** The way to the sign-in page: said why, once, and with the way back where one did not mean to leave. */
import { expect, test } from "vitest";
import { SignInDoor } from "./sign-in-door.ts";

function door() {
  const addresses: string[] = [];
  return { addresses, door: new SignInDoor((address) => addresses.push(address)) };
}

test("a login that has ended leads to the sign-in page once, and back to where one was", () => {
  const { door: way, addresses } = door();
  way.leave("/?symbol=ETHUSDT&timeframe=1h");
  way.leave("/account");
  expect(addresses).toEqual([
    "/sign-in?notice=ended&return=%2F%3Fsymbol%3DETHUSDT%26timeframe%3D1h",
  ]);
});

test("who signs out is told so, even when the stream hears of it first, and is led nowhere later", async () => {
  const { door: way, addresses } = door();
  await way.leaveAfter("signed_out", async () => way.leave("/account"));
  expect(addresses).toEqual(["/sign-in?notice=signed_out"]);
});

test("a sign-out that failed changes nothing, and a login that ends later is said to have ended", async () => {
  const { door: way, addresses } = door();
  const fault = new Error("no network");
  await expect(way.leaveAfter("deleted", () => Promise.reject(fault))).rejects.toBe(fault);
  expect(addresses).toEqual([]);
  way.leave("/account");
  expect(addresses).toEqual(["/sign-in?notice=ended&return=%2Faccount"]);
});
