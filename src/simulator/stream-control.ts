/** The control messages of stream connections: SUBSCRIBE and its like, answered as documented. */

/** What a connection can be told to do by its client. */
export interface StreamSettings {
  readonly streams: Set<string>;
  isCombined: boolean;
}

/** Streams that one connection may listen to. */
export const STREAMS_MAX = 1_024;

export type ControlReply =
  | { readonly kind: "reply"; readonly body: object }
  /** The client broke a limit and is disconnected. */
  | { readonly kind: "disconnect"; readonly reason: string };

const METHODS = ["SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY"];

/** Fields that a request may have. */
const FIELDS = ["method", "params", "id"];

type Id = number | string | null;

/** Carries out one message of a client. */
export function controlReply(text: string, settings: StreamSettings): ControlReply {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (cause) {
    return refusal(3, `Invalid JSON: expected value at ${positionOf(cause)}`);
  }
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    return refusal(2, "Invalid request: expected an object");
  }
  const { method, params, id }: { method?: unknown; params?: unknown; id?: unknown } = message;
  if (method === undefined) {
    return refusal(2, `Invalid request: missing field \`method\` at line 1 column ${text.length}`);
  }
  if (typeof method !== "string" || !METHODS.includes(method)) {
    const column = text.indexOf(String(method)) + String(method).length + 1;
    const known = METHODS.map((one) => `\`${one}\``).join(", ");
    const variant = `unknown variant \`${String(method)}\`, expected one of ${known}`;
    return refusal(2, `Invalid request: ${variant} at line 1 column ${column}`);
  }
  if (!isId(id)) return refusal(2, "Invalid request: request ID must be an unsigned integer");
  if (Object.keys(message).some((key) => !FIELDS.includes(key))) {
    return refusal(2, "Invalid request: too many parameters");
  }
  return carriedOut(method, params, { id, settings });
}

function carriedOut(
  method: string,
  params: unknown,
  { id, settings }: { id: Id; settings: StreamSettings },
): ControlReply {
  switch (method) {
    case "LIST_SUBSCRIPTIONS":
      return done([...settings.streams], id);
    case "GET_PROPERTY":
    case "SET_PROPERTY":
      return property(method, params, { id, settings });
    default:
      return subscription(method, params, { id, settings });
  }
}

function subscription(
  method: string,
  params: unknown,
  { id, settings }: { id: Id; settings: StreamSettings },
): ControlReply {
  if (!Array.isArray(params)) return refusal(2, "Invalid request: missing field `params`");
  const names: unknown[] = params;
  for (const name of names) {
    if (typeof name !== "string") return refusal(2, "Invalid request: invalid stream");
    if (method === "SUBSCRIBE") settings.streams.add(name);
    else settings.streams.delete(name);
  }
  if (settings.streams.size > STREAMS_MAX) {
    return { kind: "disconnect", reason: "Too many streams" };
  }
  return done(null, id);
}

function property(
  method: string,
  params: unknown,
  { id, settings }: { id: Id; settings: StreamSettings },
): ControlReply {
  const list: unknown[] = Array.isArray(params) ? params : [];
  const [name, value] = list;
  if (typeof name !== "string") {
    return refusal(2, "Invalid request: property name must be a string");
  }
  if (list.length > (method === "GET_PROPERTY" ? 1 : 2)) {
    return refusal(2, "Invalid request: too many parameters");
  }
  if (name !== "combined") {
    return { kind: "reply", body: { code: 0, msg: "Unknown property", id } };
  }
  if (method === "GET_PROPERTY") return done(settings.isCombined, id);
  if (typeof value !== "boolean") return refusal(1, "Invalid value type: expected Boolean");
  settings.isCombined = value;
  return done(null, id);
}

/** A 64-bit signed integer, a short word, or null; it must be there. */
function isId(id: unknown): id is Id {
  return (
    id === null || Number.isInteger(id) || (typeof id === "string" && /^[\w-]{1,36}$/.test(id))
  );
}

function done(result: unknown, id: Id): ControlReply {
  return { kind: "reply", body: { result, id } };
}

function refusal(code: number, msg: string): ControlReply {
  return { kind: "reply", body: { code, msg } };
}

/** Where JSON parsing stopped, in the words of the exchange's parser. */
function positionOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : "";
  return /\((line \d+ column \d+)\)/.exec(text)?.[1] ?? "line 1 column 1";
}
