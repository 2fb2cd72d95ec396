/** Control messages and their documented answers. */
import { describe, expect, test } from "vitest";
import { controlReply, STREAMS_MAX } from "./stream-control.ts";

function connection(...streams: string[]) {
  return { streams: new Set(streams), isCombined: false };
}

describe("a control message", () => {
  test("subscribes, lists and unsubscribes", () => {
    const settings = connection("a@kline_1m");
    const say = (message: object) => controlReply(JSON.stringify(message), settings);
    expect(say({ method: "SUBSCRIBE", params: ["b@kline_1m", "c@trade"], id: 1 })).toEqual({
      kind: "reply",
      body: { result: null, id: 1 },
    });
    expect(say({ method: "UNSUBSCRIBE", params: ["a@kline_1m"], id: "x-1" })).toEqual({
      kind: "reply",
      body: { result: null, id: "x-1" },
    });
    expect(say({ method: "LIST_SUBSCRIPTIONS", id: null })).toEqual({
      kind: "reply",
      body: { result: ["b@kline_1m", "c@trade"], id: null },
    });
  });

  test("sets and gets the one property", () => {
    const settings = connection();
    const say = (message: object) => controlReply(JSON.stringify(message), settings);
    expect(say({ method: "GET_PROPERTY", params: ["combined"], id: 2 })).toEqual({
      kind: "reply",
      body: { result: false, id: 2 },
    });
    expect(say({ method: "SET_PROPERTY", params: ["combined", true], id: 5 })).toEqual({
      kind: "reply",
      body: { result: null, id: 5 },
    });
    expect(settings.isCombined).toBe(true);
  });

  test.each([
    [
      '{"method":"GET_PROPERTY","params":["x"],"id":7}',
      { code: 0, msg: "Unknown property", id: 7 },
    ],
    [
      '{"method":"SET_PROPERTY","params":["combined",1],"id":7}',
      { code: 1, msg: "Invalid value type: expected Boolean" },
    ],
    [
      '{"method":"SET_PROPERTY","params":[1,true],"id":7}',
      { code: 2, msg: "Invalid request: property name must be a string" },
    ],
    [
      '{"method":"GET_PROPERTY","id":7}',
      { code: 2, msg: "Invalid request: property name must be a string" },
    ],
    [
      '{"method":"SUBSCRIBE","params":["a"]}',
      { code: 2, msg: "Invalid request: request ID must be an unsigned integer" },
    ],
    [
      '{"method":"SUBSCRIBE","params":["a"],"id":1.5}',
      { code: 2, msg: "Invalid request: request ID must be an unsigned integer" },
    ],
    [
      '{"method":"SUBSCRIBEE","params":["a"],"id":1}',
      {
        code: 2,
        msg: "Invalid request: unknown variant `SUBSCRIBEE`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 column 22",
      },
    ],
    [
      '{"method":"SUBSCRIBE","params":["a"],"id":1,"more":1}',
      { code: 2, msg: "Invalid request: too many parameters" },
    ],
    [
      '{"params":["a"],"id":1}',
      { code: 2, msg: "Invalid request: missing field `method` at line 1 column 23" },
    ],
    ["hello", { code: 3, msg: "Invalid JSON: expected value at line 1 column 1" }],
  ])("%s is refused", (text, body) => {
    expect(controlReply(text, connection())).toEqual({ kind: "reply", body });
  });

  test("may ask for 1,024 streams, and not one more", () => {
    const params = Array.from({ length: STREAMS_MAX }, (_, i) => `s${i}@kline_1m`);
    const settings = connection();
    const subscribe = (names: readonly string[]) =>
      controlReply(JSON.stringify({ method: "SUBSCRIBE", params: names, id: 1 }), settings);
    expect(subscribe(params).kind).toBe("reply");
    expect(subscribe(["one@more"])).toMatchObject({ kind: "disconnect" });
  });

  test("never throws, whatever it says", () => {
    for (const text of [
      "",
      "null",
      "[]",
      "1",
      '"x"',
      "{}",
      '{"method":{}}',
      '{"method":1,"id":1}',
    ]) {
      expect(controlReply(text, connection()), text).toMatchObject({ kind: "reply" });
    }
  });
});
